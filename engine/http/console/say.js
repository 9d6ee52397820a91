// What is told without being asked for: beside the page, and to a screen reader.
import { h, setText } from './dom.js';
import { keepFocus } from './focus.js';

const kShownFor = 8000;
// Of what went wrong, which stays until somebody has seen it.
const kBadMost = 3;

// Read out, and seen by nobody.
export function say(text) {
  const said = document.getElementById('said');
  // The same text once more is read out once more.
  setText(said, said.textContent === text ? `${text}\u00a0` : text);
}

function show(kind, text) {
  const close = h('button', { type: 'button', class: 'quiet', 'aria-label': 'Dismiss' }, '×');
  const notice = h('div', { class: `notice ${kind}` }, h('p', {}, text), close);
  const notices = document.getElementById('notices');
  const go = () => keepFocus(notices, () => notice.remove(),
    () => document.getElementById('view'));
  close.addEventListener('click', go);
  notices.append(notice);
  say(text);
  return { text, notice, go };
}

export function tell(text) { setTimeout(show('good', text).go, kShownFor); }

let failures = [];
export function tellFailure({ message }) {
  failures = failures.filter(({ notice }) => notice.isConnected);
  // The same once more is in the place of the newest.
  const old = failures.find(({ text }) => text === message) ?? failures[kBadMost - 1];
  old?.go();
  failures = [show('bad', message), ...failures.filter((one) => one !== old)];
}

// As who comes next is not to learn of it.
export function unsay() {
  setText(document.getElementById('said'), '');
  document.getElementById('notices').replaceChildren();
}

// What is told without being asked for: beside the page, and to a screen reader.
import { h, setText } from './dom.js';
import { keepFocus } from './focus.js';

const kShownFor = 8000;

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
  setTimeout(go, kShownFor);
  say(text);
}

export function tell(text) { show('good', text); }
export function tellFailure(error) { show('bad', error.message); }

// As who comes next is not to learn of it.
export function unsay() {
  setText(document.getElementById('said'), '');
  document.getElementById('notices').replaceChildren();
}

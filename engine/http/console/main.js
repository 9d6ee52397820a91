// Which view is shown, and whether anybody has signed in.
import { AlertsView } from './alerts.js';
import { getText, onDenied, signOut, token } from './api.js';
import { CustomerView } from './customer.js';
import { closeQuestion } from './dialog.js';
import { h, setText } from './dom.js';
import * as events from './events.js';
import { kUuid } from './format.js';
import { OverviewView } from './overview.js';
import { SignInView } from './sign_in.js';
import { say, unsay } from './say.js';
import { WebhooksView } from './webhooks.js';

const element = (id) => document.getElementById(id);
let view = null;
let is_in = false;
let has_webhooks = null;  // where that is not known yet
const kLookEvery = 10_000;
let live = null;  // what was said last of whether events come

class NoView {
  constructor(said, title = 'Not found') {
    this.title = title;
    this.element = h('div', {}, h('h1', { tabindex: '-1' }, title), h('p', { role: 'status' }, said));
  }
  start() {}
  close() {}
}

// What is in an address, also where it is none that anybody could have made here.
function asWritten(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function viewOf(path) {
  const [before, where = '', what = ''] = path.split('/');
  if (before !== '') return new NoView('There is no such page.');
  if (where === '') return new OverviewView();
  if (where === 'alerts') return new AlertsView();
  if (where === 'webhooks' && has_webhooks) return new WebhooksView();
  if (where === 'webhooks' && has_webhooks === null) {
    return new NoView('The server has not said yet whether it sends to any.', 'Webhooks');
  }
  if (where !== 'customers') return new NoView('There is no such page.');
  if (!kUuid.test(what)) return new NoView(`${asWritten(what)} is no id of a customer.`);
  return new CustomerView(what.toLowerCase());
}

// `takes_focus`: as another page has come, and a screen reader should begin there.
async function show(next, takes_focus) {
  view?.close();
  closeQuestion();
  view = next;
  document.title = `${next.title} · tocsin`;
  element('view').replaceChildren(next.element);
  if (takes_focus) {
    window.scrollTo(0, 0);
    next.element.querySelector('h1').focus({ preventScroll: true });
  }
  await next.start();
}

function markWhere(path) {
  for (const link of document.querySelectorAll('#nav a')) {
    if (link.getAttribute('href') === `#${path}`) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
}

function showPath(takes_focus) {
  // Also where the server has not said yet whether it knows the token.
  if (!is_in) return;
  const path = location.hash.slice(1) || '/';
  markWhere(path);
  show(viewOf(path), takes_focus);
}

function showControls(are_shown) {
  for (const id of ['nav', 'find', 'live', 'sign-out']) element(id).hidden = !are_shown;
}

// A server that sends none counts none. Asked so, as who may read may ask it.
async function lookForWebhooks() {
  const metrics = await getText('/metrics', kLookEvery).catch(() => '');
  if (metrics === '') return;
  const had_webhooks = has_webhooks;
  has_webhooks = metrics.includes('\n# TYPE tocsin_webhook_waiting ');
  element('nav-webhooks').hidden = !has_webhooks;
  const count = inTrouble(metrics);
  setText(element('nav-webhooks').firstElementChild,
    count > 0 ? `Webhooks: ${count} in trouble` : 'Webhooks');
  // One that did not answer at first may be waited for, or was said to have none.
  if (has_webhooks !== had_webhooks && view instanceof NoView) {
    showPath(element('view').contains(document.activeElement));
  }
}

// How many endpoints are paused or gone, or have dead letters.
function inTrouble(metrics) {
  const least = { failures_in_a_row: 5, gone: 1, dead: 1 };
  const found = new Set();
  const lines = /^tocsin_webhook_(failures_in_a_row|gone|dead)\{endpoint="([^"]+)"\} (\S+)$/gm;
  for (const [, what, id, value] of metrics.matchAll(lines)) {
    if (Number(value) >= least[what]) found.add(id);
  }
  return found.size;
}
setInterval(() => {
  if (is_in && !document.hidden) lookForWebhooks();
}, kLookEvery);

function enter() {
  is_in = true;
  showControls(true);
  events.start();
  lookForWebhooks();
  showPath(true);
}

function leave(reason) {
  is_in = false;
  signOut();
  events.stop();
  unsay();
  live = null;
  element('find-id').value = '';
  showControls(false);
  show(new SignInView(enter, reason), false);
}

const kLive = {
  live: ['Live', 'Live'],
  away: ['Not connected', 'The connection is lost; it is tried again'],
  denied: ['Not live', 'The server tells nothing as it happens'],
};
events.onState((state) => {
  const [word, said] = kLive[state];
  element('live').dataset.state = state;
  setText(element('live-text'), word);
  if (live !== null && live !== state) say(said);
  live = state;
});

onDenied(() => {
  if (!(view instanceof SignInView)) leave('The server does not know this token any more.');
});
// The bar at the top has more lines in a narrow window, and where letters are large, and
// notices are below: what has the focus is not behind any of them.
const covers = new ResizeObserver(() => {
  const bar = document.querySelector('.top');
  const is_fixed = getComputedStyle(bar).position === 'sticky';
  Object.assign(document.documentElement.style, {
    scrollPaddingTop: `${(is_fixed ? bar.offsetHeight : 0) + 8}px`,
    scrollPaddingBottom: `${element('notices').offsetHeight + 20}px`,
  });
  // So that the end of a page can be scrolled to above them.
  document.body.style.paddingBottom = `${element('notices').offsetHeight}px`;
});
covers.observe(document.querySelector('.top'));
covers.observe(element('notices'));
// The browser brings nothing into view that is in the window, if behind something. By mouse
// it stays: what is pressed must not move away before it is let go.
document.addEventListener('focusin', ({ target }) => {
  if (target.matches(':is(a, button, summary):focus-visible')) target.scrollIntoView({ block: 'nearest' });
});
window.addEventListener('hashchange', () => showPath(true));
// The address says which page is shown: it is not to say whereto on it.
document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault();
  element('view').focus();
});
element('sign-out').addEventListener('click', () => leave(null));
element('find').addEventListener('submit', (event) => {
  event.preventDefault();
  const id = element('find-id').value.trim();
  if (id === '') return;
  element('find-id').value = '';
  location.hash = `#/customers/${encodeURIComponent(id)}`;
});

if (token() === null) leave(null);
else enter();

// What the server tells as it happens. Read by fetch, since an EventSource cannot say who
// asks. However much comes, the page hears of it once a frame.
import { authorization, denied } from './api.js';
import { parse } from './json.js';

const kKeptMost = 1000;
// It tells how much there is once a second.
const kSilentMost = 10_000;
const kPauses = [1000, 2000, 5000, 10000];

const listeners = new Set();
let state_listener = () => {};
let is_wanted = false;
let followed = null;  // with the connection that is tried, or is open
let waiting = null;  // for the next frame
let is_scheduled = false;
// Those told, as the server begins anew with the ones it still has.
const seen = new Set();

const kRecentMost = 100;
const kStatsMost = 60;
const recent = [];
const past_stats = [];

// For a view that opens: what was told last, the oldest first.
export function told() { return { recent: [...recent], past_stats: [...past_stats] }; }

function keep(list, one, most) {
  list.push(one);
  if (list.length > most) list.shift();
}

// `hear({ stats, notifications, missed })`; returns what ends it.
export function listen(hear) {
  listeners.add(hear);
  return () => listeners.delete(hear);
}
export function onState(tell) { state_listener = tell; }

function isNew(id) {
  if (seen.has(id)) return false;
  seen.add(id);
  if (seen.size > 2 * kKeptMost) seen.delete(seen.values().next().value);
  return true;
}

function flush() {
  is_scheduled = false;
  const batch = waiting;
  waiting = null;
  if (batch) for (const hear of listeners) hear(batch);
}

function schedule() {
  if (is_scheduled) return;
  is_scheduled = true;
  // A page that nobody looks at has no frames.
  if (document.hidden) setTimeout(flush, 1000);
  else requestAnimationFrame(flush);
}

function take(name, data) {
  waiting ??= { stats: null, notifications: [], missed: 0 };
  if (name === 'stats') {
    waiting.stats = data;
    keep(past_stats, data, kStatsMost);
  }
  if (name === 'missed') waiting.missed += Number(data.notifications);
  if (name === 'notification' && isNew(data.id)) {
    keep(recent, data, kRecentMost);
    waiting.notifications.push(data);
    if (waiting.notifications.length > kKeptMost) {
      waiting.notifications.shift();
      ++waiting.missed;
    }
  }
  schedule();
}

function takeBlock(block) {
  let name = '';
  let data = '';
  for (const line of block.split('\n')) {
    if (line.startsWith('event: ')) name = line.slice(7);
    if (line.startsWith('data: ')) data = line.slice(6);
  }
  if (data !== '') take(name, parse(data));
}

// Ends the attempt where `answer` is long in coming: a connection may be dead without an
// end, and before its first answer as well.
function unlessSilent(answer, attempt) {
  const silent = setTimeout(() => attempt.abort(), kSilentMost);
  return answer.finally(() => clearTimeout(silent));
}

// Whether it is worth trying again.
async function read(attempt) {
  const response = await unlessSilent(fetch('/v1/events',
    { headers: authorization(), signal: attempt.signal, cache: 'no-store' }), attempt);
  if (response.status === 401) denied();
  if (!response.ok) return response.status === 429 || response.status >= 500;
  state_listener('live');
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await unlessSilent(reader.read(), attempt);
    if (done) return true;
    const blocks = (rest + value).split('\n\n');
    rest = blocks.pop();
    blocks.forEach(takeBlock);
  }
}

async function follow() {
  leave();
  const mine = followed = { attempt: null };
  let tries = 0;
  while (mine === followed) {
    const begun = performance.now();
    let again = true;
    mine.attempt = new AbortController();
    try {
      again = await read(mine.attempt);
    } catch {
      // It broke off, or there is nobody.
    }
    if (mine !== followed) return;
    state_listener(again ? 'away' : 'denied');
    if (!again) return;
    tries = performance.now() - begun > 5000 ? 0 : tries + 1;
    const pause = kPauses[Math.min(tries, kPauses.length - 1)];
    await new Promise((resolve) => { setTimeout(resolve, pause); });
  }
}

function leave() {
  const left = followed;
  followed = null;
  left?.attempt.abort();
}

export function start() {
  is_wanted = true;
  if (!document.hidden) follow();
}
// Nothing of what was told stays behind.
export function stop() {
  is_wanted = false;
  leave();
  waiting = null;
  recent.length = 0;
  past_stats.length = 0;
  seen.clear();
}
// A browser has six connections to a server: tabs that nobody looks at would hold them all.
document.addEventListener('visibilitychange', () => {
  if (!is_wanted) return;
  if (document.hidden) leave();
  else follow();
});

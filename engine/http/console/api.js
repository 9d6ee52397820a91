// What the server is asked, by whom, and what it says when it refuses.
import { parse } from './json.js';

const kToken = 'tocsin-token';

export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

// Null: nobody has signed in. Empty: the server is one that asks nobody.
export function token() { return sessionStorage.getItem(kToken); }
export function signInWith(text) { sessionStorage.setItem(kToken, text); }
export function signOut() { sessionStorage.removeItem(kToken); }

let on_denied = () => {};
// Told when the server does not know the token any more.
export function onDenied(tell) { on_denied = tell; }
export function denied() { on_denied(); }

export function authorization() {
  return token() ? { Authorization: `Bearer ${token()}` } : {};
}

// How long an answer may take. A server that is paused, or a network that drops what is
// sent, says nothing at all.
const kAnswerMost = 30_000;
// Where much may be done, and where an endpoint is waited for: the server may be told to
// give it 10 minutes.
export const kLongAnswerMost = 660_000;

// `/v1/customer-alerts/list?next_page=x` is "customer alerts: list".
function nameOf(path) {
  return path.split('?')[0].split('/').slice(2).join(': ').replaceAll('-', ' ');
}

class Late extends Refused {
  constructor(path, limit) {
    super(0, `The server has not answered for ${limit / 1000} s (${nameOf(path)}).`);
  }
}

// `take(response)`, all of it within so many milliseconds.
async function inTime(path, options, limit, take) {
  const attempt = new AbortController();
  const late = setTimeout(() => attempt.abort(), limit);
  try {
    return await take(await fetch(path, { cache: 'no-store', ...options, signal: attempt.signal }));
  } catch (error) {
    if (error instanceof Refused) throw error;
    if (attempt.signal.aborted) throw new Late(path, limit);
    throw new Refused(0, 'The server cannot be reached.');
  } finally {
    clearTimeout(late);
  }
}

async function answerOf(response, asked_by) {
  const text = await response.text();
  let answer = null;
  try {
    answer = text === '' ? null : parse(text);
  } catch {
    throw new Refused(response.status, 'The answer is not to be understood.');
  }
  if (response.ok) return answer;
  // One that was signed out meanwhile ends nothing of who came after.
  if (response.status === 401 && asked_by === token()) denied();
  throw new Refused(response.status, answer?.message ?? `The server answered ${response.status}.`);
}

function ask(path, body, limit, headers = {}) {
  const asked_by = token();
  const options = {
    method: 'POST',
    headers: { ...authorization(), 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
  return inTime(path, options, limit, (response) => answerOf(response, asked_by));
}

// What is no JSON, if it comes within so many milliseconds.
export function getText(path, limit) {
  return inTime(path, { headers: authorization() }, limit,
    (response) => (response.ok ? response.text() : ''));
}

export function post(path, body, limit = kAnswerMost) { return ask(path, body, limit); }

// A change that is done once, however often it is asked for: where the connection breaks
// that is at once, and where the answer is late it is for somebody to decide. He who does
// so in the same dialog means the same change.
export class Once {
  constructor() { this.keys = new Map(); }

  async change(path, body, limit = kAnswerMost) {
    const what = path + JSON.stringify(body);
    if (!this.keys.has(what)) {
      this.keys.set(what, crypto.getRandomValues(new Uint32Array(4)).join('-'));
    }
    const attempt = () => ask(path, body, limit, { 'Idempotency-Key': this.keys.get(what) });
    try {
      const answer = await attempt().catch((error) => {
        if (error.status !== 0 || error instanceof Late) throw error;
        return attempt();
      });
      this.keys.delete(what);
      return answer;
    } catch (error) {
      if (error instanceof Late) error.message += ' It may be done all the same.';
      throw error;
    }
  }
}

// Every page of a list, as it comes: `take(elements)` for each; ends early where it
// returns false. Gives where the next page begins, or null if there is none.
export async function pages(path, body, take) {
  let next = null;
  do {
    const query = next === null ? '' : `?next_page=${encodeURIComponent(next)}`;
    const page = await post(path + query, body);
    next = page.next_page;
    if (take(page.data, page) === false) break;
  } while (next);
  return next;
}

// Until a view reads again what took so long: little of the server's time, and after one
// slow answer yet no longer than somebody waits.
export function pauseAfter(took) { return Math.min(10 * took, 30_000); }

// Of answers that overtake each other none is shown over one that was asked for later.
export class Reads {
  constructor() {
    this.begun = 0;
    this.shown = 0;
  }

  // Gives what says, when the answer is there, whether it is to be shown.
  begin() {
    const mine = ++this.begun;
    return () => {
      if (mine < this.shown) return false;
      this.shown = mine;
      return true;
    };
  }
}

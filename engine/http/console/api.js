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

async function ask(path, options) {
  const asked_by = token();
  let response;
  try {
    response = await fetch(path, { cache: 'no-store', ...options });
  } catch {
    throw new Refused(0, 'The server cannot be reached.');
  }
  return answerOf(response, asked_by);
}

// What is no JSON, if it comes within so many milliseconds.
export async function getText(path, limit) {
  const response = await fetch(path, { headers: authorization(), cache: 'no-store',
    signal: AbortSignal.timeout(limit) });
  return response.ok ? response.text() : '';
}

export function post(path, body) {
  return ask(path, {
    method: 'POST',
    headers: { ...authorization(), 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
}

// A change. Where its answer is lost it is asked for once more, with the same key: done
// once it is, whichever of the two came through.
export async function change(path, body) {
  const options = {
    method: 'POST',
    headers: {
      ...authorization(),
      'Content-Type': 'application/json',
      'Idempotency-Key': crypto.getRandomValues(new Uint32Array(4)).join('-'),
    },
    body: JSON.stringify(body),
  };
  try {
    return await ask(path, options);
  } catch (error) {
    if (error.status !== 0) throw error;
    return ask(path, options);
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
    if (take(page.data) === false) break;
  } while (next);
  return next;
}

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

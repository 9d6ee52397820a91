// Would catch a history of which nothing is shown though much became of the alert, or the
// oldest of it for the newest, and one that a second reading at the same time leaves
// narrower than it need be.
import assert from 'node:assert/strict';
import { beforeEach } from 'node:test';
import { test } from './browser.mjs';
import { acme } from './server.mjs';
import { setUp, visitor } from './stage.mjs';

const kSecond = 1000;
const kMinute = 60 * kSecond;
const kHour = 60 * kMinute;
const kPage = 100;

let events;
setUp();
beforeEach(async () => {
  events = [];
  await visitor.page.route('**/v1/customer-alerts/history*', answer);
});

// In the server's place, the oldest first, and in pages.
function answer(route) {
  const { starts_at } = route.request().postDataJSON();
  const since = starts_at === undefined ? 0 : Date.parse(starts_at);
  const found = events.filter(({ at }) => Date.parse(at) >= since);
  const from = Number(new URL(route.request().url()).searchParams.get('next_page') ?? 0);
  const to = from + kPage;
  return route.fulfill({ json: { data: found.slice(from, to), next_page: to < found.length ? String(to) : null } });
}

// So many became of it, the last one so long ago, and one each `every` milliseconds before.
function became(count, { ago, every }) {
  const last = Date.now() - ago;
  const added = Array.from({ length: count }, (_, i) => ({
    at: new Date(last - (count - 1 - i) * every).toISOString(), customer_status: 'ok',
    triggered_by: 'spend', value: 100, notification_id: null }));
  events = [...events, ...added].map((event, number) => ({ ...event, number }));
}

// What is said below it, and the numbers of the events that it has, after so many readings
// at once.
function read(times = 1) {
  return visitor.page.evaluate(async ([customer_id, count]) => {
    const { History } = await import('/console/history.js');
    const alert = { id: customer_id, type: 'spend_threshold_reached' };
    globalThis.shown ??= new History({ customer_id, alert });
    await Promise.all(Array.from({ length: count }, () => globalThis.shown.refresh()));
    const { note, events: has, list } = globalThis.shown;
    return { note: note.textContent, has: has.map(({ number }) => Number(number)), rows: list.children.length };
  }, [acme, times]);
}

// The newest of all, and none left out between them.
function areTheNewest(has, count) {
  assert.ok(has.length >= 10, `${has.length}`);
  assert.deepEqual(has, has.map((_, i) => count - 1 - i));
}

const kMore = 'Before it more became of it than is shown here.';

test('of more in a minute than anybody reads the newest is shown', async () => {
  became(6000, { ago: kSecond, every: 5 });
  const { note, has, rows } = await read();
  areTheNewest(has, 6000);
  assert.equal(note, `The newest. ${kMore}`);
  assert.equal(rows, 20);
  visitor.hadNoProblem();
});

test('so it is of more than anybody reads, and hardly anything after that', async () => {
  became(6000, { ago: 5 * kHour, every: 1 });
  became(3, { ago: kSecond, every: kSecond });
  areTheNewest((await read()).has, 6003);
  visitor.hadNoProblem();
});

test('of more than anybody reads, all of it at once, something is shown', async () => {
  became(3000, { ago: kHour / 2, every: 0 });
  became(3, { ago: kSecond, every: kSecond });
  const { has } = await read();
  assert.deepEqual(has.slice(0, 3), [3002, 3001, 3000]);
  assert.ok(has.length > 100);
  visitor.hadNoProblem();
});

test('read twice at once it is as wide as read once, and becomes wider again', async () => {
  // More in the day than anybody reads, and enough in the last minute.
  became(3000, { ago: 2 * kHour, every: kSecond });
  became(20, { ago: kSecond, every: kSecond });
  const { note, has } = await read(2);
  assert.equal(note, `The last hour. ${kMore}`);
  areTheNewest(has, 3020);
  assert.equal(has.length, 20);
  // All but a few is kept no longer.
  events = events.slice(-5);
  assert.equal((await read()).note, 'Everything that is kept.');
  visitor.hadNoProblem();
});

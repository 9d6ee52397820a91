// Would catch a reset whose empty answer the official client cannot read, one that is done
// twice where a key says once, and an error that is of another class than it should be, or
// that the client asks again for.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import Metronome, {
  AuthenticationError, BadRequestError, ConflictError, NotFoundError, PermissionDeniedError,
  RateLimitError,
} from '@metronome/sdk';
import { clientOf, limit } from './client.mjs';
import { Server, acme, nobody, spend, tokens } from './server.mjs';

let server;
let client;
let answers;
let both;
before(async () => {
  server = await Server.start();
  ({ client, answers } = await clientOf(server));
  await server.tell([spend(acme, 150)]);
  const { data } = await client.v1.alerts.create(limit);
  both = { customer_id: acme, alert_id: data.id };
});
after(() => server.stop());

// The error of this class that the call ends with, after it was asked for once.
async function refused(call, type) {
  answers.length = 0;
  const error = await call.then(() => assert.fail('done'), (e) => e);
  assert.ok(error instanceof type, error.stack);
  assert.equal(answers.length, 1);
  assert.equal(error.error.message, JSON.parse(answers[0].body).message);
  return error;
}

async function epoch() {
  return (await client.v1.customers.alerts.retrieve(both)).data.epoch;
}

test('a reset has an empty answer', async () => {
  answers.length = 0;
  const before = await epoch();
  const response = await client.v1.customers.alerts.reset(both).asResponse();
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-length'), '0');
  assert.equal(response.headers.get('transfer-encoding'), null);
  await client.v1.customers.alerts.reset(both);
  assert.equal(await epoch(), before + 2);
});

test('a client that nothing is given to but its environment', async () => {
  process.env.METRONOME_BASE_URL = server.url;
  process.env.METRONOME_BEARER_TOKEN = tokens.all;
  const plain = new Metronome();
  const before = await epoch();
  await plain.v1.customers.alerts.reset(both);
  const { data } = await plain.v1.customers.alerts.retrieve(both);
  assert.equal(data.epoch, before + 1);
  assert.equal(data.alert.threshold, 100);
});

test('a reset with a key is done once', async () => {
  const before = await epoch();
  const key = { headers: { 'Idempotency-Key': 'reset-once' } };
  await client.v1.customers.alerts.reset(both, key);
  await client.v1.customers.alerts.reset(both, key);
  assert.equal(await epoch(), before + 1);
  const other = { ...both, group_values: [] };
  await refused(client.v1.customers.alerts.reset(other, key), ConflictError);
  assert.equal(await epoch(), before + 1);
  const make = (name) => client.v1.alerts.create({ ...limit, name },
    { headers: { 'Idempotency-Key': 'create-once' } });
  const first = await make('one');
  assert.deepEqual(await make('one'), first);
  await refused(make('two'), ConflictError);
  await client.v1.alerts.archive(first.data);
});

test('a used uniqueness key names who holds it, and is not asked for again', async () => {
  const held = { ...limit, uniqueness_key: 'held' };
  const { data } = await client.v1.alerts.create(held);
  const seen = await server.answered('/v1/alerts/create', 409);
  const error = await refused(client.v1.alerts.create(held), ConflictError);
  assert.equal(error.status, 409);
  assert.equal(error.error.conflicting_id, data.id);
  assert.equal(error.error.conflicting_value, 'held');
  assert.equal(await server.answered('/v1/alerts/create', 409), seen + 1);
});

test('what is not possible', async () => {
  const { alerts } = client.v1;
  const { reset, retrieve } = {
    reset: (body) => client.v1.customers.alerts.reset(body),
    retrieve: (body) => client.v1.customers.alerts.retrieve(body),
  };
  for (const call of [reset, retrieve]) {
    await refused(call({ ...both, customer_id: nobody }), NotFoundError);
    await refused(call({ ...both, alert_id: nobody }), NotFoundError);
    await refused(call({ ...both, alert_id: '{no-uuid}' }), BadRequestError);
    await refused(call({ customer_id: acme }), BadRequestError);
  }
  await refused(alerts.create({ ...limit, alert_type: 'x' }), BadRequestError);
  await refused(alerts.create({ ...limit, threshold: NaN }), BadRequestError);
  await refused(alerts.archive({ id: nobody }), NotFoundError);
  const { data } = await alerts.create(limit);
  await alerts.archive(data);
  const twice = await refused(alerts.archive(data), BadRequestError);
  assert.equal(twice.error.message, 'Alert already archived');
  await refused(reset({ ...both, alert_id: data.id }), BadRequestError);
});

test('who may not', async () => {
  const asked = (bearerToken) => client.withOptions({ bearerToken }).v1;
  const before = await epoch();
  const unknown = asked('a-token-that-nobody-was-given');
  await refused(unknown.customers.alerts.reset(both), AuthenticationError);
  await refused(unknown.customers.alerts.retrieve(both), AuthenticationError);
  const reader = asked(tokens.reader);
  assert.equal((await reader.customers.alerts.retrieve(both)).data.epoch, before);
  await refused(reader.customers.alerts.reset(both), PermissionDeniedError);
  await refused(reader.alerts.create(limit), PermissionDeniedError);
  await refused(reader.alerts.archive({ id: both.alert_id }), PermissionDeniedError);
  assert.equal(await epoch(), before);
});

test('a limit is waited for as long as the answer says, and nothing is changed', async (t) => {
  const full = await Server.start(
    { flags: ['--notifications', '-', '--outbox-max', '1'], stdout: '/dev/full' });
  t.after(() => full.stop());
  const { client: asking, answers: given } = await clientOf(full);
  const { data: { id } } = await asking.v1.alerts.create(limit);
  // Its notification stays, as nothing can be written there.
  await full.tell([spend(acme, 150)]);
  const reset = { customer_id: acme, alert_id: id };
  given.length = 0;
  const waits = [];
  const { setTimeout: timer } = globalThis;
  // The client waits by this. Its own time limit of a request is one as well.
  globalThis.setTimeout = (call, time, ...more) => {
    if (time >= asking.timeout) return timer(call, time, ...more);
    waits.push(time);
    return timer(call, 0, ...more);
  };
  t.after(() => { globalThis.setTimeout = timer; });
  const error = await asking.v1.customers.alerts.reset(reset).catch((e) => e);
  globalThis.setTimeout = timer;
  assert.ok(error instanceof RateLimitError, error.stack);
  assert.deepEqual(given.map(({ status }) => status), [429, 429, 429]);
  const seconds = Number(given[0].headers.get('retry-after'));
  assert.ok(seconds >= 1);
  assert.deepEqual(waits.filter((time) => time === seconds * 1000).length, 2);
  assert.equal(await full.answered('/v1/customer-alerts/reset', 429), 3);
  const { data } = await asking.v1.customers.alerts.retrieve(reset);
  assert.equal(data.epoch, 0);
  assert.equal(data.customer_status, 'in_alarm');
});

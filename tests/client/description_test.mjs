// Would catch a description that is none of OpenAPI, that leaves out an alert type of the
// official client, or an answer that is not as described; and a check that finds nothing.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Description } from './description.mjs';
import { Server, acme, spend, tokens } from './server.mjs';

let server;
let description;
before(async () => {
  server = await Server.start();
  description = await Description.of(server);
});
after(() => server.stop());

test('the description is one of OpenAPI 3.1', async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(description.document);
  assert.ok(valid, JSON.stringify(errors));
  assert.equal(validator.version, '3.1');
  const { paths, ...without } = description.document;
  assert.ok(!(await validator.validate({ ...without, paths: { 'no/slash': {} } })).valid);
});

test('every part that is referred to is there', () => {
  for (const name of Object.keys(description.document.components.schemas)) {
    description.matches(name, null);
  }
});

test('it has the alert types of the official client', () => {
  const sdk = path.dirname(createRequire(import.meta.url).resolve('@metronome/sdk'));
  const types = readFileSync(path.join(sdk, 'resources/v1/alerts.d.ts'), 'utf8')
    .match(/alert_type: .*;/)[0].match(/[a-z_]+_reached/g);
  const { enum: ours } = description.document.components.schemas.AlertType;
  assert.equal(ours.length, 16);
  assert.deepEqual(types.filter((type) => !ours.includes(type)), []);
});

test('an answer that is not as described is found', () => {
  const alert = {
    id: acme, name: 'a', type: 'spend_threshold_reached', status: 'enabled', threshold: 1,
    updated_at: '2026-01-10T00:00:00.000Z', evaluate_on_create: true, notify_resolved: false,
  };
  const errorsOf = (change) => {
    // As it comes: what is undefined is left out.
    const answer = JSON.stringify({ data: [{ ...alert, ...change }], next_page: null });
    return description.matches('ListAlertsResponse', JSON.parse(answer));
  };
  assert.deepEqual(errorsOf({}), []);
  for (const change of [{ id: 'x' }, { type: 'x' }, { status: null }, { threshold: '1' },
    { updated_at: 'today' }, { name: undefined }, { unheard_of: 1 },
    { group_values: [{ key: 'a', unheard_of: 1 }] }, { credit_type: { id: acme } }]) {
    assert.notDeepEqual(errorsOf(change), [], JSON.stringify(change));
  }
});

// What the official client has no method for.
test('our own endpoints answer as described', async () => {
  const asked = description.fetching();
  const ask = async (method, target, body, more = {}) => {
    const response = await asked(server.url + target, {
      method,
      body: typeof body === 'object' ? JSON.stringify(body) : body,
      headers: {
        Authorization: `Bearer ${tokens.all}`, 'Content-Type': 'application/json', ...more,
      },
    });
    return { status: response.status, body: await response.text() };
  };
  const created = await ask('POST', '/v1/alerts/create',
    { alert_type: 'spend_threshold_reached', name: 'a', threshold: 100,
      group_values: [{ key: 'region' }] });
  const { id } = JSON.parse(created.body).data;
  const fact = { ...spend(acme, '100.5'), group_values: { region: 'eu' } };
  const both = { customer_id: acme, alert_id: id };
  for (const [status, method, target, body, more] of [
    [200, 'POST', '/v1/facts?source=a&offset=1', [fact, spend(acme, 'much')]],
    [200, 'POST', '/v1/facts?source=a&offset=1', [fact]],
    [200, 'POST', '/v1/facts', JSON.stringify(fact), { 'Content-Type': 'application/x-ndjson' }],
    [400, 'POST', '/v1/facts?source=a', [fact]],
    [400, 'POST', '/v1/facts', '[{]'],
    [413, 'POST', '/v1/facts', ' '.repeat((1 << 20) + 1)],
    [415, 'POST', '/v1/facts', 'x', { 'Content-Type': 'text/csv' }],
    [200, 'POST', '/v1/alerts/update', { id, threshold: '90.25', on_change: 'notify_again' }],
    [404, 'POST', '/v1/alerts/update', { id: acme, threshold: 1 }],
    [200, 'POST', '/v1/alerts/list', {}],
    [400, 'POST', '/v1/alerts/list?next_page=x', {}],
    [401, 'POST', '/v1/alerts/list', {}, { Authorization: 'Bearer unheard-of-by-anybody' }],
    [403, 'POST', '/v1/facts', [], { Authorization: `Bearer ${tokens.reader}` }],
    [200, 'POST', '/v1/customer-alerts/get', both],
    [200, 'POST', '/v1/customer-alerts/reset-many', { alert_id: id }],
    [200, 'POST', '/v1/customer-alerts/reset-many', { customer_id: acme }],
    [200, 'POST', '/v1/customer-alerts/explain', both],
    [200, 'POST', '/v1/customer-alerts/explain',
      { ...both, group_values: [{ key: 'region', value: 'eu' }] }],
    [200, 'POST', '/v1/customer-alerts/history', both],
    [404, 'POST', '/v1/customer-alerts/history', { ...both, alert_id: acme }],
    [200, 'GET', '/healthz'], [200, 'GET', '/readyz'], [200, 'GET', '/metrics'],
    [200, 'GET', '/openapi.json'],
    [401, 'GET', '/metrics', undefined, { Authorization: 'Basic YTpi' }],
  ]) {
    const answer = await ask(method, target, body, more);
    assert.equal(answer.status, status, `${target} ${JSON.stringify(body)?.slice(0, 80)} ${answer.body}`);
  }
});

// Would catch an alert of any type that the official client cannot create, get back as it
// was asked for, or archive, and a page that it does not find, leaves out or has twice.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { NotFoundError } from '@metronome/sdk';
import { clientOf, limit } from './client.mjs';
import { Server, acme, nobody, spend } from './server.mjs';

let server;
let client;
let answers;
before(async () => {
  server = await Server.start();
  ({ client, answers } = await clientOf(server));
  await server.tell([spend(acme, 150)]);
});
after(() => server.stop());

// Each type of docs/alert-types.md with the filters that it says there.
function typesOfPage() {
  const page = readFileSync(path.join(process.env.TOCSIN_DOCS, 'alert-types.md'), 'utf8');
  return page.split('\n## ').slice(1).map((section) => {
    const filters = /\| filters \| (.*) \|/.exec(section)[1];
    return {
      type: section.split('\n')[0],
      filters: [...filters.matchAll(/`([a-z_]+)`/g)].map((found) => found[1]),
      entity: /entity `([A-Za-z]+)`/.exec(filters)?.[1],
    };
  });
}

function exampleOf(filter, entity) {
  return {
    credit_type_id: '0000c4ed-0000-4000-8000-000000000001',
    billable_metric_id: '3e7c0000-0000-4000-8000-000000000001',
    group_values: [{ key: 'region', value: 'eu' }],
    custom_field_filters: [{ entity, key: 'tier', value: 'gold' }],
    invoice_types_filter: ['USAGE'],
    credit_grant_type_filters: ['trial'],
    seat_filter: { seat_group_key: 'user', seat_group_value: 'ann' },
    alert_specifiers: [{
      custom_field_filters: [{ entity, key: 'plan', value: 'x' }],
      exclude: [{ custom_field_filters: [{ entity, key: 'old', value: 'yes' }] }],
    }],
  }[filter] ?? assert.fail(filter);
}

const types = typesOfPage();
test('there are 16 types', () => assert.equal(types.length, 16));

for (const { type, filters, entity } of types) {
  test(`an alert of ${type}`, async () => {
    const given = Object.fromEntries(filters.map((f) => [f, exampleOf(f, entity)]));
    const { data: { id } } = await client.v1.alerts.create(
      { alert_type: type, name: `All of ${type}`, threshold: 12.5, ...given });
    // As there may be no instance to ask for, from the list.
    let found;
    for await (const { alert } of client.v1.customers.alerts.list({ customer_id: acme })) {
      if (alert.id === id) found = alert;
    }
    const { credit_type_id: creditType, ...others } = given;
    assert.equal(found.type, type);
    assert.equal(found.name, `All of ${type}`);
    assert.equal(found.threshold, 12.5);
    assert.equal(found.status, 'enabled');
    if (creditType) assert.equal(found.credit_type.id, creditType);
    for (const [name, value] of Object.entries(others)) assert.deepEqual(found[name], value);
    assert.equal((await client.v1.alerts.archive({ id })).data.id, id);
  });
}

test('an alert is retrieved, archived, and not in the list any more', async () => {
  const { data: { id } } = await client.v1.alerts.create({ ...limit, uniqueness_key: 'one' });
  const both = { customer_id: acme, alert_id: id };
  const { data } = await client.v1.customers.alerts.retrieve(both);
  assert.equal(data.customer_status, 'in_alarm');
  assert.equal(data.triggered_by, 'alert_created');
  assert.equal(data.alert.uniqueness_key, 'one');
  assert.equal(data.alert.credit_type.name, 'USD (cents)');
  await client.v1.alerts.archive({ id, release_uniqueness_key: true });
  assert.equal((await client.v1.customers.alerts.retrieve(both)).data.customer_status, null);
  const enabled = await client.v1.customers.alerts.list({ customer_id: acme });
  assert.deepEqual(enabled.data, []);
  const archived = [];
  const asked = { customer_id: acme, alert_statuses: ['ARCHIVED'] };
  for await (const each of client.v1.customers.alerts.list(asked)) archived.push(each.alert.id);
  assert.equal(archived.length, 17);
  assert.ok(archived.includes(id));
  const again = await client.v1.alerts.create({ ...limit, uniqueness_key: 'one' });
  assert.notEqual(again.data.id, id);
  await client.v1.alerts.archive({ id: again.data.id });
});

test('250 alerts are three pages, each alert once', async () => {
  const made = [];
  for (let i = 0; i < 250; ++i) {
    made.push(client.v1.alerts.create({ ...limit, threshold: i + 1 }));
  }
  const ids = (await Promise.all(made)).map(({ data }) => data.id);
  answers.length = 0;
  const listed = [];
  for await (const each of client.v1.customers.alerts.list({ customer_id: acme })) {
    listed.push(each.alert.id);
    // What ends meanwhile moves nothing.
    if (listed.length === 50) await client.v1.alerts.archive({ id: listed[20] });
  }
  assert.equal(listed.length, 250);
  assert.deepEqual(ids.filter((id) => !listed.includes(id)), []);
  const lists = answers.filter(({ body }) => body.includes('next_page'));
  assert.equal(lists.length, 3);
  await assert.rejects(client.v1.customers.alerts.list({ customer_id: nobody }),
    NotFoundError);
});


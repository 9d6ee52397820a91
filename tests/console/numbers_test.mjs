// Would catch an amount that is rounded on its way to the screen, dollars that are not the
// cents, a bar on the wrong side of its threshold, and an alert type that the page does not
// know.
import assert from 'node:assert/strict';
import { test } from './browser.mjs';
import { amount, barOf, dollars, kUsdCents, number } from './console/format.js';
import { parse } from './console/json.js';
import { typeNames, typeOf, typeOfNotification, valueOfNotification } from './console/types.js';
import { Server } from './server.mjs';

test('numbers stay the digits that came', () => {
  assert.deepEqual(parse(
    '{"a": 123456789012345678.000000000001, "b": [-0.10, 1e30], "c": "5\\" 6", "d": null, "7": true}'),
  { a: '123456789012345678.000000000001', b: ['-0.10', '1e30'], c: '5" 6', d: null, 7: true });
  assert.throws(() => parse('{"a": 1'));
});

test('as people read them', () => {
  for (const [text, read] of [['0', '0'], ['999', '999'], ['1000', '1,000'],
    ['-1234567.000000000001', '−1,234,567.000000000001'],
    ['1000000000000000000', '1,000,000,000,000,000,000'], ['1e30', '1e30']]) {
    assert.equal(number(text), read);
  }
  for (const [text, read] of [['0', '$0.00'], ['5', '$0.05'], ['-5', '−$0.05'], ['100', '$1.00'],
    ['12345', '$123.45'], ['250050', '$2,500.50'], ['99.5', '$0.995'], ['10.50', '$0.105'],
    ['123456789012345678.000000000001', '$1,234,567,890,123,456.78000000000001']]) {
    assert.equal(dollars(text), read);
  }
  assert.equal(amount('85.5', 'low_remaining_commit_percentage_reached'), '85.5 %');
  assert.equal(amount('1', 'low_remaining_days_in_plan_reached'), '1 day');
  assert.equal(amount('14', 'low_remaining_days_in_plan_reached'), '14 days');
  assert.equal(amount('100', 'spend_threshold_reached', kUsdCents), '$1.00');
  // In whole units of another credit type.
  assert.equal(amount('100', 'spend_threshold_reached', 'other'), '100');
  assert.equal(amount(null, 'spend_threshold_reached', kUsdCents), 'no data');
});

test('a bar is on the side of its mark on which the value is', () => {
  for (const type of ['spend_threshold_reached', 'low_credit_balance_reached']) {
    for (const [value, side] of [['99.99', -1], ['100', 0], ['100.01', 1]]) {
      const { fill, mark } = barOf(value, '100', type, false);
      assert.equal(Math.sign(fill - mark), side, `${type} ${value}`);
    }
    assert.equal(barOf('1e9', '100', type, true).fill, 1);
    assert.equal(barOf('-5', '100', type, true).fill, 0);
    // Where there is no scale it is all or nothing.
    assert.deepEqual(barOf('5', '0', type, true), { fill: 1, mark: null });
    assert.deepEqual(barOf('5', '-1', type, false), { fill: 0, mark: null });
    assert.deepEqual(barOf(null, '100', type, false), { fill: 0, mark: null });
  }
});

test('every alert type of the server is known, by what it is and what its value is called', async () => {
  const server = await Server.start();
  const { components } = JSON.parse(await server.get('/openapi.json'));
  await server.stop();
  assert.deepEqual([...typeNames].sort(), [...components.schemas.AlertType.enum].sort());
  for (const name of typeNames) assert.equal(typeOf(name).rises === true, !name.startsWith('low_'), name);
  const notification = { type: 'alerts.usage_threshold_resolved', properties: { current_usage: '5' } };
  assert.equal(typeOfNotification(notification.type), 'usage_threshold_reached');
  assert.equal(valueOfNotification(notification), '5');
});

// Would catch that somebody who works by keyboard, or hears the page read out, is thrown
// back to its beginning: where what has the focus goes away, or is shown anew.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach } from 'node:test';
import { Browser, test, until } from './browser.mjs';
import { Receiver } from './receiver.mjs';
import { Server, acme, spend } from './server.mjs';

const customer = (n) => `5a1e5a1e-0000-4000-8000-${String(n).padStart(12, '0')}`;
const sendAgain = (n) => `Send again, of customer ${customer(n)}`;

let server;
let browser;
let receiver;
let visitor;
before(async () => {
  receiver = await Receiver.start();
  server = await Server.start({ flags: ['--webhook-allow-http', '--webhook-allowed-network', '127.0.0.0/8',
    '--webhook-keep-trying', '1ms', '--webhook-retry-first', '1ms', '--webhook-retry-max', '1ms'] });
  browser = await Browser.start();
  for (const name of ['Limit 1', 'Limit 2', 'Limit 3']) {
    await server.post('/v1/alerts/create', { alert_type: 'spend_threshold_reached', name,
      threshold: name === 'Limit 1' ? '10000' : '90000' });
  }
});
after(async () => {
  await browser.stop();
  receiver.stop();
  await server.stop();
});
beforeEach(async () => {
  for (const { id } of (await server.post('/v1/webhooks/list', {})).data) {
    await server.post('/v1/webhooks/delete', { id });
  }
  visitor = await browser.visitor(server);
  await visitor.signIn();
  await visitor.page.getByRole('heading', { name: 'Overview' }).waitFor();
});
afterEach(() => visitor.leave());

// By what it is called to who does not see it.
function focused() {
  return visitor.page.evaluate(() => {
    const { activeElement: element } = document;
    if (element === document.body) return 'nothing';
    return element.getAttribute('aria-label') ?? element.textContent.trim();
  });
}

async function awaitFocusOn(name, role = 'button') {
  const { page } = visitor;
  await page.getByRole(role, { name, exact: true }).and(page.locator(':focus')).waitFor()
    .catch(async () => assert.equal(await focused(), name));
}

async function press(name, within = visitor.page) {
  await within.getByRole('button', { name, exact: true }).focus();
  await visitor.page.keyboard.press('Enter');
}

async function createEndpoints(...names) {
  for (const name of names) await server.post('/v1/webhooks/create', { url: receiver.url, name });
  await visitor.open('#/webhooks');
  for (const name of names) await visitor.page.getByRole('heading', { name }).waitFor();
}

test('in a list of dead letters, as some come and others are sent again', async () => {
  const { page } = visitor;
  receiver.status = 500;
  await createEndpoints('Billing');
  await server.tell([1, 2, 3].map((n) => spend(customer(n), '20000')));
  const letters = page.locator('.letters li');
  await press('Dead letters: Billing');
  await letters.nth(2).waitFor();
  const order = (await letters.getByRole('button').evaluateAll((buttons) =>
    buttons.map((button) => Number(button.getAttribute('aria-label').slice(-3)))));
  await letters.getByRole('button', { name: sendAgain(order[1]) }).focus();
  await page.evaluate(() => { document.activeElement.is_as_before = true; });
  await server.tell([spend(customer(4), '20000')]);
  await letters.nth(3).waitFor();
  assert.equal(await focused(), sendAgain(order[1]));
  // It is not read out anew: the very same has it yet.
  assert.ok(await page.evaluate(() => document.activeElement.is_as_before));

  receiver.status = 200;
  await page.keyboard.press('Enter');
  await letters.nth(3).waitFor({ state: 'detached' });
  await awaitFocusOn(sendAgain(order[2]));
  await page.keyboard.press('Enter');
  await letters.nth(2).waitFor({ state: 'detached' });
  await awaitFocusOn(sendAgain(4));
  // Of the last one it goes back, and of the only one to what opened the list.
  await page.keyboard.press('Enter');
  await letters.nth(1).waitFor({ state: 'detached' });
  await awaitFocusOn(sendAgain(order[0]));
  await page.keyboard.press('Enter');
  await letters.first().waitFor({ state: 'detached' });
  await awaitFocusOn('Dead letters: Billing');

  receiver.status = 500;
  await server.tell([5, 6].map((n) => spend(customer(n), '20000')));
  await letters.nth(1).waitFor();
  receiver.status = 200;
  await press('Send all again');
  await letters.first().waitFor({ state: 'detached' });
  await awaitFocusOn('Dead letters: Billing');
  visitor.hadNoProblem();
});

test('where more dead letters are shown, and there are no more beyond', async () => {
  const { page } = visitor;
  receiver.status = 500;
  await createEndpoints('Billing');
  await server.tell(Array.from({ length: 102 }, (_, i) => spend(customer(i + 100), '20000')));
  await page.locator('.counts div').filter({ hasText: 'Dead letters' }).getByText('102').waitFor();
  await press('Dead letters: Billing');
  await page.getByText('100 dead letters, and more.').waitFor();
  const letters = page.locator('.letters li');
  await press('Show more');
  await page.getByText('102 dead letters.').waitFor();
  await awaitFocusOn(await letters.nth(100).getByRole('button').getAttribute('aria-label'));
  // What is shown stays so, though the list is read again.
  receiver.status = 200;
  await page.keyboard.press('Enter');
  await page.getByText('101 dead letters.').waitFor();
  assert.equal(await letters.count(), 101);
  visitor.hadNoProblem();
});

test('where the two secrets of an endpoint are one again', async () => {
  const { page } = visitor;
  await createEndpoints('Billing', 'Ledger');
  const { data } = await server.post('/v1/webhooks/list', {});
  for (const { id } of data) await server.post('/v1/webhooks/rotate-secret', { id });
  await press('End overlap: Billing');
  await page.getByRole('button', { name: 'End overlap: Billing' }).waitFor({ state: 'hidden' });
  await awaitFocusOn('Billing', 'heading');
  await visitor.hasNoViolation();
  // By somebody else.
  await page.getByRole('button', { name: 'End overlap: Ledger' }).focus();
  await server.post('/v1/webhooks/end-overlap', { id: data.find(({ name }) => name === 'Ledger').id });
  await page.getByRole('button', { name: 'End overlap: Ledger' }).waitFor({ state: 'hidden' });
  await awaitFocusOn('Ledger', 'heading');
  visitor.hadNoProblem();
});

test('where an endpoint is deleted', async () => {
  const { page } = visitor;
  const dialog = page.getByRole('dialog');
  await createEndpoints('One', 'Two', 'Three');
  const names = (await page.locator('.card h2').allTextContents());
  await press(`Delete: ${names[1]}`);
  await press('Delete', dialog);
  await page.getByRole('heading', { name: names[1], exact: true }).waitFor({ state: 'detached' });
  await awaitFocusOn(`Delete: ${names[2]}`);

  // It is gone from the page before it is said to be deleted.
  let answer;
  const answered = new Promise((resolve) => { answer = resolve; });
  await page.route('**/v1/webhooks/delete', async (route) => {
    const response = await route.fetch();
    await answered;
    await route.fulfill({ response });
  });
  await page.keyboard.press('Enter');
  await press('Delete', dialog);
  await page.locator('.card h2', { hasText: names[2] }).waitFor({ state: 'detached' });
  answer();
  await awaitFocusOn(`Delete: ${names[0]}`);
  await page.keyboard.press('Enter');
  await press('Delete', dialog);
  await page.getByText('Create the first one.').waitFor();
  await awaitFocusOn('Webhooks', 'heading');
  visitor.hadNoProblem();
});

test('where an alert is edited or archived', async () => {
  const { page } = visitor;
  const dialog = page.getByRole('dialog');
  await visitor.open('#/alerts');
  await press('Edit Limit 2');
  await dialog.getByLabel('Threshold').fill('95000');
  await dialog.getByLabel('Threshold').press('Enter');
  await page.getByText('≥ $950.00').waitFor();
  await awaitFocusOn('Edit Limit 2');
  await press('Dismiss');
  await page.locator('main:focus').waitFor();
  await press('Archive Limit 2');
  await press('Archive', dialog);
  await page.getByRole('heading', { name: 'Limit 2', exact: true }).waitFor({ state: 'detached' });
  await awaitFocusOn('Archive Limit 3');
  await page.getByLabel('also disabled and archived ones').check();
  await page.getByRole('heading', { name: 'Limit 2', exact: true }).waitFor();
  await press('Archive Limit 3');
  await press('Archive', dialog);
  await page.getByRole('button', { name: 'Archive Limit 3' }).waitFor({ state: 'detached' });
  await awaitFocusOn('Limit 3', 'heading');
  await visitor.hasNoViolation();
  visitor.hadNoProblem();
});

test('where an alert of a customer is no more among those that are shown', async () => {
  const { page } = visitor;
  for (const name of ['Other 1', 'Other 2']) {
    await server.post('/v1/alerts/create',
      { alert_type: 'spend_threshold_reached', name, threshold: name === 'Other 1' ? '30000' : '20000' });
  }
  await server.tell([spend(customer(900), '40000')]);
  await visitor.open(`#/customers/${customer(900)}`);
  await page.locator('.choices').getByRole('button', { name: 'In alarm' }).click();
  await visitor.sees('Other 1', 'In alarm');
  await server.tell([spend(customer(900), '-15000')]);
  await press('Reset Other 1');
  await press('Reset', page.getByRole('dialog'));
  await visitor.sees('Other 1', 'OK');
  // They are gone through again when something has happened since the page opened.
  await until('Other 1 among those that are shown, to go', async () => {
    await server.tell([spend(customer(901), '1')]);
    return !await visitor.row('Other 1').isVisible();
  });
  await awaitFocusOn('Reset Other 2');
  visitor.hadNoProblem();
});

// As `alter` would have it in what the server says of the customer's alerts.
function alterStandings(alter) {
  return visitor.page.route('**/v1/customer-alerts/list', async (route) => {
    const response = await route.fetch();
    const json = await response.json();
    json.data.forEach(alter);
    await route.fulfill({ response, json });
  });
}

test('where an alert of a customer is disabled by its host', async () => {
  const { page } = visitor;
  await server.tell([spend(customer(910), '5')]);
  await visitor.open(`#/customers/${customer(910)}`);
  await visitor.sees('Limit 1', 'OK');
  await page.getByRole('button', { name: 'Reset Limit 1' }).focus();
  await alterStandings((state) => {
    state.alert.status = 'disabled';
    state.customer_status = null;
  });
  await server.tell([spend(customer(910), '1')]);
  await visitor.sees('Limit 1', 'Disabled');
  await page.locator('.opener:focus').filter({ hasText: 'Limit 1' }).waitFor();
  visitor.hadNoProblem();
});

test('where there is nothing older to be shown', async () => {
  const { page } = visitor;
  for (let i = 0; i < 6; ++i) await server.tell([spend(acme, '20000'), spend(acme, '-20000')]);
  await visitor.open(`#/customers/${acme}`);
  await visitor.row('Limit 1').locator('.opener').click();
  await page.locator('.events li').nth(11).waitFor();
  // Older ones are only those of the last 30 days: there is one, it came late.
  const events = page.locator('.events li');
  await page.route('**/v1/customer-alerts/history', async (route) => {
    const response = await route.fetch();
    const json = await response.json();
    const { starts_at } = route.request().postDataJSON();
    const at = new Date(Date.now() - 5 * 24 * 3600 * 1000).toISOString();
    if (starts_at === undefined || starts_at < at) json.data.unshift({ ...json.data[0], number: 0, at });
    await route.fulfill({ response, json });
  });
  await press('Show older', visitor.row('Limit 1'));
  await events.nth(12).waitFor();
  await awaitFocusOn('Show older');
  await page.keyboard.press('Enter');
  await page.getByText('Everything that is kept.').waitFor();
  await page.getByRole('heading', { name: 'History' }).and(page.locator(':focus')).waitFor();
  await visitor.hasNoViolation();
  visitor.hadNoProblem();
});

test('where a notification has no more room on the overview', async () => {
  const { page } = visitor;
  const tell = (first, count) => server.tell(Array.from({ length: count }, (_, i) =>
    spend(customer(first + i), '10000')));
  const links = page.locator('.live-list a');
  await tell(2000, 100);
  // In whichever order they come: one that is still to come would move the others.
  await page.locator(`.live-list a[title^="${customer(2000).slice(0, -2)}"]`).nth(99).waitFor();
  assert.equal(await links.count(), 100);
  const above = await links.nth(98).getAttribute('title');
  await links.nth(99).focus();
  await tell(2100, 1);
  await page.locator(`.live-list a[title="${above}"]:focus`).waitFor();
  // All of them at once.
  await tell(2200, 200);
  await page.locator(`.live-list a[title="${customer(2399)}"]`).waitFor();
  assert.notEqual(await focused(), 'nothing');
  visitor.hadNoProblem();
});

test('where something went wrong, which is said until it is dismissed, and is in front of nothing', async () => {
  const { page } = visitor;
  await page.clock.install();
  await page.setViewportSize({ width: 640, height: 450 });
  await createEndpoints('One', 'Two', 'Three', 'Four');
  let count = 0;
  await page.route('**/v1/webhooks/update', (route) => route.fulfill(
    { status: 503, body: `{"message": "not now, ${Math.floor(count++ / 2)}"}` }));
  // Each twice, and of them the newest three.
  for (let i = 0; i < 8; ++i) {
    const answered = page.waitForResponse('**/v1/webhooks/update');
    await press('Disable: One');
    await answered;
    await page.locator('.notice p').last().getByText(`not now, ${Math.floor(i / 2)}`).waitFor();
  }
  await page.clock.runFor(10_000);
  assert.deepEqual(await page.locator('.notice p').allTextContents(), ['not now, 1', 'not now, 2', 'not now, 3']);
  const { y } = await page.locator('.notice').first().boundingBox();
  const last = (await page.locator('.card').last().getByRole('button').allTextContents()).length;
  for (let i = 0; i < 4 * last; ++i) {
    await page.keyboard.press('Tab');
    const { bottom, is_below } = await page.evaluate(() => ({ is_below: document.activeElement.closest('.card') !== null,
      bottom: document.activeElement.getBoundingClientRect().bottom }));
    if (is_below) assert.ok(bottom <= y, `${await focused()}: ${bottom}, behind ${y}`);
  }
  for (let left = 3; left > 0; --left) await page.getByRole('button', { name: 'Dismiss' }).first().click();
  assert.equal(await page.locator('.notice').count(), 0);
  visitor.hadNoProblem(503);
});

test('where the content is skipped to, on the page that is shown', async () => {
  const { page } = visitor;
  await visitor.open('#/alerts');
  await page.getByRole('heading', { name: 'Alerts' }).waitFor();
  await page.getByRole('link', { name: 'Skip to the content' }).focus();
  await page.keyboard.press('Enter');
  await page.locator('main:focus').waitFor();
  assert.equal(await page.getByRole('heading', { name: 'Alerts' }).count(), 1);
  visitor.hadNoProblem();
});

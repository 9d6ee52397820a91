// Would catch a threshold that is crossed and not shown until somebody reloads, a reset
// that is not done, or is done without being asked for, and a verdict that does not come.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from './browser.mjs';
import { acme, nobody, spend, tokens } from './server.mjs';
import { server, setUp, visitor } from './stage.mjs';

setUp({ spent: '2500.5' });

async function resetsOf() {
  return Number(/^tocsin_resets_total (\d+)/m.exec(await server.get('/metrics'))[1]);
}

// Tab by tab, until that has the focus.
async function tabTo(name, times = 40) {
  const { page } = visitor;
  for (let i = 0; i < times; ++i) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      return element.getAttribute('aria-label') ?? element.textContent.trim();
    });
    if (focused.includes(name)) return;
  }
  assert.fail(`${name} is not reached`);
}

test('what is crossed appears, and its reset is done when it is confirmed', async () => {
  const { page } = visitor;
  await visitor.signIn();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  await page.getByLabel('Customer id', { exact: true }).fill(acme);
  await page.getByRole('button', { name: 'Find' }).click();
  await visitor.sees('Spend limit', 'OK');
  // To the last digit.
  await page.getByText('$25.005').waitFor();
  await server.tell([spend(acme, '7500')]);
  await visitor.sees('Spend limit', 'In alarm');
  await page.getByText('$100.005').waitFor();

  await page.getByRole('button', { name: 'Reset Spend limit' }).click();
  const dialog = page.getByRole('dialog', { name: 'Reset Spend limit?' });
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  assert.equal(await resetsOf(), 0);
  await page.getByRole('button', { name: 'Reset Spend limit' }).click();
  await dialog.getByRole('button', { name: 'Reset', exact: true }).click();
  await visitor.row('Spend limit').getByText('reset 1×').waitFor();
  await visitor.sees('Spend limit', 'In alarm');
  assert.equal(await resetsOf(), 1);
  visitor.hadNoProblem();
});

test('by keyboard alone: signed in, found, explained and reset', async () => {
  const { page } = visitor;
  await page.keyboard.type('a-token-that-may-do-everything');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  await page.keyboard.press('Shift+Tab');
  await page.evaluate(() => document.activeElement.blur());
  await tabTo('Overview');
  await page.evaluate(() => document.getElementById('find-id').focus());
  await page.keyboard.type(acme);
  await page.keyboard.press('Enter');
  await visitor.sees('Spend limit', 'In alarm');
  await tabTo('Spend limit');
  await page.keyboard.press('Enter');
  await page.getByText('$100.005 has reached the threshold of $100.00.').waitFor();
  // What became of it: crossed, reset, and crossed again.
  await page.locator('.events li').nth(2).waitFor();
  // Corrected: what is judged afresh is below the threshold, and nobody was told.
  await server.tell([spend(acme, '-5000')]);
  await tabTo('Reset Spend limit', 3);
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await tabTo('Reset', 3);
  await page.keyboard.press('Enter');
  await visitor.row('Spend limit').getByText('reset 2×').waitFor();
  await visitor.sees('Spend limit', 'OK');
  // The focus is where it was.
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-label')),
    'Reset Spend limit');
  assert.equal(await resetsOf(), 2);
  await page.keyboard.press('Escape');
  visitor.hadNoProblem();
});

test('what is told is seen at once on the overview, and leads to the customer', async () => {
  const { page } = visitor;
  await visitor.signIn();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  await page.getByText('Live', { exact: true }).waitFor();
  await server.tell([spend(nobody, '12345678.9')]);
  const line = page.locator('.live-list li').first();
  await line.getByText('$123,456.789').waitFor();
  await page.locator('.tile').filter({ hasText: 'Customers' }).getByText('2', { exact: true }).waitFor();
  await line.getByRole('link', { name: 'Customer 99999999…9999' }).click();
  await page.getByRole('heading', { name: nobody }).waitFor();
  await visitor.sees('Spend limit', 'In alarm');
  visitor.hadNoProblem();
});

test('what is no customer is said to be none', async () => {
  const { page } = visitor;
  await visitor.signIn();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  await page.getByLabel('Customer id', { exact: true }).fill('acme/../x');
  await page.getByRole('button', { name: 'Find' }).click();
  await page.getByText('acme/../x is no id of a customer.').waitFor();
  await visitor.open('#/customers/%');
  await page.getByText('% is no id of a customer.', { exact: true }).waitFor();
  await visitor.open('#overview');
  await page.getByText('There is no such page.').waitFor();
  visitor.hadNoProblem();
});

test('a server that dies and comes back is followed again, and what it did meanwhile is seen', async () => {
  const { page } = visitor;
  await visitor.signIn();
  const live = page.locator('#live');
  await live.getByText('Live', { exact: true }).waitFor();
  await visitor.open(`#/customers/${acme}`);
  await visitor.sees('Spend limit', 'OK');
  await server.kill();
  await live.getByText('Not connected', { exact: true }).waitFor();
  await server.runAgain();
  await server.tell([spend(acme, '6000')]);
  await visitor.sees('Spend limit', 'In alarm');
  await live.getByText('Live', { exact: true }).waitFor();
  await page.getByText('$110.005').waitFor();
  // Chromium itself speaks of whom it cannot reach.
  visitor.problems = visitor.problems.filter((problem) => !/net::ERR_/.test(problem));
  visitor.hadNoProblem();
});

test('what changes between the alerts that are read and the first event is seen', async () => {
  const { page } = visitor;
  await visitor.signIn();
  const customer = 'c0ffee00-0000-4000-8000-000000000001';
  await server.tell([spend(customer, '500')]);
  await visitor.open(`#/customers/${customer}`);
  await visitor.sees('Spend limit', 'OK');
  let begin;
  await page.route('**/v1/events', (route) => { begin = () => route.continue(); });
  await page.reload();
  await page.getByText('$5.00').waitFor();
  // No notification tells of it.
  await server.tell([spend(customer, '1')]);
  begin();
  await page.getByText('$5.01').waitFor();
  visitor.hadNoProblem();
});

test('a tab that nobody looks at leaves its connection to others', async () => {
  const { page } = visitor;
  await visitor.signIn();
  const live = page.locator('#live').getByText('Live', { exact: true });
  await live.waitFor();
  const look = (hidden) => page.evaluate((is_hidden) => {
    Object.defineProperty(document, 'hidden', { configurable: true, value: is_hidden });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);
  const isStream = (request) => request.url().endsWith('/v1/events');
  const left = page.waitForEvent('requestfailed', isStream);
  await look(true);
  await left;
  const followed = page.waitForRequest(isStream);
  await look(false);
  await followed;
  await live.waitFor();
  visitor.hadNoProblem();
});

test('a token that is none is said to be, and nothing of it is kept', async () => {
  const { page } = visitor;
  await visitor.signIn('nobody-was-given-this');
  await page.getByText('This token was not given to anybody.').waitFor();
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  // As it may be copied from a page: with what nobody sees, and cannot be sent.
  await visitor.signIn(`${tokens.all}\u200b`);
  await page.getByText('A token is of visible ASCII characters alone.').waitFor();
  await page.getByLabel('Token').and(page.locator(':focus')).waitFor();
  visitor.hadNoProblem(401);
});

// The last one, as the server knows no token behind it.
test('a token that is taken away ends what is shown', async () => {
  const { page } = visitor;
  await visitor.signIn();
  await page.getByText('Live', { exact: true }).waitFor();
  writeFileSync(path.join(server.folder, 'tokens'), `${tokens.reader} read\n`);
  server.child.kill('SIGHUP');
  await page.getByText('The server does not know this token any more.').waitFor();
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  await visitor.signIn(tokens.reader);
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  await page.locator('#live').getByText('Live', { exact: true }).waitFor();
  visitor.hadNoProblem(401);
});

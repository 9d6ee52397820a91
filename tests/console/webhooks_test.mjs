// Would catch an endpoint whose failures are not seen, a dead letter that cannot be sent
// again, or is shown twice where answers are slow, and a secret that is shown twice, or not
// at all.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { Browser, test, until } from './browser.mjs';
import { Receiver } from './receiver.mjs';
import { Server, acme, spend } from './server.mjs';

let server;
let browser;
let receiver;
before(async () => {
  receiver = await Receiver.start();
  server = await Server.start({ flags: ['--webhook-allow-http', '--webhook-allowed-network', '127.0.0.0/8',
    '--webhook-keep-trying', '1ms', '--webhook-retry-first', '1ms', '--webhook-retry-max', '1ms'] });
  browser = await Browser.start();
  await server.post('/v1/alerts/create',
    { alert_type: 'spend_threshold_reached', name: 'Spend limit', threshold: '10000' });
});
after(async () => {
  await browser.stop();
  receiver.stop();
  await server.stop();
});

test('an endpoint is created, fails, and is sent again what it did not take', async () => {
  const visitor = await browser.visitor(server);
  const { page } = visitor;
  const dialog = page.getByRole('dialog');
  await visitor.signIn();
  await page.getByRole('link', { name: 'Webhooks' }).click();
  await page.getByText('Create the first one.').waitFor();
  await page.getByRole('button', { name: 'New endpoint' }).click();
  await dialog.getByLabel('Name').fill('Billing');
  await dialog.getByLabel('URL').fill(receiver.url);
  await dialog.getByText('Which notifications').click();
  await dialog.getByLabel('Spend', { exact: true }).check();
  await visitor.screenshot('endpoint-form');
  await visitor.hasNoViolation();
  await dialog.getByRole('button', { name: 'Create' }).click();
  const secret = await dialog.getByLabel('Secret').inputValue();
  assert.ok(secret.length >= 24, secret);
  await dialog.getByRole('button', { name: 'I have kept it' }).click();
  // Hidden at once, and off the page a little later.
  await page.locator('dialog').waitFor({ state: 'detached' });
  assert.equal((await page.content()).includes(secret), false);

  const card = page.locator('.card').filter({ hasText: 'Billing' });
  await card.getByRole('button', { name: 'Test' }).click();
  await page.locator('#notices').getByText('The test was taken: 200.').waitFor();
  assert.equal(receiver.taken.pop().type, 'webhook.test');

  receiver.status = 500;
  await server.tell([spend(acme, '20000')]);
  await card.locator('.failure').getByText('500').waitFor();
  await card.locator('.counts div').filter({ hasText: 'Dead letters' }).getByText('1').waitFor();
  await page.getByRole('link', { name: 'Webhooks: 1 in trouble' }).waitFor();
  await card.getByRole('button', { name: 'Dead letters' }).click();
  await card.locator('.letters li').waitFor();
  await visitor.screenshot('webhooks');
  await visitor.hasNoViolation();
  receiver.status = 200;
  await card.getByRole('button', { name: /^Send again/ }).click();
  await card.getByText('There are none').waitFor();
  await card.locator('.counts div').filter({ hasText: 'Delivered' }).getByText('1').waitFor();
  assert.deepEqual(receiver.taken.map(({ type, properties }) => [type, properties.customer_id]),
    [['alerts.spend_threshold_reached', acme]]);

  await card.getByRole('button', { name: 'Disable' }).click();
  await card.getByText('Disabled', { exact: true }).waitFor();
  await card.getByRole('button', { name: 'Enable' }).click();
  await card.getByText('Enabled', { exact: true }).waitFor();
  await card.getByRole('button', { name: 'New secret' }).click();
  await dialog.getByRole('button', { name: 'Make one' }).click();
  assert.notEqual(await dialog.getByLabel('Secret').inputValue(), secret);
  await dialog.getByRole('button', { name: 'I have kept it' }).click();
  await card.getByText('two secrets until').waitFor();
  await card.getByRole('button', { name: 'End overlap' }).click();
  await card.getByText('two secrets until').waitFor({ state: 'detached' });
  await card.getByRole('button', { name: 'New secret' }).click();
  await dialog.getByLabel('It leaked').check();
  await dialog.getByRole('button', { name: 'Make one' }).click();
  await dialog.getByRole('button', { name: 'I have kept it' }).click();
  // Hidden at once, and off the page a little later.
  await page.locator('dialog').waitFor({ state: 'detached' });
  assert.equal((await server.post('/v1/webhooks/list', {})).data[0].previous_secret_until, null);
  // Another person changes it while it is edited.
  await card.getByRole('button', { name: 'Edit' }).click();
  const [{ id }] = (await server.post('/v1/webhooks/list', {})).data;
  await server.post('/v1/webhooks/update', { id, url: `${receiver.url}/2` });
  await dialog.getByLabel('Name').fill('Ledger');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: 'Ledger' }).waitFor();
  assert.equal((await server.post('/v1/webhooks/list', {})).data[0].url, `${receiver.url}/2`);
  await page.getByRole('button', { name: 'Delete: Ledger' }).click();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await page.getByText('Create the first one.').waitFor();
  visitor.hadNoProblem();
});

// How many dead letters are shown, each time that it changes.
async function countsShown(page) {
  await page.evaluate(() => {
    const panel = document.querySelector('.panel');
    const count = () => panel.querySelectorAll('.letters li').length;
    globalThis.counts = [count()];
    new MutationObserver(() => {
      if (count() !== globalThis.counts.at(-1)) globalThis.counts.push(count());
    }).observe(panel, { childList: true, subtree: true });
  });
  return () => page.evaluate(() => globalThis.counts);
}

test('dead letters are shown once, however slow the answers', async () => {
  const visitor = await browser.visitor(server);
  const { page } = visitor;
  const of = (n) => `5a1e5a1e-0000-4000-8000-${String(n).padStart(12, '0')}`;
  receiver.status = 500;
  await server.post('/v1/webhooks/create', { url: receiver.url, name: 'Billing' });
  await server.tell([1, 2, 3, 4].map((n) => spend(of(n), '20000')));
  await visitor.signIn();
  await page.getByRole('link', { name: 'Webhooks' }).click();
  const dead = page.locator('.counts div').filter({ hasText: 'Dead letters' });
  await dead.getByText('4').waitFor();
  await page.getByRole('button', { name: 'Dead letters: Billing' }).click();
  await page.getByText('4 dead letters.').waitFor();
  const shown = await countsShown(page);
  // Read at once, and told only when that is asked for.
  const held = [];
  await page.route('**/v1/webhooks/dead-letters', async (route) => {
    const response = await route.fetch();
    held.push(() => route.fulfill({ response }));
  });
  const anotherDies = async (n) => {
    const count = held.length;
    await server.tell([spend(of(n), '20000')]);
    await dead.getByText(String(n)).waitFor();
    await until('the dead letters, to be read', async () => {
      await page.waitForResponse('**/v1/webhooks/list');
      return held.length > count;
    });
  };
  await anotherDies(5);
  await anotherDies(6);
  // The older answer comes last.
  await held[1]();
  await page.getByText('6 dead letters.').waitFor();
  await held[0]();
  await anotherDies(7);
  await held[2]();
  await page.getByText('7 dead letters.').waitFor();
  assert.deepEqual(await shown(), [4, 6, 7]);

  // One is sent again: that is looked at once.
  receiver.status = 200;
  await page.getByRole('button', { name: /^Send again/ }).first().click();
  await dead.getByText('6').waitFor();
  await page.waitForResponse('**/v1/webhooks/list');
  await page.waitForResponse('**/v1/webhooks/list');
  assert.equal(held.length, 4);
  await held[3]();
  await page.getByText('6 dead letters.').waitFor();
  assert.deepEqual(await shown(), [4, 6, 7, 6]);
  visitor.hadNoProblem();
});

test('who would save over what another person has made of an endpoint is told, and decides', async () => {
  const visitor = await browser.visitor(server);
  const { page } = visitor;
  const dialog = page.getByRole('dialog');
  receiver.status = 200;
  const { data: { id } } = await server.post('/v1/webhooks/create', { url: receiver.url, name: 'Contested' });
  await visitor.signIn();
  await visitor.open('#/webhooks');
  await page.getByRole('button', { name: 'Edit: Contested' }).click();
  await server.post('/v1/webhooks/update', { id, name: 'Theirs', headers: { A: 'b' },
    alert_types: ['usage_threshold_reached'] });
  await dialog.getByLabel('Name').fill('Mine');
  await dialog.getByText('Headers', { exact: true }).click();
  await dialog.getByLabel('Sent along').fill('C: d');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByRole('alert').getByText('Nothing is saved yet: since this form was opened the name has become '
    + '“Theirs”, and the headers have become {"A":"b"}.').waitFor();
  assert.equal((await server.post('/v1/webhooks/get', { id })).data.name, 'Theirs');
  await dialog.getByRole('button', { name: 'Save over it' }).click();
  await page.getByRole('heading', { name: 'Mine' }).waitFor();
  const { name, headers, alert_types } = (await server.post('/v1/webhooks/get', { id })).data;
  assert.deepEqual([name, headers, alert_types], ['Mine', { C: 'd' }, ['usage_threshold_reached']]);
  await server.post('/v1/webhooks/delete', { id });
  visitor.hadNoProblem();
});

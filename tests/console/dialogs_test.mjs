// Would catch a question that is answered by a click that was not meant for it, outlives
// the page it is about, or is forgotten before its answer has come.
import assert from 'node:assert/strict';
import { after, before, beforeEach } from 'node:test';
import { test } from './browser.mjs';
import { Receiver } from './receiver.mjs';
import { acme } from './server.mjs';
import { server, setUp, signIn, visitor } from './stage.mjs';

let receiver;
let dialog;
setUp({ flags: ['--webhook-allow-http', '--webhook-allowed-network', '127.0.0.0/8'] });
before(async () => { receiver = await Receiver.start(); });
after(() => receiver.stop());
beforeEach(async () => {
  dialog = visitor.page.getByRole('dialog');
  await signIn();
});

async function askForReset() {
  await visitor.open(`#/customers/${acme}`);
  await visitor.sees('Spend limit', 'OK');
  await visitor.page.getByRole('button', { name: 'Reset Spend limit' }).click();
  await dialog.waitFor();
}


test('a question goes with the page that it is about', async () => {
  const { page } = visitor;
  await askForReset();
  await page.goBack();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  await page.locator('dialog').waitFor({ state: 'detached' });
  await page.locator('h1:focus').waitFor();
  visitor.hadNoProblem();
});

test('a session that ends amid a question leaves nothing in front of the sign-in', async () => {
  const { page } = visitor;
  await askForReset();
  await page.route('**/v1/customer-alerts/reset', (route) => route.fulfill(
    { status: 401, body: '{"message": "no such token"}' }));
  await dialog.getByRole('button', { name: 'Reset', exact: true }).click();
  await page.getByText('The server does not know this token any more.').waitFor();
  await page.locator('dialog').waitFor({ state: 'detached' });
  await visitor.signIn();
  await visitor.sees('Spend limit', 'OK');
  visitor.hadNoProblem(401);
});

test('an endpoint whose form is left before the server has answered tells its secret', async () => {
  const { page } = visitor;
  await visitor.open('#/webhooks');
  await page.getByRole('button', { name: 'New endpoint' }).click();
  await dialog.getByLabel('URL').fill(receiver.url);
  const asked = await visitor.holdFirst('**/v1/webhooks/create');
  await dialog.getByLabel('URL').press('Enter');
  const held = await asked();
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached' });
  await held.continue();
  await dialog.getByLabel('Secret').waitFor();
  await dialog.getByRole('button', { name: 'I have kept it' }).click();
  await page.getByRole('heading', { name: receiver.url }).waitFor();
  visitor.hadNoProblem();
});

test('what is refused after its form was left is told', async () => {
  const { page } = visitor;
  await visitor.open('#/alerts');
  await page.getByRole('button', { name: 'New alert' }).click();
  await dialog.getByLabel('Name').fill('Another');
  await dialog.getByLabel('Threshold').fill('5');
  await dialog.getByLabel('What is watched').selectOption({ label: 'Low seat balance' });
  await dialog.getByLabel('Seat group key').fill('x'.repeat(10_000));
  const asked = await visitor.holdFirst('**/v1/alerts/create');
  await dialog.getByLabel('Seat group key').press('Enter');
  const held = await asked();
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached' });
  await held.continue();
  await page.locator('.notice.bad').waitFor();
  visitor.hadNoProblem(400);
});

test('a double click on what asks does not answer', async () => {
  const { page } = visitor;
  await askForReset();
  const yes = await dialog.getByRole('button', { name: 'Reset', exact: true }).boundingBox();
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached' });
  const opener = await page.getByRole('button', { name: 'Reset Spend limit' }).boundingBox();
  // So that the one lies where the other will be.
  await page.evaluate(([x, y]) => document.styleSheets[0].insertRule(
    `dialog { transform: translate(${x}px, ${y}px); }`), [opener.x - yes.x, opener.y - yes.y]);
  await page.mouse.dblclick(opener.x + 10, opener.y + 10);
  await dialog.waitFor();
  assert.match(await server.get('/metrics'), /^tocsin_resets_total 0$/m);
  // One that is meant does.
  await dialog.getByRole('button', { name: 'Reset', exact: true }).click();
  await visitor.row('Spend limit').getByText('reset 1×').waitFor();
  visitor.hadNoProblem();
});

test('in a low window, what is wrong and what is pressed again are both seen', async () => {
  const { page } = visitor;
  await page.setViewportSize({ width: 320, height: 480 });
  await visitor.open('#/alerts');
  await page.getByRole('button', { name: 'Edit Spend limit' }).click();
  await dialog.getByText('Filters', { exact: true }).click();
  await dialog.getByLabel('Filters, as JSON').fill('{');
  await dialog.getByRole('button', { name: 'Save' }).focus();
  await page.keyboard.press('Enter');
  await dialog.getByRole('alert').getByText('The filters are not JSON.').waitFor();
  const box = await dialog.boundingBox();
  for (const part of [dialog.getByRole('alert'), dialog.getByRole('button', { name: 'Save' })]) {
    const { y, height } = await part.boundingBox();
    assert.ok(y >= box.y && y + height <= box.y + box.height, `${y} and ${height} high, in ${JSON.stringify(box)}`);
  }
  visitor.hadNoProblem();
});

// Would catch a page that a server which is slow, fails or falls silent leaves wrong, or
// that goes on asking it for what nobody looks at.
import assert from 'node:assert/strict';
import { test, until } from './browser.mjs';
import { acme, nobody, spend, tokens } from './server.mjs';
import { server, setUp, signIn, visitor } from './stage.mjs';

setUp();

test('a page that is left before its answer came asks no more', async () => {
  const { page } = visitor;
  await signIn();
  const held = [];
  await page.route('**/v1/webhooks/list', (route) => { held.push(route); });
  const asked = page.waitForRequest('**/v1/webhooks/list');
  await visitor.open('#/webhooks');
  await asked;
  await page.clock.install();
  await visitor.open('#/alerts');
  await page.getByRole('heading', { name: 'Alerts' }).waitFor();
  await held[0].continue();
  await page.waitForResponse('**/v1/webhooks/list');
  for (let i = 0; i < 5; ++i) await page.clock.runFor(2000);
  assert.equal(held.length, 1);
  visitor.hadNoProblem();
});

test('a slow server is not asked for the endpoints again before it has answered', async () => {
  const { page } = visitor;
  await signIn();
  await page.clock.install();
  await visitor.open('#/webhooks');
  await page.getByText('Create the first one.').waitFor();
  const held = [];
  await page.route('**/v1/webhooks/list', (route) => { held.push(route); });
  const asked = page.waitForRequest('**/v1/webhooks/list');
  await page.clock.runFor(2000);
  await asked;
  for (let i = 0; i < 5; ++i) await page.clock.runFor(2000);
  assert.equal(held.length, 1);
  visitor.hadNoProblem();
});

test('a change is seen though the first reading of it has failed', async () => {
  const { page } = visitor;
  await signIn();
  await visitor.open(`#/customers/${acme}`);
  await page.getByText('$25.00').waitFor();
  let fails = true;
  const failed = page.waitForResponse((response) => response.status() === 503);
  await page.route('**/v1/customer-alerts/list', (route) => (fails
    ? route.fulfill({ status: 503, body: '{"message": "not now"}' }) : route.continue()));
  await server.tell([spend(acme, '1')]);
  await failed;
  fails = false;
  await page.getByText('$25.01').waitFor();
  // So is a page that could not be read at all.
  await visitor.open('#/');
  fails = true;
  await visitor.open(`#/customers/${acme}`);
  await page.getByText('not now').waitFor();
  fails = false;
  await visitor.sees('Spend limit', 'OK');
  visitor.hadNoProblem(503);
});

test('metrics that do not come hold up nobody', async () => {
  const { page } = visitor;
  const held = [];
  await page.route('**/metrics', (route) => { held.push(route); });
  await signIn();
  // Nor the one page that depends on them.
  await visitor.open('#/webhooks');
  await page.reload();
  await page.getByText('The server has not said yet whether it sends to any.').waitFor();
  await page.locator('h1:focus').getByText('Webhooks', { exact: true }).waitFor();
  await held.at(-1).continue();
  await page.getByText('Create the first one.').waitFor();
  await page.locator('h1:focus').getByText('Webhooks', { exact: true }).waitFor();
  visitor.hadNoProblem();
});

test('nothing of a session is there in the next one', async () => {
  const { page } = visitor;
  await signIn();
  await page.locator('.tile').filter({ hasText: 'Customers' }).getByText('1', { exact: true }).waitFor();
  await server.tell([spend(nobody, '12345')]);
  await page.locator('.live-list li').waitFor();
  await visitor.open('#/alerts');
  await page.getByRole('button', { name: 'New alert' }).waitFor();
  await page.getByLabel('Customer id', { exact: true }).fill(acme);
  // What the server says of its own accord is not awaited: it has it yet.
  await page.route('**/v1/events', () => {});
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  assert.equal(await page.locator('#said').textContent(), '');
  await visitor.open('#/');
  await visitor.signIn(tokens.reader);
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  assert.equal(await page.locator('.live-list li').count(), 0);
  assert.equal(await page.locator('.tile').filter({ hasText: 'Customers' }).locator('dd').textContent(), '–');
  assert.equal(await page.getByLabel('Customer id', { exact: true }).inputValue(), '');
  visitor.hadNoProblem();
});

test('a page that is asked for before the server knows who asks is shown once it does', async () => {
  const { page } = visitor;
  const asked = await visitor.holdFirst('**/v1/alerts/list');
  await visitor.signIn();
  const held = await asked();
  await page.evaluate(() => new Promise((changed) => {
    window.addEventListener('hashchange', changed);
    location.hash = '#/alerts';
  }));
  assert.equal(await page.locator('h1').textContent(), 'Sign in');
  await held.continue();
  await page.getByRole('heading', { name: 'Alerts', exact: true }).waitFor();
  await page.getByText('1 alert', { exact: true }).waitFor();
  visitor.hadNoProblem();
});

test('a refusal of a session that has ended does not end the next one', async () => {
  const { page } = visitor;
  await signIn();
  const asking = await visitor.holdFirst('**/v1/alerts/list',
    (request) => request.headers().authorization.endsWith(tokens.all));
  await visitor.open('#/alerts');
  const held = await asking();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await visitor.signIn(tokens.reader);
  await page.getByText('1 alert', { exact: true }).waitFor();
  const answered = page.waitForResponse((response) => response.status() === 401);
  await held.fulfill({ status: 401, body: '{"message": "no such token"}' });
  await answered;
  await visitor.open('#/');
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  assert.equal(await page.getByRole('heading', { name: 'Sign in' }).count(), 0);
  visitor.hadNoProblem(401);
});

test('alerts that others create appear, and an answer that was overtaken is not shown', async () => {
  const { page } = visitor;
  const create = (name) => server.post('/v1/alerts/create',
    { alert_type: 'spend_threshold_reached', name, threshold: '900000' });
  const { data } = await create('Archived');
  await server.post('/v1/alerts/archive', { id: data.id });
  await signIn();
  await visitor.open('#/alerts');
  await page.getByRole('heading', { name: 'Spend limit' }).waitFor();
  await create('Of another');
  await page.getByRole('heading', { name: 'Of another' }).waitFor();
  let release;
  await page.route('**/v1/alerts/list', async (route) => {
    const response = await route.fetch();
    if (route.request().postDataJSON().alert_statuses) await new Promise((go) => { release = go; });
    await route.fulfill({ response });
  });
  const asked = page.waitForRequest('**/v1/alerts/list');
  await page.getByLabel('also disabled and archived ones').check();
  await asked;
  const plain = page.waitForResponse('**/v1/alerts/list');
  await page.getByLabel('also disabled and archived ones').uncheck();
  await plain;
  await until('an answer that is held', async () => await server.get('/healthz') && release !== undefined);
  const late = page.waitForResponse('**/v1/alerts/list');
  release();
  await (await late).finished();
  await page.evaluate(() => new Promise((drawn) => { requestAnimationFrame(drawn); }));
  assert.equal(await page.getByRole('heading', { name: 'Archived' }).count(), 0);
  visitor.hadNoProblem();
});

test('of what goes back and forth all the time the newest is shown', async () => {
  const { page } = visitor;
  const flapping = 'c0ffee00-0000-4000-8000-000000000002';
  for (let i = 0; i < 4; ++i) {
    await server.tell(Array.from({ length: 600 }, (_, j) =>
      spend(flapping, j % 2 === 0 ? '10000' : '-10000')));
  }
  await server.tell([spend(flapping, '10042')]);
  // As if all but the last had been two hours ago.
  await page.route('**/v1/customer-alerts/history*', async (route) => {
    const response = await route.fetch();
    const json = await response.json();
    const hour_ago = new Date(Date.now() - 3_600_000 - 5000).toISOString();
    if (route.request().postDataJSON().starts_at > hour_ago) {
      json.data = json.data.filter(({ value }) => value === 10042);
    }
    await route.fulfill({ response, json });
  });
  await signIn();
  await visitor.open(`#/customers/${flapping}`);
  await visitor.row('Spend limit').locator('.opener').click();
  await page.locator('.events li').first().getByText('at $100.42').waitFor();
  visitor.hadNoProblem();
});

test('a connection for events that is never answered is given up and tried again', async () => {
  const { page } = visitor;
  await page.clock.install();
  const held = [];
  await page.route('**/v1/events', (route) => { held.push(route); });
  await signIn();
  await page.clock.runFor(10_000);
  await page.locator('#live').getByText('Not connected', { exact: true }).waitFor();
  const again = page.waitForRequest('**/v1/events');
  await page.clock.runFor(2000);
  await again;
  visitor.hadNoProblem();
});

test('one slow answer does not keep a page from what comes after it', async () => {
  const { page } = visitor;
  await page.clock.install();
  await signIn();
  await visitor.open(`#/customers/${acme}`);
  await visitor.sees('Spend limit', 'OK');
  const held = [];
  await page.route('**/v1/customer-alerts/list', (route) => { held.push(route); });
  const asked = page.waitForRequest('**/v1/customer-alerts/list');
  await server.tell([spend(acme, '1')]);
  // No longer than until it asks: it waits for half a minute from there on.
  for (let ran = 0; ran < 12_000 && held.length === 0; ran += 200) {
    await page.clock.runFor(200);
  }
  await asked;
  await page.clock.runFor(20_000);
  const slow = page.waitForResponse('**/v1/customer-alerts/list');
  await held[0].continue();
  await (await slow).finished();
  const next = page.waitForRequest('**/v1/customer-alerts/list');
  await page.clock.runFor(32_000);
  await next;
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  visitor.hadNoProblem();
});

test('what does not answer is named after half a minute, and what was asked for is asked for again', async () => {
  const { page } = visitor;
  await page.clock.install();
  await signIn();
  const held = [];
  await page.route('**/v1/customer-alerts/list', (route) => { held.push(route); });
  const asked = page.waitForRequest('**/v1/customer-alerts/list');
  await visitor.open(`#/customers/${acme}`);
  await asked;
  await page.clock.runFor(30_000);
  await page.getByText('The server has not answered for 30 s (customer alerts: list).').waitFor();
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.clock.runFor(2000);
  await visitor.sees('Spend limit', 'OK');
  // One who comes to a server that hangs is told so, too.
  await page.getByRole('button', { name: 'Sign out' }).click();
  const asked_in = page.waitForRequest('**/v1/alerts/list');
  await page.route('**/v1/alerts/list', () => {});
  await visitor.signIn();
  await asked_in;
  await page.clock.runFor(30_000);
  await page.getByRole('alert').getByText('The server has not answered for 30 s (alerts: list).').waitFor();
  visitor.hadNoProblem();
});

test('a change whose answer is late is done once, though it is asked for again', async () => {
  const { page } = visitor;
  const dialog = page.getByRole('dialog');
  await page.clock.install();
  await signIn();
  await visitor.open('#/alerts');
  await page.getByRole('button', { name: 'New alert' }).click();
  await dialog.getByLabel('Name').fill('Created once');
  await dialog.getByLabel('Threshold').fill('900000');
  // It is done, and nobody is told.
  let is_done = false;
  await page.route('**/v1/alerts/create', async (route) => { is_done = (await route.fetch()).ok(); });
  const asked = page.waitForRequest('**/v1/alerts/create');
  await dialog.getByLabel('Threshold').press('Enter');
  await asked;
  await until('the creation of the alert', async () => await server.get('/healthz') && is_done);
  await page.clock.runFor(30_000);
  await dialog.getByText('has not answered for 30 s (alerts: create). It may be done all the same.').waitFor();
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.keyboard.press('Enter');
  await page.locator('dialog').waitFor({ state: 'detached' });
  const { data } = await server.post('/v1/alerts/list', {});
  const mine = data.filter(({ name }) => name === 'Created once');
  assert.equal(mine.length, 1);
  await server.post('/v1/alerts/archive', { id: mine[0].id });
  visitor.hadNoProblem();
});

test('an answer that breaks off is said to have done so', async () => {
  const { page } = visitor;
  await signIn();
  await page.evaluate(() => {
    const real = globalThis.fetch;
    globalThis.fetch = (path, options) => (path.endsWith('/alerts/list')
      ? Promise.resolve(new Response(new ReadableStream({ start: (stream) => stream.error(new TypeError('network error')) })))
      : real(path, options));
  });
  await visitor.open('#/alerts');
  await page.getByText('The server cannot be reached.').waitFor();
  visitor.hadNoProblem();
});

test('a server that falls silent is said to be away, and followed when it speaks again', async () => {
  const { page } = visitor;
  await signIn();
  const live = page.locator('#live');
  await live.getByText('Live', { exact: true }).waitFor();
  server.child.kill('SIGSTOP');
  try {
    await live.getByText('Not connected', { exact: true }).waitFor();
    // Nor is a test that asks it left to wait.
    await assert.rejects(server.post('/v1/alerts/list', {}, 1), /^Error: POST \/v1\/alerts\/list: no answer within 1 ms/);
  } finally {
    server.child.kill('SIGCONT');
  }
  await live.getByText('Live', { exact: true }).waitFor();
  visitor.hadNoProblem();
});

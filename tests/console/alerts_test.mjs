// Would catch an alert that cannot be created, edited or archived, a form that sends what
// is wrong, and a name that is taken for markup.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { Browser, test } from './browser.mjs';
import { Server, acme, spend, tokens } from './server.mjs';

const kName = '<img src=x onerror=alert(1)> "limit" & more';

let server;
let browser;
before(async () => {
  server = await Server.start();
  browser = await Browser.start();
});
after(async () => {
  await browser.stop();
  await server.stop();
});

async function alertsOfServer() {
  return (await server.post('/v1/alerts/list', { alert_statuses: ['ENABLED', 'ARCHIVED'] })).data;
}

test('an alert is created, edited and archived', async () => {
  const visitor = await browser.visitor(server);
  const { page } = visitor;
  await visitor.signIn();
  await page.getByRole('link', { name: 'Alerts' }).click();
  await page.getByText('Nothing is watched yet.').waitFor();
  await page.getByRole('button', { name: 'New alert' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill(kName);
  await dialog.getByRole('button', { name: 'Create' }).click();
  await dialog.getByText('The threshold is missing.').waitFor();
  await dialog.getByLabel('Threshold').fill('12345.67');
  await dialog.getByText('In cents: $123.4567.').waitFor();
  await dialog.getByLabel('Uniqueness key').fill('limit-1');
  await dialog.getByText('Filters', { exact: true }).click();
  await dialog.getByLabel('Filters, as JSON').fill('{"group_values": [{"key": "region"}]}');
  await visitor.screenshot('alert-form');
  await visitor.hasNoViolation();
  await dialog.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('heading', { name: kName }).waitFor();
  const [created] = await alertsOfServer();
  assert.equal(created.name, kName);
  assert.equal(created.threshold, 12345.67);
  assert.deepEqual(created.group_values, [{ key: 'region' }]);

  // A second one with its key is refused, and what was typed stays.
  await page.getByRole('button', { name: 'New alert' }).click();
  await dialog.getByLabel('What is watched').selectOption({ label: 'Usage' });
  await dialog.getByLabel('Name').fill('Another');
  await dialog.getByLabel('Threshold').fill('5');
  await dialog.getByLabel('Billable metric id').fill(acme);
  await dialog.getByLabel('Uniqueness key').fill('limit-1');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await dialog.getByText('is held by the alert').waitFor();
  await dialog.getByLabel('Uniqueness key').fill('');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('heading', { name: 'Another', exact: true }).waitFor();

  await page.getByRole('button', { name: 'Edit Another' }).click();
  await dialog.getByLabel('Threshold').fill('0.000000000001');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByText('≥ 0.000000000001').waitFor();

  await page.getByRole('button', { name: 'Archive Another' }).click();
  await dialog.getByRole('button', { name: 'Archive' }).click();
  await page.getByRole('heading', { name: 'Another', exact: true }).waitFor({ state: 'detached' });
  await page.getByLabel('also disabled and archived ones').check();
  await page.getByText('Archived', { exact: true }).waitFor();
  assert.equal((await alertsOfServer()).find(({ name }) => name === 'Another').status, 'archived');

  // For one customer, from where it is looked at; each value of the key is an instance.
  await server.tell([{ ...spend(acme, '20000'), group_values: { region: 'eu' } }]);
  await visitor.open(`#/customers/${acme}`);
  await visitor.sees(kName, 'In alarm');
  await visitor.row(kName).locator('.opener').click();
  await page.getByRole('rowheader', { name: 'region = eu' }).waitFor();
  await page.getByText('At least one of its instances has reached the threshold of').waitFor();
  await page.getByRole('button', { name: 'New alert' }).click();
  assert.equal(await dialog.getByLabel('Id', { exact: true }).inputValue(), acme);
  await dialog.getByLabel('Name').fill('Only here');
  await dialog.getByLabel('Threshold').fill('100');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await visitor.sees('Only here', 'In alarm');
  visitor.hadNoProblem(409);
});

async function createAndEdit(visitor, alert) {
  const { page } = visitor;
  const { data: { id } } = await server.post('/v1/alerts/create', { threshold: '77', ...alert });
  await visitor.signIn();
  await visitor.open('#/alerts');
  await page.getByRole('button', { name: `Edit ${alert.name}` }).click();
  return { id, dialog: page.getByRole('dialog'),
    asItIs: async () => (await alertsOfServer()).find((one) => one.id === id),
    save: async () => {
      await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
      await page.locator('dialog').waitFor({ state: 'detached' });
    } };
}

test('filters that are emptied are taken away', async () => {
  const visitor = await browser.visitor(server);
  const { dialog, asItIs, save } = await createAndEdit(visitor, { name: 'Filtered',
    alert_type: 'spend_threshold_reached', group_values: [{ key: 'region' }] });
  await dialog.getByLabel('Filters, as JSON').fill('');
  await save();
  assert.equal((await asItIs()).group_values, undefined);
  visitor.hadNoProblem();
});

test('a filter that cannot be taken away is said to be one', async () => {
  const visitor = await browser.visitor(server);
  const { dialog, asItIs } = await createAndEdit(visitor, { name: 'By seat',
    alert_type: 'low_remaining_seat_balance_reached', seat_filter: { seat_group_key: 'seat' } });
  const is = await asItIs();
  await dialog.getByLabel('Filters, as JSON').fill('');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText('The seat_filter cannot be taken away.').waitFor();
  await dialog.getByLabel('Filters, as JSON').fill('[1]');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText('must be a JSON object').waitFor();
  assert.deepEqual(await asItIs(), is);
  visitor.hadNoProblem();
});

test('what another person has changed meanwhile stays so', async () => {
  const visitor = await browser.visitor(server);
  const { id, dialog, asItIs, save } = await createAndEdit(visitor, { name: 'Shared',
    alert_type: 'spend_threshold_reached', group_values: [{ key: 'region' }] });
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText('Nothing is changed.').waitFor();
  await server.post('/v1/alerts/update', { id, threshold: '88', notify_resolved: true, group_values: [] });
  await dialog.getByLabel('Name').fill('Shared by two');
  await save();
  const { name, threshold, notify_resolved, group_values } = await asItIs();
  assert.deepEqual([name, threshold, notify_resolved, group_values], ['Shared by two', 88, true, undefined]);
  visitor.hadNoProblem();
});

test('who would save over what another person has saved is told what that is, and decides', async () => {
  const visitor = await browser.visitor(server);
  const { page } = visitor;
  const { id, dialog, asItIs, save } = await createAndEdit(visitor, { name: 'Contested',
    alert_type: 'spend_threshold_reached', group_values: [{ key: 'region' }] });
  await server.post('/v1/alerts/update', { id, name: 'Theirs <b>', threshold: '88',
    group_values: [{ key: 'shop' }], notify_resolved: true });
  await dialog.getByLabel('Name').fill('Mine');
  await dialog.getByLabel('Filters, as JSON').fill('');
  await dialog.getByRole('button', { name: 'Save' }).focus();
  await page.keyboard.press('Enter');
  await dialog.getByRole('alert').getByText('Nothing is saved yet: since this form was opened the group_values '
    + 'have become [{"key":"shop"}], and the name has become “Theirs <b>”.').waitFor();
  await dialog.getByRole('button', { name: 'Save over it' }).and(page.locator(':focus')).waitFor();
  await visitor.hasNoViolation();
  assert.equal((await asItIs()).name, 'Theirs <b>');
  // What is not contested is shown as it is by now.
  assert.equal(await dialog.getByLabel('Name').inputValue(), 'Mine');
  assert.equal(await dialog.getByLabel('Threshold').inputValue(), '88');
  assert.equal(await dialog.getByLabel('Filters, as JSON').inputValue(), '');
  assert.ok(await dialog.getByLabel('Tell also when it is over').isChecked());
  // A third one comes between.
  await server.post('/v1/alerts/update', { id, name: 'Of a third' });
  await page.keyboard.press('Enter');
  await dialog.getByText('the name has become “Of a third”.').waitFor();
  await dialog.getByRole('button', { name: 'Save over it' }).click();
  await page.locator('dialog').waitFor({ state: 'detached' });
  const { name, threshold, notify_resolved, group_values } = await asItIs();
  assert.deepEqual([name, threshold, notify_resolved, group_values], ['Mine', 88, true, undefined]);

  // What both want is no matter, and what the other one has made may be left.
  await page.getByRole('button', { name: 'Edit Mine' }).click();
  await server.post('/v1/alerts/update', { id, threshold: '90' });
  await dialog.getByLabel('Threshold').fill('91');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText('the threshold has become $0.90.').waitFor();
  await dialog.getByLabel('Threshold').fill('90');
  await dialog.getByRole('button', { name: 'Save over it' }).click();
  await dialog.getByText('Nothing is changed.').waitFor();
  await dialog.getByLabel('Name').fill('Ours');
  await server.post('/v1/alerts/update', { id, name: 'Ours' });
  await save();
  assert.deepEqual([(await asItIs()).name, (await asItIs()).threshold], ['Ours', 90]);
  visitor.hadNoProblem();
});

test('who may only read is told so', async () => {
  const visitor = await browser.visitor(server);
  const { page } = visitor;
  await visitor.signIn(tokens.reader);
  await visitor.open('#/alerts');
  await page.getByRole('button', { name: 'New alert' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('No');
  await dialog.getByLabel('Threshold').fill('1');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await dialog.getByText('the token has not the right admin').waitFor();
  assert.equal((await alertsOfServer()).some(({ name }) => name === 'No'), false);
  visitor.hadNoProblem(403);
});

test('of many instances those in alarm are shown', async () => {
  const { data } = await server.post('/v1/alerts/create', { alert_type: 'spend_threshold_reached',
    name: 'By seller', threshold: '5000', group_values: [{ key: 'seller' }] });
  await server.tell(Array.from({ length: 150 }, (_, i) => ({
    ...spend(acme, i % 50 === 49 ? '6000' : '1'), group_values: { seller: String(i + 1000) } })));
  const visitor = await browser.visitor(server);
  const { page } = visitor;
  await visitor.signIn();
  await visitor.open(`#/customers/${acme}`);
  await visitor.sees('By seller', 'In alarm');
  await visitor.row('By seller').locator('.opener').click();
  await page.getByText('The first 100 of 150 instances.').waitFor();
  assert.deepEqual((await page.locator('tbody tr').allTextContents()).slice(0, 4).map((row) => row.slice(0, 21)),
    ['seller = 1049In alarm', 'seller = 1099In alarm', 'seller = 1149In alarm', 'seller = 1000OK$0.01']);
  await server.post('/v1/alerts/archive', { id: data.id });
  visitor.hadNoProblem();
});

test('a name of spaces alone is seen and read out', async () => {
  await server.post('/v1/alerts/create',
    { alert_type: 'spend_threshold_reached', name: ' ', threshold: '1' });
  await server.tell([spend(acme, '100')]);
  const visitor = await browser.visitor(server);
  const { page } = visitor;
  await visitor.signIn();
  await page.locator('.live-list').getByText('(no name)').waitFor();
  await visitor.open(`#/customers/${acme}`);
  await visitor.sees('(no name)', 'In alarm');
  await visitor.open('#/alerts');
  await page.getByRole('heading', { name: '(no name)' }).waitFor();
  await visitor.hasNoViolation();
  visitor.hadNoProblem();
});

test('a name that would turn about what stands beside it is written out', async () => {
  await server.post('/v1/alerts/create', { alert_type: 'spend_threshold_reached', name: 'Refund \u202e001',
    threshold: '2', group_values: [{ key: '\u202eseller' }] });
  await server.tell([{ ...spend(acme, '100'), group_values: { '\u202eseller': 'a\u2067b' } }]);
  const shown = 'Refund ⟨U+202E⟩001';
  const visitor = await browser.visitor(server);
  const { page } = visitor;
  const dialog = page.getByRole('dialog');
  await visitor.signIn();
  await page.locator('.live-list').getByText(shown, { exact: true }).waitFor();
  await visitor.open(`#/customers/${acme}`);
  await visitor.sees(shown, 'In alarm');
  await visitor.row(shown).getByText('each ⟨U+202E⟩seller').waitFor();
  await visitor.row(shown).locator('.opener').click();
  await page.getByRole('rowheader', { name: '⟨U+202E⟩seller = a⟨U+2067⟩b' }).waitFor();
  await page.getByRole('button', { name: `Reset ${shown}` }).click();
  await dialog.getByRole('heading', { name: `Reset ${shown}?` }).waitFor();
  await page.keyboard.press('Escape');
  await visitor.open('#/alerts');
  // What is edited is the name itself.
  await page.getByRole('button', { name: `Edit ${shown}` }).click();
  await dialog.getByRole('heading', { name: `Edit ${shown}` }).waitFor();
  assert.equal(await dialog.getByLabel('Name').inputValue(), 'Refund \u202e001');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: `Archive ${shown}` }).click();
  await dialog.getByRole('button', { name: 'Archive' }).click();
  await page.locator('#notices').getByText(`${shown} is archived.`).waitFor();
  visitor.hadNoProblem();
});

test('an alert that gets another name is called by it everywhere', async () => {
  const { data: { id } } = await server.post('/v1/alerts/create', { alert_type: 'spend_threshold_reached',
    name: 'Before', threshold: '5000', group_values: [{ key: 'shop' }] });
  const sell = () => server.tell([{ ...spend(acme, '1'), group_values: { shop: '1' } }]);
  await sell();
  const visitor = await browser.visitor(server);
  const { page } = visitor;
  await visitor.signIn();
  await visitor.open(`#/customers/${acme}`);
  await visitor.row('Before').locator('.opener').click();
  await page.getByRole('region', { name: 'Instances of Before' }).waitFor();
  await server.post('/v1/alerts/update', { id, name: 'After' });
  await sell();
  await visitor.sees('After', 'OK');
  await page.getByRole('region', { name: 'Instances of After' }).waitFor();
  await page.getByRole('meter', { name: 'Value of After' }).waitFor();
  await page.getByRole('button', { name: 'Reset After' }).waitFor();
  visitor.hadNoProblem();
});

test('what is changed of an alert and of nothing else is seen on the pages that are open', async () => {
  const { data: { id } } = await server.post('/v1/alerts/create',
    { alert_type: 'spend_threshold_reached', name: 'Once so', threshold: '500000' });
  await server.tell([spend(acme, '1')]);
  const visitor = await browser.visitor(server);
  const { page } = visitor;
  await page.clock.install();
  await visitor.signIn();
  await visitor.open(`#/customers/${acme}`);
  await visitor.sees('Once so', 'OK');
  await server.post('/v1/alerts/update', { id, name: 'Now so', threshold: '600000' });
  await page.clock.runFor(12_000);
  await visitor.row('Now so').getByText('of $6,000.00', { exact: true }).waitFor();
  await visitor.open('#/alerts');
  await page.getByRole('heading', { name: 'Now so' }).waitFor();
  // A page that is looked through is left as it is while there is nothing new.
  await page.getByRole('heading', { name: 'Now so' }).evaluate((element) => { element.is_as_before = true; });
  const read = page.waitForResponse('**/v1/alerts/list');
  await page.clock.runFor(12_000);
  await (await read).finished();
  assert.ok(await page.getByRole('heading', { name: 'Now so' }).evaluate((element) => element.is_as_before));
  await server.post('/v1/alerts/update', { id, name: 'At last so' });
  await page.clock.runFor(12_000);
  await page.getByRole('heading', { name: 'At last so' }).waitFor();
  await server.post('/v1/alerts/archive', { id });
  visitor.hadNoProblem();
});

// Would catch a page that a screen reader or a narrow window cannot show, colours that are
// too near to each other, and what is written wider than the window.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { Browser, test } from './browser.mjs';
import { Server, acme, spend } from './server.mjs';

const usage = '3e7c0000-0000-4000-8000-000000000001';
const idOf = (i) => `c0ffee00-0000-4000-8000-${String(i).padStart(12, '0')}`;

let server;
let browser;
before(async () => {
  server = await Server.start();
  browser = await Browser.start();
  const create = (body) => server.post('/v1/alerts/create', { notify_resolved: true, ...body });
  await create({ alert_type: 'spend_threshold_reached', name: 'Monthly spend limit', threshold: '5000000' });
  await create({ alert_type: 'spend_threshold_reached', name: 'Spend, 80 percent', threshold: '4000000' });
  await create({ alert_type: 'spend_threshold_reached', name: 'Spend by region', threshold: '1000000',
    group_values: [{ key: 'region' }] });
  await create({ alert_type: 'usage_threshold_reached', name: 'API calls', threshold: '2500000',
    billable_metric_id: usage });
  await create({ alert_type: 'low_remaining_commit_balance_reached', name: 'Commit nearly used up',
    threshold: '250000', uniqueness_key: 'commit-low' });
  await create({ alert_type: 'spend_threshold_reached', name: 'As much as there is',
    threshold: '999999999999999999.999999999999' });
  await create({ alert_type: 'low_remaining_days_in_plan_reached', name: 'The plan ends', threshold: '14',
    customer_id: acme });
  const archived = await create({ alert_type: 'invoice_total_reached', name: 'Large invoice', threshold: '900000' });
  await server.post('/v1/alerts/archive', { id: archived.data.id });
  await server.tell([{ ...spend(acme, '4318250.75'), group_values: { region: 'eu-central-1' } },
    { type: 'usage', customer_id: acme, billable_metric_id: usage, quantity: '1204331' },
    { type: 'balance', customer_id: acme, balance_id: idOf(0), balance_type: 'commit', granted: '1000000',
      remaining: '820000' },
    ...Array.from({ length: 12 }, (_, i) => spend(idOf(i + 1), String(4000000 + i * 137500.25)))]);
  // A long name of an instance, in an alert that is unfolded below.
  await server.tell([{ ...spend(acme, '3000000'), group_values: { region: 'x'.repeat(100) } }]);
  await server.tell([spend(idOf(12), '-3000000')]);
});
after(async () => {
  await browser.stop();
  await server.stop();
});

async function lookOver(look, options) {
  const visitor = await browser.visitor(server, options);
  const { page } = visitor;
  const done = async (name, of_all = true) => {
    await visitor.fits();
    await visitor.hasNoViolation();
    await visitor.screenshot(`${name}-${look}`, of_all);
  };
  await done('sign-in');
  await visitor.signIn();
  await page.locator('.live-list li').nth(12).waitFor();
  await page.locator('.rates dd').filter({ hasText: '0' }).first().waitFor();
  await done('overview');
  await visitor.open(`#/customers/${acme}`);
  await visitor.sees('Spend, 80 percent', 'In alarm');
  await visitor.row('Spend, 80 percent').locator('.opener').click();
  await page.locator('.events li').first().waitFor();
  await visitor.row('Spend by region').locator('.opener').click();
  await page.locator('.what').filter({ hasText: 'region = xxx' }).first().waitFor();
  await done('customer');
  await page.getByRole('button', { name: 'Reset Spend, 80 percent' }).click();
  await page.getByRole('dialog').waitFor();
  await done('reset', false);
  await page.keyboard.press('Escape');
  await visitor.open('#/alerts');
  await page.getByLabel('also disabled and archived ones').check();
  await page.getByText('Archived', { exact: true }).waitFor();
  await done('alerts');
  visitor.hadNoProblem();
}

test('in light', () => lookOver('light', {}));
test('in dark', () => lookOver('dark', { dark: true }));
test('in a window of 320 pixels', () => lookOver('narrow', { width: 320, height: 640 }));

test('in forced colours, what is chosen is seen to be', async () => {
  const visitor = await browser.visitor(server);
  const { page } = visitor;
  await page.emulateMedia({ forcedColors: 'active' });
  await visitor.signIn();
  await visitor.open(`#/customers/${acme}`);
  await visitor.sees('Spend, 80 percent', 'In alarm');
  const differ = async (chosen, other) => {
    const look = (locator) => locator.evaluate((element) => {
      const { backgroundColor, color, borderColor } = getComputedStyle(element);
      return [backgroundColor, color, borderColor].join();
    });
    assert.notEqual(await look(chosen), await look(other));
  };
  const choices = page.locator('.choices button');
  await differ(choices.nth(0), choices.nth(1));
  await page.getByRole('link', { name: 'Alerts', exact: true }).click();
  await differ(page.locator('nav a[aria-current]'), page.locator('nav a').first());
  await visitor.screenshot('forced-colours', false);
  visitor.hadNoProblem();
});

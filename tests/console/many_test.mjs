// Would catch a customer with many alerts that is shown in part, lays out what nobody sees,
// is not to be gone through by keyboard, or stands still while facts pour in.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { Browser, test } from './browser.mjs';
import { Server, acme, spend } from './server.mjs';

const kMany = 1000;

let server;
let browser;
before(async () => {
  server = await Server.start();
  browser = await Browser.start();
  for (let first = 0; first < kMany; first += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, i) => server.post('/v1/alerts/create',
      { alert_type: 'spend_threshold_reached', name: `Limit ${first + i + 1}`,
        threshold: String((first + i + 1) * 1000) })));
  }
  await server.tell([spend(acme, '10500')]);
});
after(async () => {
  await browser.stop();
  await server.stop();
});

// Somebody who has signed in.
async function come(options) {
  const visitor = await browser.visitor(server, options);
  await visitor.signIn();
  await visitor.page.getByRole('heading', { name: 'Overview' }).waitFor();
  return { visitor, page: visitor.page };
}

// And has all alerts before him, with the focus on the first one.
async function amongAll(options) {
  const { visitor, page } = await come(options);
  await visitor.open(`#/customers/${acme}`);
  await page.getByText('1,000 alerts · 10 in alarm', { exact: true }).waitFor();
  await page.locator('.opener').first().focus();
  return { visitor, page };
}

test('a thousand alerts are all there, and lie open to mouse and keyboard', async () => {
  const { visitor, page } = await amongAll();
  assert.equal(await page.locator('.standing').count(), kMany);
  // Those in alarm come first, and what is far away has no layout.
  await page.locator('.standing').first().getByText('Limit 1', { exact: true }).waitFor();
  const last = page.locator('.standing').last();
  assert.equal(await last.locator('.gauge').evaluate((element) =>
    element.checkVisibility({ contentVisibilityAuto: true })), false);

  await page.keyboard.press('End');
  assert.ok(await last.locator('.opener').evaluate((element) => element === document.activeElement));
  await last.getByText('$10,000.00').first().waitFor();
  assert.equal(await last.locator('.gauge').evaluate((element) =>
    element.checkVisibility({ contentVisibilityAuto: true })), true);
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await page.getByText('$105.00 is below the threshold of $9,990.00.').waitFor();
  // One Tab leads on, whatever there is above.
  assert.equal(await page.locator('.opener[tabindex="0"]').count(), 1);

  await page.locator('#narrow').fill('limit 77');
  assert.equal(await page.locator('.standing:visible').count(), 19);
  await page.locator('#narrow').fill('');
  await page.locator('.choices button').nth(1).click();
  assert.equal(await page.locator('.standing:visible').count(), 10);
  await visitor.screenshot('many');
  visitor.hadNoProblem();
});

test('who goes through the alerts before all are there stays where he is', async () => {
  const { visitor, page } = await come();
  const held = await visitor.holdFirst('**/v1/customer-alerts/list?**');
  await visitor.open(`#/customers/${acme}`);
  const last = await held();
  await page.locator('.opener').first().focus();
  await page.keyboard.press('ArrowDown');
  const read = await page.locator('.opener:focus').textContent();
  await last.continue();
  await page.getByText('1,000 alerts · 10 in alarm', { exact: true }).waitFor();
  assert.equal(await page.locator('.opener:focus').textContent(), read);
  // It is in another place now, and the arrows go on from there.
  assert.deepEqual(await page.locator('.opener[tabindex="0"]').allTextContents(), [read]);
  const next = await page.locator('.standing:has(:focus) + .standing .opener').textContent();
  await page.keyboard.press('ArrowDown');
  assert.equal(await page.locator('.opener:focus').textContent(), next);
  visitor.hadNoProblem();
});

// Where a part of what has the focus is, and how high the window is.
function placeOf(page, part) {
  return page.evaluate((selector) => {
    const row = document.activeElement.closest('.standing');
    const { top, bottom } = (selector ? row.querySelector(selector) : row).getBoundingClientRect();
    return { top, bottom, height: window.innerHeight };
  }, part);
}

test('whoever goes through them by keyboard on a telephone sees each of them whole', async () => {
  const { visitor, page } = await amongAll({ width: 390, height: 800, dark: true });
  for (let i = 0; i < 8; ++i) {
    await page.keyboard.press('ArrowDown');
    const { top, bottom, height } = await placeOf(page);
    assert.ok(top >= 0 && bottom <= height, `row ${i}: ${top} to ${bottom} of ${height}`);
  }
  // It is at the bottom, and what is unfolded below it is seen as well.
  await page.keyboard.press('Enter');
  await page.getByText('has reached the threshold of').waitFor();
  await page.locator('.events li').first().waitFor();
  await page.waitForFunction(() => document.querySelector('.why').getBoundingClientRect().bottom < window.innerHeight);
  await visitor.fits();
  visitor.hadNoProblem();
});

// The bar has one line in a wide window, and two at half the width, or letters of twice the size.
for (const [width, height] of [[1280, 900], [640, 450]]) test(`whoever goes up in them by keyboard is not led behind the bar at the top, ${width} wide`, async () => {
  const { visitor, page } = await amongAll({ width, height });
  await page.keyboard.press('End');
  const bar = await page.locator('.top').boundingBox();
  for (let i = 0; i < 20; ++i) {
    await page.keyboard.press('ArrowUp');
    const { top } = await placeOf(page, '.opener');
    assert.ok(top >= bar.height, `row ${i}: ${top}`);
  }
  visitor.hadNoProblem();
});

test('it follows while facts pour in', async () => {
  const { visitor, page } = await come();
  let pouring = true;
  const others = (async () => {
    for (let i = 0; pouring; ++i) {
      // Each crosses two hundred thresholds.
      await server.tell(Array.from({ length: 10 }, (_, j) =>
        spend(`0dd00000-0000-4000-8000-${String(i * 10 + j).padStart(12, '0')}`, '200000')));
    }
  })();
  try {
    await page.locator('.live-list li').nth(99).waitFor();
    await page.getByRole('button', { name: 'Hold' }).click();
    await page.getByText(/^Held, \d+ new$/).waitFor();
    assert.equal(await page.locator('.live-list li').count(), 100);
    await page.locator('.rates dd').nth(1).filter({ hasText: /[1-9]/ }).waitFor();
    await visitor.screenshot('full-rate', false);
    await visitor.open(`#/customers/${acme}`);
    await page.getByText('1,000 alerts · 10 in alarm').waitFor();
    await server.tell([spend(acme, '500')]);
    await page.getByText('1,000 alerts · 11 in alarm').waitFor();
  } finally {
    pouring = false;
    await others;
  }
  visitor.hadNoProblem();
});

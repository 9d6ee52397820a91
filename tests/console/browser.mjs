// A browser that looks at the console, and what goes wrong in it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test as nodeTest } from 'node:test';
import { chromium } from 'playwright-core';
import { tokens, within } from './server.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// Playwright limits what it waits for on a page, and nothing of what it asks the browser.
const kLookedOverMost = 60_000;
const kBrowserMost = 60_000;
const kHeldMost = 20_000;
const kTestMost = 240_000;

// One that hangs all the same ends, and by its name.
export function test(name, run) { return nodeTest(name, { timeout: kTestMost }, run); }

// Until it `holds()`, which takes time as it asks somebody.
export async function until(what, holds, limit = kBrowserMost) {
  const end = performance.now() + limit;
  while (!await holds()) {
    if (performance.now() > end) throw new Error(`${what}: not within ${limit} ms`);
  }
}

export class Browser {
  static async start() {
    const browser = new Browser();
    browser.chromium = await within(kBrowserMost, 'the start of the browser',
      chromium.launch({ executablePath: '/usr/bin/chromium', timeout: kBrowserMost,
        args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'] }));
    return browser;
  }
  stop() { return within(kBrowserMost, 'the end of the browser', this.chromium.close()); }

  // Somebody with a window of this size, who has not signed in.
  async visitor(server, { width = 1280, height = 900, dark = false } = {}) {
    const page = await within(kBrowserMost, 'a window of the browser', (async () => {
      const context = await this.chromium.newContext({ viewport: { width, height },
        colorScheme: dark ? 'dark' : 'light', reducedMotion: 'reduce', locale: 'en-GB',
        timezoneId: 'UTC' });
      return context.newPage();
    })());
    const visitor = new Visitor(page, server);
    await visitor.page.goto(server.url);
    return visitor;
  }
}

export class Visitor {
  constructor(page, server) {
    this.page = page;
    this.server = server;
    this.problems = [];
    page.setDefaultTimeout(20_000);
    page.on('console', (message) => {
      // What the policy forbids comes here as well.
      if (['error', 'warning'].includes(message.type())) this.problems.push(message.text());
    });
    page.on('pageerror', (error) => this.problems.push(String(error.stack)));
    page.on('request', (request) => {
      if (!request.url().startsWith(`${server.url}/`)) this.problems.push(request.url());
    });
  }

  async signIn(token = tokens.all) {
    await this.page.getByLabel('Token').fill(token);
    await this.page.getByRole('button', { name: 'Sign in' }).click();
  }

  async open(where) {
    await this.page.evaluate((hash) => { location.hash = hash; }, where);
  }

  // What a test answers in the server's place may be under way: nobody waits for it.
  leave() {
    return within(kBrowserMost, 'the end of a window', (async () => {
      await this.page.unrouteAll({ behavior: 'ignoreErrors' });
      await this.page.context().close();
    })());
  }

  // Keeps the first request of these from the server. What it gives waits for that, and
  // gives the route by which it goes on.
  async holdFirst(where, isOfThese = () => true, limit = kHeldMost) {
    let hold = null;
    const held = new Promise((resolve) => { hold = resolve; });
    await this.page.route(where, (route) => {
      if (hold === null || !isOfThese(route.request())) return route.continue();
      hold(route);
      hold = null;
      return undefined;
    });
    return () => within(limit, `a request for ${where}`, held);
  }

  row(name) {
    return this.page.locator('.standing').filter({ has: this.page.getByText(name, { exact: true }) });
  }

  // Until it stands so, by itself.
  async sees(name, standing) {
    await this.row(name).locator('.badge', { hasText: standing }).first().waitFor();
  }

  // All of it, or what is in the window.
  async screenshot(name, fullPage = true) {
    await this.page.screenshot({ fullPage,
      path: path.join(process.env.TOCSIN_SCREENSHOTS, `${name}.png`) });
  }

  async hasNoViolation() {
    const { violations } = await within(kLookedOverMost, `axe at ${this.page.url()}`, (async () => {
      await this.page.evaluate(axe);
      return this.page.evaluate(() => globalThis.axe.run(document));
    })());
    assert.deepEqual(violations.map(({ id, nodes }) =>
      `${id}, ${nodes.length} times: ${nodes[0].html} ${nodes[0].failureSummary}`), []);
  }

  // Nothing is wider than the window, or cut off at the edge of its row.
  async fits() {
    const wide = await this.page.evaluate(() => [document.documentElement,
      ...document.querySelectorAll('.standing')].filter((one) => one.scrollWidth > one.clientWidth)
      .map((one) => `${one.localName}: ${one.scrollWidth} wide in ${one.clientWidth}`));
    assert.deepEqual(wide, []);
  }

  // But for refusals with this status, of which the browser itself speaks.
  hadNoProblem(refusals = null) {
    assert.deepEqual(this.problems.filter((problem) =>
      refusals === null || !problem.includes(`a status of ${refusals}`)), []);
  }
}

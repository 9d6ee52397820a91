// What most tests stand on: a server with an alert, a customer under it, and somebody who
// has come to look.
import { after, afterEach, before, beforeEach } from 'node:test';
import { Browser } from './browser.mjs';
import { Server, acme, spend } from './server.mjs';

export let server;
let browser;
export let visitor;

// Before the first test, and for each one a visitor of its own.
export function setUp({ flags = [], spent = '2500' } = {}) {
  before(async () => {
    server = await Server.start({ flags });
    browser = await Browser.start();
    await server.post('/v1/alerts/create',
      { alert_type: 'spend_threshold_reached', name: 'Spend limit', threshold: '10000' });
    await server.tell([spend(acme, spent)]);
  });
  after(async () => {
    await browser.stop();
    await server.stop();
  });
  beforeEach(async () => { visitor = await browser.visitor(server); });
  afterEach(() => visitor.leave());
}

export async function signIn() {
  await visitor.signIn();
  await visitor.page.getByRole('heading', { name: 'Overview' }).waitFor();
}

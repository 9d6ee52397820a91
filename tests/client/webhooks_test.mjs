// Would catch an answer about webhooks that is not as described, and a receiver of
// docs/webhooks.md that does not run as it stands, takes what is not genuine, refuses what
// is, also while a secret is rotated, or works on a notification twice.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Description } from './description.mjs';
import { Inbox } from './inbox.mjs';
import { Server, acme, spend, tokens } from './server.mjs';

let server;
let inbox;
before(async () => {
  inbox = await Inbox.start();
  server = await Server.start({ flags: [...inbox.flags, '--webhook-keep-trying', '50ms'] });
});
after(async () => {
  await server.stop();
  inbox.stop();
});

test('the answers are as described', async () => {
  const asked = (await Description.of(server)).fetching();
  const ask = async (status, name, body) => {
    const response = await asked(`${server.url}/v1/webhooks/${name}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: {
        Authorization: `Bearer ${tokens.all}`, 'Content-Type': 'application/json',
      },
    });
    assert.equal(response.status, status, `${name} ${await response.clone().text()}`);
    return response.json();
  };
  const { data: { id } } = await ask(200, 'create', {
    url: inbox.url, name: 'a', alert_types: ['spend_threshold_reached'], headers: { 'X-A': 'b' },
  });
  await ask(409, 'create', { url: inbox.url, name: 'a' });
  await ask(400, 'create', { url: 'gopher://a.example/' });
  await ask(200, 'test', { id });
  inbox.status = 500;
  await ask(200, 'test', { id });
  await server.post('/v1/alerts/create', {
    alert_type: 'spend_threshold_reached', name: 'limit', threshold: 100,
  });
  await server.tell([spend(acme, 150)]);
  let dead = [];
  while (dead.length === 0) ({ data: dead } = await ask(200, 'dead-letters', { id }));
  await ask(200, 'get', { id });
  await ask(200, 'list', {});
  await ask(200, 'rotate-secret', { id });
  await ask(200, 'get', { id });
  await ask(200, 'end-overlap', { id });
  await ask(200, 'update', { id, enabled: false });
  await ask(200, 'get', { id });
  await ask(200, 'send-again', { id, number: dead[0].number });
  await ask(404, 'send-again', { id, number: dead[0].number });
  await ask(200, 'send-again', { id, everything: true });
  await ask(400, 'send-again', { id });
  await ask(200, 'delete', { id });
  await ask(404, 'get', { id });
});

// The one program of the page in this language.
function programOfPage(language) {
  const page = readFileSync(path.join(process.env.TOCSIN_DOCS, 'webhooks.md'), 'utf8');
  const found = [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter((block) => block[1] === language);
  assert.equal(found.length, 1);
  return found[0][2];
}

async function freePort() {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const { port } = holder.address();
  holder.close();
  await once(holder, 'close');
  return port;
}

// Until somebody listens; a program that ends before is a failure.
async function listening(port, child) {
  for (;;) {
    assert.equal(child.exitCode, null, 'the receiver has ended');
    const came = await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => resolve(false));
      socket.on('connect', () => { socket.destroy(); resolve(true); });
    });
    if (came) return;
  }
}

// A receiver as the page has it, and what it says.
async function withReceiver({ language, command, suffix, secret }, use) {
  const folder = mkdtempSync(path.join(tmpdir(), 'tocsin-receiver.'));
  const file = path.join(folder, `receiver.${suffix}`);
  writeFileSync(file, programOfPage(language));
  const port = await freePort();
  const child = spawn(command, [file], {
    env: { ...process.env, SECRET: secret, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.on('exit', () => child.kill('SIGKILL'));
  let said = '';
  child.stdout.on('data', (bytes) => { said += bytes; });
  const ended = once(child.stdout, 'end');
  try {
    await listening(port, child);
    await use(`http://127.0.0.1:${port}`);
  } finally {
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true });
  }
  return said.split('\n').filter((line) => line !== '');
}

const whsec = (text) => `whsec_${Buffer.from(text).toString('base64')}`;
for (const receiver of [
  { language: 'js', command: 'node', suffix: 'mjs', signature: 'metronome',
    secret: 'a-secret-that-nobody-would-guess', next: 'another-that-nobody-would-guess' },
  { language: 'python', command: 'python3', suffix: 'py', signature: 'standard_webhooks',
    secret: whsec('a-secret-that-nobody-would-guess'),
    next: whsec('another-that-nobody-would-guess') },
]) {
  test(`the receiver of the page in ${receiver.language} takes what is genuine`, async () => {
    const { signature, secret, next } = receiver;
    const lines = await withReceiver(receiver, async (url) => {
      const ask = async (name, body) =>
        (await server.post(`/v1/webhooks/${name}`, body)).data;
      const { id } = await ask('create', { url, signature, secret });
      assert.equal((await ask('test', { id })).status, 204);
      // Both sign, and either will do.
      await ask('rotate-secret', { id, secret: next });
      assert.equal((await ask('test', { id })).status, 204);
      await ask('end-overlap', { id });
      assert.equal((await ask('test', { id })).status, 401);
      await ask('rotate-secret', { id, secret, overlap_seconds: 0 });
      assert.equal((await ask('test', { id })).status, 204);
      // As it was sent, once more, and with a byte changed.
      const { id: other } = await ask('create', { url: inbox.url, signature, secret });
      const before = inbox.requests.length;
      await ask('test', { id: other });
      const { headers, body } = await inbox.request(before);
      const sent = Object.fromEntries(Object.entries(headers)
        .filter(([name]) => /^(webhook-|metronome-|x-metronome-)/.test(name)));
      const again = async (bytes, more = {}) => (await fetch(url, {
        method: 'POST', body: bytes, headers: { ...sent, ...more },
      })).status;
      assert.equal(await again(body), 204);
      assert.equal(await again(body), 204);
      assert.equal(await again(Buffer.concat([body, Buffer.from(' ')])), 401);
      assert.equal(await again(body, signature === 'metronome'
        ? { 'x-metronome-date': 'Mon, 01 Jan 2024 00:00:00 GMT' }
        : { 'webhook-timestamp': '1704067200' }), 401);
      for (const name of Object.keys(sent)) {
        assert.equal(await again(body, { [name]: '' }), 401, name);
      }
      for (const endpoint of [id, other]) await ask('delete', { id: endpoint });
    });
    // Of the last one, which came twice, it says so once.
    assert.deepEqual(lines.map((line) => line.split(' ')[0]),
      Array(4).fill('webhook.test'), lines.join('\n'));
  });
}

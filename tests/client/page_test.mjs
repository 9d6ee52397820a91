// Would catch a line of docs/http-api.md that a shell and curl cannot run against a server
// as it stands, or that is answered otherwise than the page says.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Inbox } from './inbox.mjs';
import { Server, tokens } from './server.mjs';

let server;
let inbox;
before(async () => {
  inbox = await Inbox.start();
  server = await Server.start({ flags: inbox.flags });
});
after(async () => {
  await server.stop();
  inbox.stop();
});

// What the page has in the place of what is another on each machine: whom is sent to, and
// the id that is given to it.
const onThePage = { webhook: 'e4d00000-0000-4000-8000-000000000001',
  url: 'https://billing.example.com' };
let webhook;
const toReal = (text) => text.replaceAll(onThePage.url, inbox.url)
  .replaceAll(onThePage.webhook, webhook ?? onThePage.webhook)
  .replaceAll('http://127.0.0.1:8080', server.url);
const toPage = (text) => text.replaceAll(inbox.url, onThePage.url)
  .replaceAll(webhook ?? onThePage.webhook, onThePage.webhook);

function blocksOf(page) {
  return [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .map(([, language, text]) => ({ language, text }));
}

// Without what depends on when it was asked.
function timeless(answer) {
  const when = ['updated_at', 'created_at', 'at', 'since', 'number'];
  return JSON.parse(answer, (name, value) => (when.includes(name) ? 'then' : value));
}

function run(command) {
  const answer = execFileSync('bash', ['-c', toReal(command)],
    { encoding: 'utf8', env: { ...process.env, TOKEN: tokens.all } });
  if (command.includes('/v1/webhooks/create')) webhook = JSON.parse(answer).data.id;
  return toPage(answer);
}

function check(answer, wanted) {
  if (wanted === undefined) return;
  if (wanted.language === 'json') {
    assert.deepEqual(timeless(answer), timeless(wanted.text));
  } else {
    const lines = answer.split('\n');
    assert.deepEqual(wanted.text.split('\n').filter((line) => !lines.includes(line)), []);
  }
}

// What is judged in the background is asked for again until it is there.
function runUntil(command, wanted) {
  const looks = /customer-alerts\/(get|explain|history)|metrics/.test(command);
  for (let tries = looks ? 200 : 1; ; --tries) {
    const answer = run(command);
    try {
      return check(answer, wanted);
    } catch (error) {
      if (tries === 1) throw error;
    }
  }
}

test('each line does what the page says', () => {
  const page = readFileSync(path.join(process.env.TOCSIN_DOCS, 'http-api.md'), 'utf8');
  const blocks = blocksOf(page);
  let commands = 0;
  blocks.forEach(({ language, text }, i) => {
    if (language !== 'sh') return;
    ++commands;
    const next = blocks[i + 1];
    runUntil(text, next?.language === 'sh' ? undefined : next);
  });
  assert.ok(commands >= 18);
});

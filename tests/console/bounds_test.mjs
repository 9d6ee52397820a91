// Would catch a wait of these tests that has no end, or does not say what it is for.
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, until } from './browser.mjs';
import { Server } from './server.mjs';
import { server, setUp, visitor } from './stage.mjs';

setUp();

test('a server that never serves, or never stops, is named with its log, and killed', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tocsin-bounds.'));
  const mute = path.join(folder, 'mute');
  writeFileSync(mute, '#!/bin/sh\necho mute >&2\nexec sleep 1000\n');
  chmodSync(mute, 0o700);
  const binary = process.env.TOCSIN_BINARY;
  process.env.TOCSIN_BINARY = mute;
  try {
    await assert.rejects(Server.start({ limit: 500 }),
      /^Error: tocsin serve, until it says where it serves: no answer within 500 ms; its log: /);
  } finally {
    process.env.TOCSIN_BINARY = binary;
    rmSync(folder, { recursive: true });
  }
  const hung = await Server.start();
  hung.child.kill('SIGSTOP');
  await assert.rejects(hung.stop(1), /^Error: tocsin serve, until it has stopped: no answer within 1 ms; its log: .* serving /s);
  assert.equal(await hung.ended, 'SIGKILL');
  rmSync(hung.folder, { recursive: true });
});

test('what never holds, and what is never asked for, is named', async () => {
  await assert.rejects(until('the end of days', async () => await server.get('/healthz') === 'over', 1),
    /^Error: the end of days: not within 1 ms$/);
  const asked = await visitor.holdFirst('**/v1/never', undefined, 1);
  await assert.rejects(asked(), /^Error: a request for \*\*\/v1\/never: no answer within 1 ms$/);
});

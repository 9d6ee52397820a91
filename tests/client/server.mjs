// `tocsin serve` on a port of its own, and who may ask it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const tokens = {
  all: 'a-token-that-may-do-everything',
  reader: 'a-token-of-someone-who-reads',
};

// Longer than any of it takes, so that one who is not answered says by whom.
const kAnswerMost = 60_000;
// Nor does a start, or a stop, of a store as small as those here.
const kStartMost = 60_000;
const kStopMost = 60_000;

// `answer`, or that it did not come in time.
export async function within(limit, what, answer) {
  let late;
  const expired = new Promise((_, reject) => {
    late = setTimeout(() => reject(new Error(`${what}: no answer within ${limit} ms`)), limit);
  });
  try {
    return await Promise.race([answer, expired]);
  } finally {
    clearTimeout(late);
  }
}

export class Server {
  // With a store. `stdout`: where its standard output goes.
  static async start({ flags = [], stdout = '/dev/null', limit = kStartMost } = {}) {
    const server = new Server();
    server.folder = mkdtempSync(path.join(tmpdir(), 'tocsin-client.'));
    server.flags = flags;
    server.stdout = stdout;
    process.on('exit', () => server.child.kill('SIGKILL'));
    writeFileSync(path.join(server.folder, 'tokens'),
      `${tokens.all} read,write,admin\n${tokens.reader} read\n`, { mode: 0o600 });
    await server.run('127.0.0.1:0', limit);
    return server;
  }

  async run(address, limit = kStartMost) {
    this.child = spawn(process.env.TOCSIN_BINARY,
      ['serve', '--listen', address, '--token-file', path.join(this.folder, 'tokens'),
        '--data', path.join(this.folder, 'data'), ...this.flags],
      { stdio: ['ignore', openSync(this.stdout, 'w'), 'pipe'] });
    this.ended = new Promise((resolve) => {
      this.child.on('exit', (status, signal) => resolve(signal ?? status));
    });
    this.log = '';
    const said = new Promise((resolve, reject) => {
      this.child.stderr.on('data', (bytes) => {
        this.log += bytes;
        const found = / serving address=(\S+)/.exec(this.log);
        if (found) resolve(found[1]);
      });
      this.ended.then(() => reject(new Error(`it ended: ${this.log}`)));
    });
    this.url = await this.orKilled(within(limit, 'tocsin serve, until it says where it serves', said));
  }

  // Of one that hangs nothing is left, and its log is told.
  async orKilled(done) {
    try {
      return await done;
    } catch (error) {
      this.child.kill('SIGKILL');
      throw new Error(`${error.message}; its log: ${this.log}`);
    }
  }

  async kill() {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  // Where it was, on the same store.
  runAgain() { return this.run(new URL(this.url).host); }

  // As it should end.
  async stop(limit = kStopMost) {
    this.child.kill('SIGTERM');
    const status = await this.orKilled(within(limit, 'tocsin serve, until it has stopped', this.ended));
    assert.equal(status, 0, this.log);
    rmSync(this.folder, { recursive: true });
  }

  get(target, limit = kAnswerMost) {
    return within(limit, `GET ${target}`, (async () => {
      const response = await fetch(this.url + target,
        { headers: { Authorization: `Bearer ${tokens.all}` } });
      return response.text();
    })());
  }

  async post(target, body, limit = kAnswerMost) {
    const [status, text] = await within(limit, `POST ${target}`, (async () => {
      const response = await fetch(this.url + target, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { Authorization: `Bearer ${tokens.all}`, 'Content-Type': 'application/json' },
      });
      return [response.status, await response.text()];
    })());
    assert.equal(status, 200, text);
    return JSON.parse(text);
  }

  // Facts that were all taken.
  async tell(facts) {
    const { data } = await this.post('/v1/facts', facts);
    assert.deepEqual(data.refused, []);
  }

  // How many requests were answered so.
  async answered(path, status) {
    const line = `tocsin_http_requests_total{path="${path}",status="${status}"} `;
    const found = (await this.get('/metrics')).split('\n').find((l) => l.startsWith(line));
    return found === undefined ? 0 : Number(found.slice(line.length));
  }
}

export function spend(customer, amount) {
  return { type: 'spend', customer_id: customer, amount };
}

export const acme = '11111111-1111-4111-8111-111111111111';
export const nobody = '99999999-9999-4999-8999-999999999999';

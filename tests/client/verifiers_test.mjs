// Would catch a signature that the receivers' own libraries do not take, or take for
// another body, time or secret; and one of theirs that tocsin does not take.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import Metronome from '@metronome/sdk';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import svix from 'svix';

const times = 10_000;
const metronome = new Metronome({ bearerToken: 'none is asked for' }).webhooks;

// A line to tocsin, and its answer.
const signer = spawn(process.env.TOCSIN_SIGN, { stdio: ['pipe', 'pipe', 'inherit'] });
const asked = [];
createInterface({ input: signer.stdout }).on('line', (line) => asked.shift()(line));
after(() => signer.stdin.end());
function ask(...fields) {
  signer.stdin.write(`${fields.join('\t')}\n`);
  return new Promise((resolve) => asked.push(resolve));
}

// Many at a time, so that neither of the two programs waits for the other.
async function repeat(count, task) {
  for (let done = 0; done < count; done += 100) {
    await Promise.all(Array.from({ length: 100 }, task));
  }
}

const base64 = (body) => Buffer.from(body).toString('base64');

async function sign(scheme, current, previous, id, at, body) {
  const fields = (await ask('sign', scheme, current, previous, id, at, base64(body)))
    .split('\t');
  const headers = {};
  for (let i = 0; i < fields.length; i += 2) headers[fields[i]] = fields[i + 1];
  return headers;
}

function verify(scheme, secret, body, headers, at = Date.now()) {
  return ask('verify', scheme, secret, at, base64(body), ...Object.entries(headers).flat());
}

// Any characters, but halves of some, which no UTF-8 has.
function anyText(longest) {
  let text = '';
  for (let i = randomInt(longest + 1); i > 0; --i) {
    const most = [0x7f, 0x7ff, 0xd7ff, 0x10ffff][randomInt(4)];
    const code = randomInt(most + 1);
    text += String.fromCodePoint(code >= 0xd800 && code < 0xe000 ? 0x20 : code);
  }
  return text;
}

// A body as JSON has it, or nearly so: receivers read it as JSON only once it is good.
function anyBody() {
  return JSON.stringify({ id: randomUUID(), properties: { [anyText(20)]: anyText(200) } })
    + ' '.repeat(randomInt(3));
}

function textSecret() {
  let secret = '';
  for (let i = 24 + randomInt(233); i > 0; --i) {
    secret += String.fromCharCode(0x21 + randomInt(0x5e));
  }
  return secret;
}
const standardSecret = () => `whsec_${randomBytes(24 + randomInt(41)).toString('base64')}`;

// Some while ago or ahead that nobody minds.
const anyTime = () => Date.now() - 240_000 + randomInt(480_000);

function changed(body) {
  const at = randomInt(body.length);
  const code = body.charCodeAt(at) === 0x2a ? '+' : '*';
  return body.slice(0, at) + code + body.slice(at + 1);
}

const verifiers = {
  '@metronome/sdk': {
    scheme: 'metronome',
    secret: textSecret,
    verify: (secret, body, headers) => metronome.verifySignature(body, headers, secret),
    signed(secret, id, at, body) {
      const date = new Date(at).toUTCString();
      return {
        'X-Metronome-Date': date,
        'Metronome-Webhook-Signature': metronome.signPayload(body, { date, secret }),
      };
    },
  },
};
for (const [name, Webhook] of [['standardwebhooks', StandardWebhook], ['svix', svix.Webhook]]) {
  verifiers[name] = {
    scheme: 'standard',
    secret: standardSecret,
    verify: (secret, body, headers) => new Webhook(secret).verify(body, headers),
    signed: (secret, id, at, body) => ({
      'webhook-id': id,
      'webhook-timestamp': `${Math.floor(at / 1000)}`,
      'webhook-signature': new Webhook(secret).sign(id, new Date(at), body),
    }),
  };
}

for (const [name, verifier] of Object.entries(verifiers)) {
  const { scheme } = verifier;

  test(`${name} takes what tocsin signs, and nothing else`, async () => {
    await repeat(times, async () => {
      const [secret, id, at, body] = [verifier.secret(), randomUUID(), anyTime(), anyBody()];
      const headers = await sign(scheme, secret, '', id, at, body);
      verifier.verify(secret, body, headers);
      assert.throws(() => verifier.verify(secret, changed(body), headers), body);
      assert.throws(() => verifier.verify(verifier.secret(), body, headers));
      for (const ago of [310_000 + randomInt(1e9), -310_000 - randomInt(1e9)]) {
        const other = await sign(scheme, secret, '', id, Date.now() - ago, body);
        assert.throws(() => verifier.verify(secret, body, other));
      }
    });
  });

  test(`tocsin takes what ${name} signs, and nothing else`, async () => {
    await repeat(times, async () => {
      const [secret, id, at, body] = [verifier.secret(), randomUUID(), anyTime(), anyBody()];
      const headers = verifier.signed(secret, id, at, body);
      assert.equal(await verify(scheme, secret, body, headers), 'ok');
      assert.match(await verify(scheme, secret, changed(body), headers), /no signature/);
      assert.match(await verify(scheme, verifier.secret(), body, headers), /no signature/);
      assert.match(await verify(scheme, secret, body, headers, at + 302_000), /signed at/);
    });
  });
}

test('while secrets overlap each is taken by itself', async () => {
  await repeat(1_000, async () => {
    const [id, at, body] = [randomUUID(), anyTime(), anyBody()];
    for (const name of ['standardwebhooks', 'svix']) {
      const [current, previous] = [standardSecret(), standardSecret()];
      const headers = await sign('standard', current, previous, id, at, body);
      verifiers[name].verify(current, body, headers);
      verifiers[name].verify(previous, body, headers);
      assert.throws(() => verifiers[name].verify(standardSecret(), body, headers));
    }
    // One signature only: that of before, and beside it the next one's.
    const [current, previous] = [textSecret(), textSecret()];
    const headers = await sign('metronome', current, previous, id, at, body);
    metronome.verifySignature(body, headers, previous);
    assert.throws(() => metronome.verifySignature(body, headers, current));
    metronome.verifySignature(body, {
      ...headers,
      'Metronome-Webhook-Signature': headers['Metronome-Webhook-Signature-Next'],
    }, current);
    assert.equal(await verify('metronome', current, body, headers), 'ok');
    assert.equal(await verify('metronome', previous, body, headers), 'ok');
  });
});

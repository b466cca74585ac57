// Requests made to take more than they may; the server outlives each of them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { connect } from 'node:tls';
import { patience, within } from '../support/deadline.mjs';
import { done, newGroup, newPerson, refused } from '../support/people.mjs';
import { RawConnection, rawExchange } from '../support/raw.mjs';
import { freshDirectory, startServer } from '../support/server.mjs';

let server;
let ana;
before(async () => {
  server = await startServer();
  ana = await newPerson(server, 'ana');
});
afterEach(() => done(ana.get('/me'), 200));
after(() => server?.stop());

const chunked = 'POST /api/v1/sessions HTTP/1.1\r\nHost: madang\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';

async function tooLarge(url, bytes) {
  const { status, body, connection } = await rawExchange(url, bytes);
  assert.equal(status, 413);
  assert.equal(body.code, 'payload_too_large');
  await connection.closing();
}

test('trailers of 70 kB are 413', async () => {
  await tooLarge(server.url, `${chunked}0\r\nX-A: ${'x'.repeat(70_000)}\r\n\r\n`);
});

test('a chunk whose size line does not end is 413', async () => {
  await tooLarge(server.url, `${chunked}1;${'a'.repeat(70_000)}`);
});

test('also with the largest head that can be configured', async () => {
  const roomy = await startServer({ env: { MADANG_LIMITS_HTTP_HEAD: '60KiB' } });
  try {
    await tooLarge(roomy.url, `${chunked}0\r\nX-A: ${'x'.repeat(70_000)}\r\n\r\n`);
    await tooLarge(roomy.url, `GET / HTTP/1.1\r\nHost: madang\r\nX-A: ${'x'.repeat(66_000)}\r\n\r\n`);
    const { status, connection } = await rawExchange(
      roomy.url, `GET /api/v1/openapi.json HTTP/1.1\r\nHost: madang\r\nX-A: ${'x'.repeat(60_000)}\r\n\r\n`);
    assert.equal(status, 200);
    connection.close();
  } finally {
    await roomy.stop();
  }
  await assert.rejects(startServer({ env: { MADANG_LIMITS_HTTP_HEAD: '61KiB' } }), /limits\.http_head/);
});

test('a body with 80,000 unknown fields gets a short answer', async () => {
  const room = await newGroup(ana);
  const bytes = `{${Array.from({ length: 80_000 }, (_, at) => `"f${at}":1`).join()}}`;
  const answer = await ana.request('POST', `/rooms/${room.id}/messages`, { bytes });
  const { errors } = await refused(answer, 400, 'invalid_request');
  assert.equal(errors.length, 20);
  assert.ok(answer.text.length < 4000, `${answer.text.length} characters`);
});

test('over TLS, too, a refusal reaches who has not finished sending', async () => {
  const folder = await freshDirectory();
  const [certificate, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
    '-subj', '/CN=localhost', '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  const secure = await startServer({ env: { MADANG_TLS_CERTIFICATE: certificate, MADANG_TLS_KEY: key } });
  try {
    const socket = connect({ port: Number(new URL(secure.url).port), host: '127.0.0.1', rejectUnauthorized: false });
    let failure;
    socket.on('error', (error) => { failure = error; });
    await within(once(socket, 'secureConnect'), patience, 'the handshake');
    const connection = new RawConnection(socket);
    const length = 4 << 20;
    connection.write(`PATCH /api/v1/me HTTP/1.1\r\nHost: madang\r\nContent-Length: ${length}\r\n\r\n${'x'.repeat(length)}`);
    assert.equal((await connection.answer()).status, 413);
    await connection.closing();
    assert.equal(failure, undefined);
    connection.close();
  } finally {
    await secure.stop();
    await rm(folder, { recursive: true, force: true });
  }
});

// The server's own TLS, JSON logs, and the trace of one session.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import https from 'node:https';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { connect } from 'node:tls';
import { eventually, patience, within } from '../support/deadline.mjs';
import { figure } from '../support/figures.mjs';
import { exchange } from '../support/http.mjs';
import { newPerson } from '../support/people.mjs';
import { RawConnection } from '../support/raw.mjs';
import { freshDirectory, startServer } from '../support/server.mjs';
import { Stomp } from '../support/stomp.mjs';

let folder;
let tls;
before(async () => {
  folder = await freshDirectory();
  tls = { MADANG_TLS_CERTIFICATE: join(folder, 'cert.pem'), MADANG_TLS_KEY: join(folder, 'key.pem') };
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
    '-subj', '/CN=localhost', '-keyout', tls.MADANG_TLS_KEY, '-out', tls.MADANG_TLS_CERTIFICATE], { stdio: 'ignore' });
});
after(() => rm(folder, { recursive: true, force: true }));

function overTls(url, { method = 'GET', headers = {}, body } = {}) {
  return within(new Promise((done, failed) => {
    const request = https.request(url, { method, headers, rejectUnauthorized: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => { text += part; }).on('end', () => done({ status: response.statusCode, headers: response.headers, text }));
    });
    request.on('error', failed);
    request.end(body);
  }), patience, url);
}

test('with a certificate the server speaks https and wss, and its cookies are Secure', async () => {
  const server = await startServer({ env: tls });
  try {
    assert.match(server.url, /^https:/);
    const json = { 'Content-Type': 'application/json' };
    const account = { username: 'tessa', password: 'correct horse battery' };
    const made = await overTls(`${server.url}/api/v1/users`, { method: 'POST', headers: json, body: JSON.stringify({ ...account, displayName: 'T' }) });
    assert.equal(made.status, 201);
    const signed = await overTls(`${server.url}/api/v1/sessions`, { method: 'POST', headers: json, body: JSON.stringify(account) });
    for (const cookie of signed.headers['set-cookie']) assert.match(cookie, /; Secure/);
    const socket = await Stomp.signedIn(server, { token: JSON.parse(signed.text).accessToken }, { rejectUnauthorized: false });
    const { id } = await socket.subscribe('/user/queue/errors');
    socket.send('SEND', { destination: '/app/rooms/1/messages' }, JSON.stringify({ text: 'x'.repeat(200_000) }));
    assert.equal((await socket.message({ id })).headers.code, 'invalid_request');
    await socket.close();
    await assert.rejects(exchange(server.url.replace('https', 'http')));
  } finally {
    await server.stop();
  }
});

test('a certificate that cannot be read is one line that names the key, and a failure', async () => {
  await assert.rejects(startServer({ env: { ...tls, MADANG_TLS_KEY: join(folder, 'none.pem') } }), /tls\.key/);
});

const connectionsOf = (server) => figure(server, 'madang_http_connections{listener="http"}');
const refusedBy = (server) => figure(server, 'madang_http_refused_total{listener="http"}');

test('connections that never finish the TLS handshake count like all others', async () => {
  const server = await startServer({ env: { ...tls, MADANG_LIMITS_CONNECTIONS: '5', MADANG_LIMITS_HTTP_HEAD_TIMEOUT: '60' } });
  try {
    const silent = await Promise.all(Array.from({ length: 5 }, () => RawConnection.to(server.url)));
    await eventually(async () => await connectionsOf(server) === 5, 'five connections');
    const beyond = await Promise.all(Array.from({ length: 20 }, () => RawConnection.to(server.url)));
    for (const connection of beyond) await connection.closing();
    assert.equal(await connectionsOf(server), 5);
    assert.equal(await refusedBy(server), 20);
    await assert.rejects(overTls(`${server.url}/api/v1/openapi.json`));
    for (const connection of silent) connection.close();
    await eventually(async () => await connectionsOf(server) === 0, 'them to be gone');
    assert.equal((await overTls(`${server.url}/api/v1/openapi.json`)).status, 200);
  } finally {
    await server.stop();
  }
});

test('a TLS handshake that does not come is not waited for', async () => {
  const server = await startServer({ env: { ...tls, MADANG_LIMITS_HTTP_HEAD_TIMEOUT: '1' } });
  try {
    const [silent, slow] = [await RawConnection.to(server.url), await RawConnection.to(server.url)];
    slow.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]));  // a record that promises more
    await Promise.all([silent.closing(), slow.closing()]);
    await eventually(async () => await connectionsOf(server) === 0, 'them to be gone');
    assert.equal((await overTls(`${server.url}/api/v1/openapi.json`)).status, 200);
  } finally {
    await server.stop();
  }
});

// About as long as twelve handshakes at once take, on quick machines and slow ones.
for (const deadline of ['10ms', '14ms', '20ms', '40ms']) {
  test(`handshakes that end at their very deadline of ${deadline} do no harm`, async () => {
    // What is freed is overwritten, so that a use of it shows.
    const server = await startServer({ env: { ...tls, MALLOC_PERTURB_: '165', MADANG_LIMITS_HTTP_HEAD_TIMEOUT: deadline } });
    try {
      const port = Number(new URL(server.url).port);
      const handshake = () => within(new Promise((over) => {
        const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
        socket.once('secureConnect', () => socket.destroy());
        socket.on('error', () => {});
        socket.once('close', over);
      }), patience, 'a handshake to end');
      for (let round = 0; round < 30; round += 1) await Promise.all(Array.from({ length: 12 }, handshake));
      await eventually(async () => await connectionsOf(server) === 0, 'them to be gone');
    } finally {
      assert.deepEqual(await server.stop(), { code: 0, signal: null });
    }
  });
}

test('one session is traced by its id while the log is quiet, and no token is ever written', async () => {
  const server = await startServer({ env: { MADANG_LOG_FORMAT: 'json' } });
  try {
    const [ana, bo] = [await newPerson(server), await newPerson(server)];
    const session = (await ana.get('/sessions')).body.sessions[0].id;
    const trace = (method) => exchange(`${server.adminUrl}/trace/${session}`, { method });
    assert.equal((await trace('PUT')).status, 204);
    for (const person of [ana, bo]) {
      const socket = await Stomp.signedIn(server, person);
      await socket.subscribe('/user/queue/events');
      await socket.close();
    }
    const lines = () => server.stderr().trim().split('\n').filter(Boolean).map((line) => JSON.parse(line));
    await eventually(async () => {
      await exchange(`${server.adminUrl}/healthz`);
      return lines().some((line) => line.msg === 'socket closed');
    }, 'the trace');
    assert.ok(lines().some((line) => line.command === 'SUBSCRIBE' && line.destination === '/user/queue/events'));
    assert.deepEqual(new Set(lines().map((line) => line.session)), new Set([session]));
    assert.ok(!server.stderr().includes(ana.token));
    assert.equal((await trace('DELETE')).status, 204);
    assert.equal((await exchange(`${server.adminUrl}/trace/x`, { method: 'PUT' })).status, 404);
  } finally {
    await server.stop();
  }
});

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { anotherDevice, done, newPerson, password } from '../support/people.mjs';
import { startServer } from '../support/server.mjs';
import { Stomp } from '../support/stomp.mjs';

let server;
before(async () => { server = await startServer({ env: { MADANG_AUTH_ACCESS_TTL: '2', MADANG_AUTH_SOCKET_GRACE: '1' } }); });
after(() => server?.stop());

const expired = { code: 1008, reason: 'token_expired' };
const refresh = (accessToken) => ['SEND', { destination: '/app/session/refresh', 'content-type': 'application/json' }, JSON.stringify({ accessToken })];

async function open(person, headers = { Authorization: `Bearer ${person.token}` }, connect = {}) {
  const socket = await Stomp.open(server.wsUrl, { headers });
  await socket.connect(connect);
  return socket;
}

test('a socket with a Bearer token is told of its expiry, after the grace', async () => {
  const ana = await newPerson(server);
  const socket = await open(ana);
  const opened = Date.now();
  const error = await socket.error(15_000);
  assert.equal(error.headers.code, 'token_expired');
  assert.equal(error.json().code, 'token_expired');
  assert.deepEqual(await socket.closing(), expired);
  assert.ok(Date.now() - opened >= 1_000, 'not at once');
});

test('a token in CONNECT or as passcode expires like one on the upgrade', async () => {
  const ana = await newPerson(server);
  const sockets = [await open(ana, {}, { Authorization: `Bearer ${ana.token}` }), await open(ana, {}, { passcode: ana.token })];
  for (const socket of sockets) assert.deepEqual(await socket.closing(15_000), expired);
});

test('a socket that refreshes in band goes on while another of the same token ends', async () => {
  const ana = await newPerson(server);
  const [lasting, ending] = [await open(ana), await open(ana)];
  let over = false;
  ending.closed.then(() => { over = true; });
  while (!over) {
    await done(ana.refresh(), 200);
    await lasting.acknowledged(...refresh(ana.token));
  }
  assert.deepEqual(await ending.closing(), expired);
  await lasting.acknowledged('SUBSCRIBE', { id: 'on', destination: '/user/queue/errors' });
  await lasting.close();
});

test('sockets by cookie and by password live as long as their session', async () => {
  const ana = await newPerson(server);
  const browser = await anotherDevice(ana, { origin: server.url });
  const byCookie = await Stomp.open(server.wsUrl, { headers: { Cookie: browser.cookieHeader('/ws') }, origin: server.url });
  await byCookie.connect();
  const byPassword = await open(ana, {}, { login: ana.username, passcode: password });
  const other = await newPerson(server);
  const clock = await open(other);
  assert.deepEqual(await clock.closing(15_000), expired);
  for (const socket of [byCookie, byPassword]) {
    await socket.acknowledged('SUBSCRIBE', { id: 'on', destination: '/user/queue/errors' });
    await socket.close();
  }
});

test('a token that is no good refreshes nothing', async () => {
  const bo = await newPerson(server);
  const ana = await newPerson(server);
  const socket = await open(ana);
  const errors = await socket.subscribe('/user/queue/errors');
  for (const [receipt, token] of [['a', 'nonsense'], ['b', bo.token]]) {
    const [command, headers, body] = refresh(token);
    socket.send(command, { ...headers, receipt }, body);
    const refusal = await socket.message(errors, (frame) => frame.headers['receipt-id'] === receipt);
    assert.ok(['unauthenticated', 'forbidden'].includes(refusal.headers.code), refusal.headers.code);
  }
  assert.deepEqual(await socket.closing(15_000), expired);
});

test('a token that had expired opens no socket', async () => {
  const ana = await newPerson(server);
  const { token } = ana;
  const clock = await open(ana);
  await clock.closing(15_000);
  await assert.rejects(Stomp.open(server.wsUrl, { headers: { Authorization: `Bearer ${token}` } }), { status: 401 });
});

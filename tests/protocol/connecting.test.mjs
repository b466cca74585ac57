import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { exchange } from '../support/http.mjs';
import { done, newPerson, refused } from '../support/people.mjs';
import { startServer } from '../support/server.mjs';
import { Stomp } from '../support/stomp.mjs';

let server;
let ana;
before(async () => {
  server = await startServer();
  ana = await newPerson(server, 'ana');
});
after(() => server?.stop());

const bearer = () => ({ Authorization: `Bearer ${ana.token}` });
const open = (options) => Stomp.open(server.wsUrl, { headers: bearer(), ...options });

test('CONNECTED says what was agreed on', async () => {
  const socket = await open();
  const { headers } = await socket.connect();
  assert.equal(headers.version, '1.2');
  assert.equal(headers['user-id'], String(ana.user.id));
  assert.match(headers.server, /^madang\/\S+$/);
  assert.match(headers.session, /^[A-Za-z0-9._/-]+$/);
  assert.match(headers['heart-beat'], /^\d+,\d+$/);
  await socket.close();
});

for (const [offered, version] of [['1.2', '1.2'], ['1.1', '1.1'], ['1.0', '1.0'], ['1.0,1.1', '1.1'], ['1.0,1.1,1.2', '1.2'], ['1.2,1.1,1.0', '1.2'], ['1.1,7.0', '1.1'], [undefined, '1.0']]) {
  test(`accept-version ${offered} becomes ${version}`, async () => {
    const socket = await open({ protocols: [] });
    const { headers } = await socket.connect({ 'accept-version': offered });
    assert.equal(headers.version ?? '1.0', version);
    await socket.close();
  });
}

test('no common version is told in plain text, and the socket closes', async () => {
  const socket = await open();
  socket.send('CONNECT', { 'accept-version': '2.0,3.1', host: 'madang' });
  const { headers, body } = await socket.error();
  assert.equal(headers.version, '1.0,1.1,1.2');
  assert.match(headers['content-type'], /^text\/plain/);
  assert.match(body, /1\.2/);
  assert.equal((await socket.closing()).code, 1008);
});

for (const [offered, chosen] of [[['v12.stomp', 'v11.stomp', 'v10.stomp'], 'v12.stomp'], [['v10.stomp', 'v11.stomp'], 'v11.stomp'], [['v10.stomp', 'v12.stomp'], 'v12.stomp'], [['mqtt', 'v10.stomp'], 'v10.stomp'], [[], '']]) {
  test(`of the subprotocols [${offered}], "${chosen}" is chosen`, async () => {
    const socket = await open({ protocols: offered });
    assert.equal(socket.socket.protocol, chosen);
    await socket.close();
  });
}

test('only unknown subprotocols are refused before the upgrade', async () => {
  await assert.rejects(open({ protocols: ['mqtt', 'v99.stomp'] }), { status: 400 });
});

test('STOMP is CONNECT', async () => {
  const socket = await open();
  socket.send('STOMP', { 'accept-version': '1.1,1.2', host: 'madang' });
  const { headers } = await socket.waitFor(({ command }) => command === 'CONNECTED');
  assert.equal(headers.version, '1.2');
  await socket.close();
});

test('a host is not needed', async () => {
  const socket = await open();
  await socket.connect({ host: undefined });
  await socket.close();
});

for (const command of ['SEND', 'SUBSCRIBE', 'DISCONNECT', 'NONSENSE']) {
  test(`${command} before CONNECT is an ERROR and the end`, async () => {
    const socket = await open();
    socket.send(command, { destination: '/topic/rooms/1', id: '1' });
    await socket.error();
    assert.equal((await socket.closing()).code, 1008);
  });
}

test('a second CONNECT is an ERROR and the end', async () => {
  const socket = await open();
  await socket.connect();
  socket.send('CONNECT', { 'accept-version': '1.2', host: 'madang' });
  await socket.error();
  assert.deepEqual(await socket.closing(), { code: 1008, reason: 'protocol' });
});

test('an unknown command is an ERROR and the end', async () => {
  const socket = await open();
  await socket.connect();
  socket.send('SHOUT', { destination: '/topic/rooms/1' });
  const { headers, json } = await socket.error();
  assert.equal(headers['content-type'], 'application/problem+json');
  assert.equal(json().code, 'invalid_request');
  assert.deepEqual(await socket.closing(), { code: 1008, reason: 'protocol' });
});

test('DISCONNECT is answered and the socket closes with "bye"', async () => {
  const socket = await open();
  await socket.connect();
  await socket.acknowledged('DISCONNECT');
  assert.deepEqual(await socket.closing(), { code: 1000, reason: 'bye' });
});

test('the RECEIPT of DISCONNECT comes after those of all sends before it', async () => {
  const room = await done(ana.post('/rooms', { kind: 'group', memberIds: [] }), 201);
  const socket = await open();
  await socket.connect();
  for (let count = 0; count < 20; count += 1) {
    socket.send('SEND', { destination: `/app/rooms/${room.id}/messages`, 'content-type': 'text/plain', receipt: `m${count}` }, `${count}`);
  }
  await socket.acknowledged('DISCONNECT', { receipt: 'bye' });
  const receipts = socket.frames.filter(({ command }) => command === 'RECEIPT').map(({ headers }) => headers['receipt-id']);
  assert.equal(receipts.length, 21);
  assert.equal(receipts.at(-1), 'bye');
});

for (const [theirs, ours] of [['0,0', /^\d+,\d+$/], ['4000,4000', /^10000,10000$/], ['60000,60000', /^10000,10000$/], [undefined, /^\d+,\d+$/]]) {
  test(`heart-beat ${theirs} is agreed on`, async () => {
    const socket = await open();
    const { headers } = await socket.connect({ 'heart-beat': theirs });
    assert.match(headers['heart-beat'], ours);
    await socket.close();
  });
}

for (const bad of ['x', '1', '-1,0', '1,2,3', '99999999999999999999,0']) {
  test(`heart-beat ${bad} is an ERROR`, async () => {
    const socket = await open();
    socket.send('CONNECT', { 'accept-version': '1.2', host: 'madang', 'heart-beat': bad });
    await socket.error();
    assert.equal((await socket.closing()).code, 1008);
  });
}

test('a client that asks for heart-beats gets them, each as a message of its own', async () => {
  const socket = await open();
  await socket.connect({ 'heart-beat': '0,10000' });
  const beat = new Promise((beaten) => {
    socket.socket.on('message', (bytes) => { if (bytes.toString() === '\n') beaten(); });
  });
  const timeout = socket.closing(25_000).then(() => assert.fail('closed instead'));
  await Promise.race([beat, timeout]);
  assert.ok(socket.heartBeats > 0);
  await socket.close();
});

test('who does not CONNECT in time is sent away', async () => {
  const hasty = await startServer({ env: { MADANG_LIMITS_CONNECT_TIMEOUT: '1' } });
  try {
    const bo = await newPerson(hasty, 'bo');
    const proper = await Stomp.signedIn(hasty, bo);
    const silent = await Stomp.open(hasty.wsUrl);
    const known = await Stomp.open(hasty.wsUrl, { headers: { Authorization: `Bearer ${bo.token}` } });
    assert.equal((await silent.closing()).code, 1008);
    assert.equal((await known.closing()).code, 1008);
    await proper.acknowledged('SUBSCRIBE', { id: 'e', destination: '/user/queue/errors' });
    await proper.close();
  } finally {
    await hasty.stop();
  }
});

test('a plain request to /ws is no upgrade and no accident', async () => {
  const { status } = await exchange(`${server.url}/ws`);
  assert.ok(status >= 400 && status < 500, `${status}`);
  await refused(ana.get('/users/999999999'), 404, 'not_found');
});

// What crosses on the wire: frames on their way while a session, a subscription, a seat or the server ends.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { eventually, patience, within } from '../support/deadline.mjs';
import { figure } from '../support/figures.mjs';
import { checkShape } from '../support/openapi.mjs';
import { anotherDevice, befriend, done, eventsOf, newDirect, newGroup, newPeople, newPerson, say } from '../support/people.mjs';
import { RawConnection, rawExchange } from '../support/raw.mjs';
import { startServer, withServer } from '../support/server.mjs';
import { encode, Stomp } from '../support/stomp.mjs';

let server;
before(async () => { server = await startServer(); });
after(() => server?.stop());

const topic = (room) => `/topic/rooms/${room.id}`;
const seqOf = ({ headers }) => Number(headers['x-seq']);
const range = (from, to) => Array.from({ length: to - from + 1 }, (_, at) => from + at);
const restart = { code: 1012, reason: 'restart' };
const megabyte = 1_000_000;

const upgrade = (headers) =>
  `GET /ws HTTP/1.1\r\nHost: madang\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${headers.map((line) => `${line}\r\n`).join('')}\r\n`;
const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
const version = 'Sec-WebSocket-Version: 13';

for (const [what, headers] of Object.entries({
  'without a key': [version],
  'with an empty key': [version, 'Sec-WebSocket-Key:'],
  'with a key of another length': [version, 'Sec-WebSocket-Key: dGhlIHNhbXBsZQ=='],
  'without a version': [key],
  'with another version': [key, 'Sec-WebSocket-Version: 8'],
})) {
  test(`an upgrade ${what} is refused, and the server goes on`, async () => {
    await withServer({}, async (own) => {
      const { connection, ...answer } = await rawExchange(own.url, upgrade(headers));
      assert.equal(answer.status, 400, answer.text);
      assert.match(answer.headers['content-type'], /^application\/problem\+json/);
      assert.equal(checkShape('Problem', answer.body).code, 'invalid_request');
      await connection.closing();
      const socket = await Stomp.open(own.wsUrl);
      await socket.close();
    });
  });
}

for (const [what, destination] of Object.entries({
  'a room': topic,
  'the reads of a room': (room) => `${topic(room)}/reads`,
  'the typing in a room': (room) => `${topic(room)}/typing`,
  'all rooms': () => '/user/queue/rooms',
})) {
  test(`DISCONNECT right behind a SUBSCRIBE to ${what} gets its RECEIPT`, async () => {
    const ana = await newPerson(server);
    const room = await newGroup(ana);
    const socket = await Stomp.signedIn(server, ana);
    socket.write(Buffer.concat([
      encode('SUBSCRIBE', { id: '1', destination: destination(room), receipt: 'subscribed' }),
      encode('DISCONNECT', { receipt: 'bye' }),
    ]));
    await socket.receipt('bye');
    assert.deepEqual(await socket.closing(), { code: 1000, reason: 'bye' });
    const receipts = socket.frames.filter(({ command }) => command === 'RECEIPT').map(({ headers }) => headers['receipt-id']);
    assert.deepEqual(receipts, ['subscribed', 'bye']);
  });
}

test('SIGTERM among SUBSCRIBEs ends the server soon', async () => {
  await withServer({}, async (own) => {
    const ana = await newPerson(own);
    const room = await newGroup(ana);
    const sockets = await Promise.all([1, 2, 3].map(() => Stomp.signedIn(own, ana)));
    for (const socket of sockets) {
      socket.write(Buffer.concat(range(1, 900).map((at) => encode('SUBSCRIBE', { id: `${at}`, destination: topic(room), receipt: `${at}` }))));
    }
    await sockets[0].receipt('1');
    own.terminate();
    for (const socket of sockets) assert.deepEqual(await socket.closing(), restart);
    // Well within server.shutdown_deadline, after which it would end anyway.
    assert.deepEqual(await own.exited(patience), { code: 0, signal: null });
  });
});

test('SIGTERM while a password is checked closes with "restart"', async () => {
  await withServer({ MADANG_AUTH_HASH_PASSES: '100' }, async (own) => {
    const ana = await newPerson(own);
    const socket = await Stomp.open(own.wsUrl);
    socket.send('CONNECT', { 'accept-version': '1.2', host: 'madang', login: ana.username, passcode: ana.password });
    await eventually(async () => await figure(own, 'madang_hash_waiting') > 0, 'the password to be looked at');
    own.terminate();
    assert.deepEqual(await socket.closing(30_000), restart);
    assert.deepEqual(await own.exited(), { code: 0, signal: null });
    assert.ok(socket.frames.every(({ command }) => command === 'CONNECTED'), JSON.stringify(socket.frames));
  });
});

test('a subscription id that is used again at once belongs to the new room alone', async () => {
  const ana = await newPerson(server);
  const [old, current] = [await newGroup(ana), await newGroup(ana)];
  const socket = await Stomp.signedIn(server, ana);
  const errors = await socket.subscribe('/user/queue/errors');
  socket.write(Buffer.concat([
    encode('SUBSCRIBE', { id: '1', destination: topic(old), receipt: 'first' }),
    encode('UNSUBSCRIBE', { id: '1', receipt: 'gone' }),
    encode('SUBSCRIBE', { id: '1', destination: topic(current), receipt: 'second' }),
  ]));
  for (const receipt of ['first', 'gone', 'second']) await socket.receipt(receipt);
  const both = [await socket.subscribe(topic(old)), await socket.subscribe(topic(current))];
  await say(ana, old, 'to the old one');
  await socket.message(both[0]);
  await say(ana, current, 'to the new one');
  assert.equal((await socket.message({ id: '1' })).headers.destination, topic(current));
  await socket.message(both[1]);
  assert.deepEqual(socket.messages({ id: '1' }).map(({ json }) => json().text), ['to the new one']);
  assert.deepEqual(socket.messages(errors), []);
  await socket.close();
});

test('a queue of all rooms that is given up at once mixes into nothing that has its id', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const room = await newGroup(ana);
  const socket = await Stomp.signedIn(server, ana);
  socket.write(Buffer.concat([
    encode('SUBSCRIBE', { id: '1', destination: '/user/queue/rooms', receipt: 'first' }),
    encode('UNSUBSCRIBE', { id: '1', receipt: 'gone' }),
    encode('SUBSCRIBE', { id: '1', destination: '/user/queue/events', receipt: 'second' }),
  ]));
  for (const receipt of ['first', 'gone', 'second']) await socket.receipt(receipt);
  const witness = await socket.subscribe(topic(room));
  await say(ana, room, 'meant for the room');
  await socket.message(witness);
  const joined = await newGroup(ana);
  await say(ana, joined, 'nobody asked for this one');
  await befriend(ana, bo);
  await socket.message({ id: '1' });
  assert.deepEqual([...new Set(socket.messages({ id: '1' }).map(({ headers }) => headers.destination))], ['/user/queue/events']);
  await socket.close();
});

for (const [what, deviceOf, headersOf] of [
  ['by cookie', (person) => anotherDevice(person, { origin: server.url }), (device) => ({ Cookie: device.cookieHeader('/ws') })],
  ['by token', (person) => anotherDevice(person), (device) => ({ Authorization: `Bearer ${device.token}` })],
]) {
  test(`a session ${what} that ended between upgrade and CONNECT gets no connection`, async () => {
    const ana = await newPerson(server);
    const device = await deviceOf(ana);
    const socket = await Stomp.open(server.wsUrl, { headers: headersOf(device), origin: device.origin });
    await done(device.delete('/sessions/current'));
    await assert.rejects(socket.connect(), /revoked/);
    assert.deepEqual(await socket.closing(), { code: 1008, reason: 'revoked' });
    assert.ok(socket.frames.every(({ command }) => command === 'ERROR'), JSON.stringify(socket.frames));
  });
}

test('who is removed while catching up gets all until then, the leave last, and nothing more', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const room = await newGroup(ana, [bo]);
  // More than the kernel holds for a connection on the way: 24 kB each.
  const text = '마'.repeat(8000);
  const writer = await Stomp.signedIn(server, ana);
  for (let count = 0; count < 8; count += 1) await Promise.all(range(1, 100).map(() => writer.say(room, text)));
  const { epoch } = await done(bo.get('/rooms'), 200);

  const reader = await Stomp.signedIn(server, bo, { perMessageDeflate: false });
  const subscribed = reader.acknowledged('SUBSCRIBE', { id: 'r', destination: topic(room), 'x-since': `${epoch}.0` });
  reader.socket.once('message', () => reader.socket.pause());
  assert.equal((await subscribed).headers['x-recovered'], 'true');
  const { lastSeq } = await done(ana.get(`/rooms/${room.id}/events?limit=1`), 200);
  await done(ana.delete(`/rooms/${room.id}/members/${bo.user.id}`));
  for (const words of ['gone', 'at last']) await say(ana, room, words);
  const before = reader.messages({ id: 'r' }).length;
  assert.ok(before < lastSeq, `${before} of ${lastSeq} had come already`);

  reader.socket.resume();
  await reader.message({ id: 'r' }, (frame) => seqOf(frame) === lastSeq + 1, 30_000);
  for (let count = 0; count < 3; count += 1) await reader.subscribe('/user/queue/errors');
  const events = reader.messages({ id: 'r' }).map(({ json }) => json());
  assert.deepEqual(events.map(({ seq }) => seq), range(1, lastSeq + 1));
  assert.equal(events.at(-1).kind, 'leave');
  for (const socket of [writer, reader]) await socket.close();
});

test('pings whose pongs are never read cost no memory', async () => {
  // The address sanitizer keeps freed memory back, 256 MB of it, unless it is told otherwise.
  const env = { MADANG_LIMITS_CONNECT_TIMEOUT: '60', MADANG_LIMITS_WRITE_TIMEOUT: '60', ASAN_OPTIONS: 'quarantine_size_mb=1' };
  await withServer(env, async (own) => {
    const flooder = await RawConnection.to(own.url);
    flooder.write(upgrade([key, version]));
    assert.equal((await flooder.answer({ bodiless: true })).status, 101);
    flooder.socket.pause();
    const memory = () => figure(own, 'process_resident_memory_bytes');
    const start = await memory();
    const ping = Buffer.concat([Buffer.from([0x89, 0x80 | 125, 0, 0, 0, 0]), Buffer.alloc(125, 'A')]);
    const many = Buffer.concat(Array(8000).fill(ping));
    let most = start;
    for (let sent = 0; sent < 80 * megabyte && !flooder.socket.destroyed; sent += many.length) {
      // Read or cut off are both an answer to a flood; the memory is what counts.
      if (!flooder.socket.write(many)) await within(Promise.race([once(flooder.socket, 'drain'), flooder.closed]), 30_000, 'the pings to be read');
      most = Math.max(most, await memory());
    }
    assert.ok(most - start < 30 * megabyte, `from ${start} to ${most} bytes`);
    flooder.close();
    const socket = await Stomp.open(own.wsUrl);
    await socket.close();
  });
});

test('a direct room opened again conceals the edits of what was said before, live and when read', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const room = await newDirect(ana, bo);
  const said = await say(bo, room, 'old words');
  await done(ana.delete(`/rooms/${room.id}/members/me`));
  const socket = await Stomp.signedIn(server, ana);
  const queue = await socket.subscribe('/user/queue/rooms');
  await done(ana.post('/rooms', { kind: 'direct', memberIds: [bo.user.id] }), 200);
  const subscription = await socket.subscribe(topic(room));

  await done(bo.patch(`/rooms/${room.id}/messages/${said.seq}`, { text: 'new words' }), 200);
  await say(bo, room, 'fresh words');
  const read = await eventsOf(ana, room);
  assert.deepEqual(read.map(({ kind, targetSeq, text }) => [kind, targetSeq, text]), [
    ['edit', said.seq, undefined], ['message', undefined, 'fresh words'],
  ]);
  for (const live of [queue, subscription]) {
    await socket.message(live, (frame) => seqOf(frame) === read.at(-1).seq);
    assert.deepEqual(socket.messages(live).map(({ json }) => json()), read);
  }
  await socket.close();
});

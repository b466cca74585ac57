import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { checkShape } from '../support/openapi.mjs';
import { befriend, done, eventsOf, newGroup, newPeople, newPerson, say } from '../support/people.mjs';
import { startServer } from '../support/server.mjs';
import { Stomp } from '../support/stomp.mjs';

let server;
before(async () => { server = await startServer(); });
after(() => server?.stop());

const topic = (room) => `/topic/rooms/${room.id}`;
const seqOf = ({ headers }) => Number(headers['x-seq']);
const withSeq = (seq) => (frame) => seqOf(frame) === seq;
const signedIn = (person, options) => Stomp.signedIn(server, person, options);

test('a message is shown live, once, as the event log has it', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const room = await newGroup(ana, [bo]);
  const socket = await signedIn(bo);
  const subscription = await socket.subscribe(topic(room));
  const said = await say(ana, room, '안녕', { key: 'k-1' });
  const frame = await socket.message(subscription);
  const event = checkShape('Event', frame.json());
  assert.deepEqual(event, (await eventsOf(bo, room)).at(-1));
  assert.equal(frame.headers.destination, topic(room));
  assert.equal(frame.headers['message-id'], `${room.id}.${said.seq}`);
  assert.equal(seqOf(frame), said.seq);
  assert.equal(frame.headers['x-epoch'], subscription.receipt.headers['x-epoch']);
  await socket.close();
});

test('every durable event of a room is shown live, in order', async () => {
  const [ana, bo, cy] = await newPeople(server, 'ana', 'bo', 'cy');
  const room = await newGroup(ana, [bo]);
  await befriend(ana, cy);
  const socket = await signedIn(bo);
  const subscription = await socket.subscribe(topic(room));
  const at = `/rooms/${room.id}`;
  await say(ana, room, 'one');
  await done(ana.patch(`${at}/messages/2`, { text: 'two' }), 200);
  await done(ana.put(`${at}/messages/2/reactions/${encodeURIComponent('👍')}`));
  await done(ana.delete(`${at}/messages/2/reactions/${encodeURIComponent('👍')}`));
  await done(ana.post(`${at}/members`, { userIds: [cy.user.id] }), 200);
  await done(ana.patch(`${at}/members/${cy.user.id}`, { role: 'admin' }), 200);
  await done(ana.patch(at, { name: 'new' }), 200);
  await done(cy.delete(`${at}/members/me`));
  await done(ana.delete(`${at}/messages/2`));
  await socket.message(subscription, withSeq(10));
  const events = socket.messages(subscription).map((frame) => checkShape('Event', frame.json()));
  assert.deepEqual(events.map(({ seq }) => seq), [2, 3, 4, 5, 6, 7, 8, 9, 10]);
  assert.deepEqual(events.map(({ kind }) => kind), ['message', 'edit', 'reaction', 'reaction', 'join', 'role', 'rename', 'leave', 'delete']);
  await socket.close();
});

test('the RECEIPT of SUBSCRIBE comes before the first message and names the place', async () => {
  const ana = await newPerson(server);
  const room = await newGroup(ana);
  await say(ana, room, 'before');
  const socket = await signedIn(ana);
  const subscription = await socket.subscribe(topic(room));
  assert.equal(subscription.receipt.headers['x-seq'], '2');
  assert.match(subscription.receipt.headers['x-epoch'], /^[A-Za-z0-9_-]+$/);
  await say(ana, room, 'after');
  assert.equal(seqOf(await socket.message(subscription)), 3);
  assert.deepEqual(socket.frames.map(({ command }) => command), ['CONNECTED', 'RECEIPT', 'MESSAGE']);
  await socket.close();
});

test('who subscribes while others talk misses nothing after the place named', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const room = await newGroup(ana, [bo]);
  const talking = Promise.all(Array.from({ length: 150 }, (_, at) => say(ana, room, `${at}`)));
  const sockets = [];
  for (let count = 0; count < 5; count += 1) {
    const socket = await signedIn(bo);
    sockets.push([socket, await socket.subscribe(topic(room))]);
  }
  await talking;
  for (const [socket, subscription] of sockets) {
    const from = Number(subscription.receipt.headers['x-seq']);
    if (from < 151) await socket.message(subscription, withSeq(151));
    assert.deepEqual(socket.messages(subscription).map(seqOf), Array.from({ length: 151 - from }, (_, at) => from + 1 + at));
    const first = socket.frames.findIndex(({ command }) => command === 'MESSAGE');
    const receipt = socket.frames.findIndex(({ command }) => command === 'RECEIPT');
    assert.ok(first === -1 || receipt < first);
    await socket.close();
  }
});

test('two readers see everything of many writers in the same order', async () => {
  const [ana, bo, cy] = await newPeople(server, 'ana', 'bo', 'cy');
  const room = await newGroup(ana, [bo, cy]);
  const readers = await Promise.all([ana, bo].map((person) => signedIn(person)));
  const subscriptions = await Promise.all(readers.map((reader) => reader.subscribe(topic(room))));
  const writers = await Promise.all([ana, bo, cy].map((person) => signedIn(person)));
  await Promise.all(writers.flatMap((writer, who) => Array.from({ length: 100 }, (_, at) => writer.say(room, `${who}-${at}`))));
  const [hers, his] = await Promise.all(readers.map(async (reader, at) => {
    await reader.message(subscriptions[at], withSeq(301));
    return reader.messages(subscriptions[at]).map(({ body }) => body);
  }));
  assert.equal(hers.length, 300);
  assert.deepEqual(hers, his);
  for (const socket of [...readers, ...writers]) await socket.close();
});

test('two subscriptions of one room on one socket are two', async () => {
  const ana = await newPerson(server);
  const room = await newGroup(ana);
  const socket = await signedIn(ana);
  const [one, two] = [await socket.subscribe(topic(room)), await socket.subscribe(topic(room))];
  await say(ana, room, 'twice');
  assert.equal((await socket.message(one)).body, (await socket.message(two)).body);
  await socket.close();
});

test('after UNSUBSCRIBE nothing comes', async () => {
  const ana = await newPerson(server);
  const room = await newGroup(ana);
  const socket = await signedIn(ana);
  const [gone, kept] = [await socket.subscribe(topic(room)), await socket.subscribe(topic(room))];
  await socket.acknowledged('UNSUBSCRIBE', { id: gone.id });
  await say(ana, room, 'for one');
  await socket.message(kept);
  assert.deepEqual(socket.messages(gone), []);
  const again = await socket.subscribe(topic(room), { id: gone.id });
  await say(ana, room, 'for both');
  await socket.message(again);
  await socket.close();
});

test('a subscription id that is in use is an ERROR and the end', async () => {
  const ana = await newPerson(server);
  const room = await newGroup(ana);
  const socket = await signedIn(ana);
  await socket.subscribe(topic(room), { id: 'same' });
  socket.send('SUBSCRIBE', { id: 'same', destination: '/user/queue/errors' });
  await socket.error();
  assert.deepEqual(await socket.closing(), { code: 1008, reason: 'protocol' });
});

test('rooms of others, and what does not exist, are refused', async () => {
  const [ana, eve] = await newPeople(server, 'ana', 'eve');
  const room = await newGroup(ana);
  const socket = await signedIn(eve);
  const errors = await socket.subscribe('/user/queue/errors');
  const attempt = async (destination) => {
    socket.send('SUBSCRIBE', { id: destination, destination, receipt: destination });
    const { headers } = await socket.message(errors, (frame) => frame.headers['receipt-id'] === destination);
    return headers.code;
  };
  for (const end of ['', '/typing', '/reads']) {
    assert.equal(await attempt(`${topic(room)}${end}`), 'not_a_member');
    assert.equal(await attempt(`/topic/rooms/999999999${end}`), 'not_a_member');
  }
  assert.equal(await attempt('/topic/rooms/x'), 'not_a_member');
  for (const destination of ['/topic/nothing', '/user/queue/nothing', '/queue/rooms', 'nonsense', `/app/rooms/${room.id}/messages`, '/topic/open/a']) {
    assert.equal(await attempt(destination), 'not_found', destination);
  }
  await say(ana, room, 'secret');
  const own = await newGroup(eve);
  const subscription = await socket.subscribe(topic(own));
  await say(eve, own, 'mine');
  await socket.message(subscription);
  assert.ok(!socket.frames.some(({ body }) => body.includes('secret')));
  await socket.close();
});

test('who is removed gets the leave as the last frame', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const room = await newGroup(ana, [bo]);
  const other = await newGroup(bo);
  const socket = await signedIn(bo);
  const errors = await socket.subscribe('/user/queue/errors');
  const [lost, kept] = [await socket.subscribe(topic(room)), await socket.subscribe(topic(other))];
  await done(ana.delete(`/rooms/${room.id}/members/${bo.user.id}`));
  const leave = (await socket.message(lost)).json();
  assert.deepEqual([leave.kind, leave.userId, leave.authorId], ['leave', bo.user.id, ana.user.id]);
  await say(ana, room, 'now we can talk');
  await say(bo, other, 'fence');
  await socket.message(kept);
  assert.equal(socket.messages(lost).length, 1);
  socket.send('SEND', { destination: `/app/rooms/${room.id}/messages`, 'content-type': 'text/plain', receipt: 'r' }, 'hi');
  assert.equal((await socket.message(errors)).headers.code, 'not_a_member');
  await socket.close();
});

test('who joins later sees live what happens to old messages without their content', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const room = await newGroup(ana);
  await befriend(ana, bo);
  const old = await say(ana, room, 'before');
  await done(ana.post(`/rooms/${room.id}/members`, { userIds: [bo.user.id] }), 200);
  const sockets = await Promise.all([signedIn(ana), signedIn(bo)]);
  const [hers, his] = await Promise.all(sockets.map((socket) => socket.subscribe(topic(room))));
  await done(ana.patch(`/rooms/${room.id}/messages/${old.seq}`, { text: 'edited secret' }), 200);
  const [full, bare] = [(await sockets[0].message(hers)).json(), (await sockets[1].message(his)).json()];
  assert.deepEqual([full.seq, full.targetSeq, full.text], [4, old.seq, 'edited secret']);
  assert.deepEqual([bare.seq, bare.targetSeq, bare.text], [4, old.seq, undefined]);
  for (const socket of sockets) await socket.close();
});

test('typing is shown to the room', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const room = await newGroup(ana, [bo]);
  const [writer, reader] = await Promise.all([signedIn(ana), signedIn(bo)]);
  const subscription = await reader.subscribe(`${topic(room)}/typing`);
  await writer.acknowledged('SEND', { destination: `/app/rooms/${room.id}/typing` });
  const { headers, json } = await reader.message(subscription);
  assert.equal(headers.destination, `${topic(room)}/typing`);
  assert.deepEqual(json(), { roomId: room.id, userId: ana.user.id });
  assert.equal((await eventsOf(ana, room)).length, 1, 'and takes no seq');
  for (const socket of [writer, reader]) await socket.close();
});

test('reads are merged and come at most once a second', async () => {
  const [ana, bo, cy] = await newPeople(server, 'ana', 'bo', 'cy');
  const room = await newGroup(ana, [bo, cy]);
  await Promise.all(Array.from({ length: 40 }, (_, at) => say(ana, room, `${at}`)));
  const [watcher, reader] = await Promise.all([signedIn(ana), signedIn(bo)]);
  const subscription = await watcher.subscribe(`${topic(room)}/reads`);
  const started = Date.now();
  for (let ordinal = 1; ordinal <= 40; ordinal += 1) {
    await reader.acknowledged('SEND', { destination: `/app/rooms/${room.id}/read`, 'content-type': 'application/json' }, JSON.stringify({ ordinal }));
  }
  await done(cy.put(`/rooms/${room.id}/read`, { ordinal: 7 }));
  const latest = new Map();
  while (latest.get(bo.user.id) !== 40 || latest.get(cy.user.id) !== 7) {
    const { roomId, reads } = (await watcher.message(subscription)).json();
    assert.equal(roomId, room.id);
    for (const { userId, ordinal } of reads) {
      assert.ok(ordinal > (latest.get(userId) ?? 0), 'a read mark never goes back');
      latest.set(userId, ordinal);
    }
  }
  const frames = watcher.messages(subscription).length;
  assert.ok(frames <= (Date.now() - started) / 1000 + 2, `${frames} frames`);
  for (const socket of [watcher, reader]) await socket.close();
});

// People on different nodes share rooms as if there were one: what is said, typed, read and changed on one reaches the sockets of the other.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually } from '../support/deadline.mjs';
import { EventSource } from '../support/event-source.mjs';
import { Nodes, on, state } from '../support/nodes.mjs';
import { befriend, done, eventsOf, newGroup, newPeople, newPerson, say } from '../support/people.mjs';
import { Stomp } from '../support/stomp.mjs';

let nodes, here, there;
before(async () => {
  nodes = await Nodes.start(2);
  [here, there] = nodes.all;
});
after(() => nodes.stop());

const topic = (room, part = '') => `/topic/rooms/${room.id}${part}`;

// Within a second of something (G5).
async function within1s(what, waiting) {
  const began = Date.now();
  const answer = await waiting;
  assert.ok(Date.now() - began < 1000, `${what} took ${Date.now() - began} ms`);
  return answer;
}

test('messages of both nodes reach the listeners of both, in one order without a gap', async () => {
  const [ana, bo] = await newPeople(here, 'ana', 'bo');
  const room = await newGroup(ana, [bo]);
  const [a, b] = [await Stomp.signedIn(here, ana), await Stomp.signedIn(there, bo)];
  const [at, bt] = [await a.subscribe(topic(room)), await b.subscribe(topic(room))];
  await Promise.all(Array.from({ length: 40 }, (_, i) => (i % 2 ? a : b).say(room, `text ${i}`, { 'x-key': `k${i}` })));
  const log = await eventsOf(ana, room);
  const last = log.at(-1).seq;
  await a.message(at, ({ headers }) => Number(headers['x-seq']) === last);
  await b.message(bt, ({ headers }) => Number(headers['x-seq']) === last);
  const told = log.filter(({ kind }) => kind === 'message');
  assert.equal(told.length, 40);
  for (const [socket, subscription] of [[a, at], [b, bt]])
    assert.deepEqual(socket.messages(subscription).map((frame) => frame.json()), told);
  await eventually(async () => await state(here) === 'ok', 'bus and cache');
});

test('every kind of event is the same object on every node', async () => {
  const [ana, bo, cem] = await newPeople(here, 'ana', 'bo', 'cem');
  const room = await newGroup(ana, [bo]);
  await befriend(ana, cem);
  const sockets = [await Stomp.signedIn(here, bo), await Stomp.signedIn(there, bo)];
  const subscriptions = [];
  for (const socket of sockets) subscriptions.push(await socket.subscribe(topic(room)));
  const { seq } = await say(ana, room, 'one "two"\n셋');
  await done(ana.patch(`/rooms/${room.id}/messages/${seq}`, { text: 'changed' }), 200);
  await done(bo.put(`/rooms/${room.id}/messages/${seq}/reactions/${encodeURIComponent('👍')}`));
  await done(ana.patch(`/rooms/${room.id}`, { name: '마당' }), 200);
  await done(ana.post(`/rooms/${room.id}/members`, { userIds: [cem.user.id] }), 200);
  await done(ana.patch(`/rooms/${room.id}/members/${cem.user.id}`, { role: 'admin' }), 200);
  await done(ana.delete(`/rooms/${room.id}/members/${cem.user.id}`));
  await done(ana.delete(`/rooms/${room.id}/messages/${seq}`));
  const kinds = ['message', 'edit', 'reaction', 'rename', 'join', 'role', 'leave', 'delete'];
  for (const [i, socket] of sockets.entries()) await socket.message(subscriptions[i], (frame) => frame.json().kind === 'delete');
  const [local, remote] = sockets.map((socket, i) => socket.messages(subscriptions[i]).map(({ body }) => body));
  assert.deepEqual(remote.map((body) => JSON.parse(body).kind), kinds);
  assert.deepEqual(remote, local);
});

test('who follows all rooms on one node hears of a room that is made on another', async () => {
  const [ana, bo] = await newPeople(here, 'ana', 'bo');
  await befriend(ana, bo);
  const socket = await Stomp.signedIn(there, bo);
  const rooms = await socket.subscribe('/user/queue/rooms');
  const events = await socket.subscribe('/user/queue/events');
  const room = await done(ana.post('/rooms', { kind: 'group', memberIds: [bo.user.id] }), 201);
  await within1s('the room', socket.message(rooms, (frame) => frame.json().kind === 'join'));
  assert.equal((await socket.message(events)).json().type, 'room_added');
  await say(ana, room, 'welcome');
  const frame = await within1s('its message', socket.message(rooms, (each) => each.json().kind === 'message'));
  assert.equal(frame.headers.destination, topic(room));
});

test('who is removed on one node gets the leaving as the last frame on the other, within a second', async () => {
  const [ana, bo] = await newPeople(here, 'ana', 'bo');
  const room = await newGroup(ana, [bo]);
  const socket = await Stomp.signedIn(there, bo);
  const subscription = await socket.subscribe(topic(room));
  await done(ana.delete(`/rooms/${room.id}/members/${bo.user.id}`));
  await within1s('the leaving', socket.message(subscription, (frame) => frame.json().kind === 'leave'));
  const { seq } = await say(ana, room, 'without bo');
  // Something else of the room's channel, behind it.
  await done(ana.post(`/rooms/${room.id}/members`, { userIds: [bo.user.id] }), 200);
  const again = await socket.subscribe(topic(room));
  assert.ok(Number(again.receipt.headers['x-seq']) > seq);
  assert.equal(socket.messages(subscription).at(-1).json().kind, 'leave');
});

test('a session that is ended on one node loses its sockets and its token on the other, within a second', async () => {
  const ana = await newPerson(here, 'ana');
  const socket = await Stomp.signedIn(there, ana);
  const elsewhere = on(there, ana);
  await done(elsewhere.get('/me'), 200);
  await done(ana.delete('/sessions/current'));
  assert.deepEqual(await within1s('the closing', socket.closing()), { code: 1008, reason: 'revoked' });
  await done(elsewhere.get('/me'), 401);
});

test('a new password ends the other sessions on every node, within a second', async () => {
  const ana = await newPerson(here, 'ana');
  const other = on(there, ana);
  await done(other.signIn(ana), 200);
  const socket = await Stomp.signedIn(there, other);
  await done(ana.put('/me/password', { currentPassword: ana.password, newPassword: 'another good password' }));
  assert.deepEqual(await within1s('the closing', socket.closing()), { code: 1008, reason: 'revoked' });
  await done(ana.get('/me'), 200);
});

test('typing, read marks and news of friends cross the nodes', async () => {
  const [ana, bo] = await newPeople(here, 'ana', 'bo');
  const room = await newGroup(ana, [bo]);
  const socket = await Stomp.signedIn(there, bo);
  const typing = await socket.subscribe(topic(room, '/typing'));
  const reads = await socket.subscribe(topic(room, '/reads'));
  const events = await socket.subscribe('/user/queue/events');
  const speaker = await Stomp.signedIn(here, ana);
  await speaker.acknowledged('SEND', { destination: `/app/rooms/${room.id}/typing` });
  assert.deepEqual((await socket.message(typing)).json(), { roomId: room.id, userId: ana.user.id });
  const { ordinal } = await say(ana, room, 'hello');
  assert.deepEqual((await socket.message(reads)).json(), { roomId: room.id, reads: [{ userId: ana.user.id, ordinal }] });
  await done(bo.put(`/rooms/${room.id}/read`, { ordinal }));
  assert.deepEqual((await socket.message(events, (frame) => frame.json().type === 'read')).json(), { type: 'read', roomId: room.id, ordinal });
  const cem = await newPerson(here, 'cem');
  await done(cem.post('/friends', { userId: bo.user.id }), 201);
  assert.equal((await socket.message(events, (frame) => frame.json().type === 'friend_request')).json().user.id, cem.user.id);
});

test('an event stream hears of what is said on another node', async () => {
  const [ana, bo] = await newPeople(here, 'ana', 'bo');
  const room = await newGroup(ana, [bo]);
  const source = await EventSource.open(`${there.url}/api/v1/rooms/${room.id}/events`, { Authorization: `Bearer ${bo.token}` });
  await source.count(1);
  const said = await say(ana, room, 'over there');
  const began = Date.now();
  assert.equal((await source.count(2))[1].data.seq, said.seq);
  assert.ok(Date.now() - began < 1000);
  await done(ana.delete(`/rooms/${room.id}/members/${bo.user.id}`));
  await within1s('the end', source.end());
});

test('who comes back on another node goes on where it was, without a gap', async () => {
  const [ana, bo] = await newPeople(here, 'ana', 'bo');
  const room = await newGroup(ana, [bo]);
  const first = await Stomp.signedIn(here, bo);
  const before = await first.subscribe(topic(room));
  await say(ana, room, 'one');
  const { headers } = await first.message(before);
  await first.close();
  const missed = [await say(ana, room, 'two'), await say(on(there, ana), room, 'three')];
  const second = await Stomp.signedIn(there, bo);
  const again = await second.subscribe(topic(room), { 'x-since': `${headers['x-epoch']}.${headers['x-seq']}` });
  assert.equal(again.receipt.headers['x-recovered'], 'true');
  missed.push(await say(ana, room, 'four'));
  const seqs = [];
  for (const _ of missed) seqs.push((await second.message(again)).json().seq);
  assert.deepEqual(seqs, missed.map(({ seq }) => seq));
});

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { checkShape } from '../support/openapi.mjs';
import { anotherDevice, befriend, done, newDirect, newGroup, newPeople, newPerson, say } from '../support/people.mjs';
import { startServer } from '../support/server.mjs';
import { Stomp } from '../support/stomp.mjs';

let server;
before(async () => { server = await startServer(); });
after(() => server?.stop());

const signedIn = (person) => Stomp.signedIn(server, person);
const ofType = (type) => (frame) => frame.json().type === type;

test('the events of all my rooms come in one queue, named by their topic', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const group = await newGroup(ana, [bo]);
  const direct = await done(ana.post('/rooms', { kind: 'direct', memberIds: [bo.user.id] }), 201);
  const socket = await signedIn(bo);
  const queue = await socket.subscribe('/user/queue/rooms');
  for (const room of [group, direct]) {
    const said = await say(ana, room, 'hello');
    const frame = await socket.message(queue);
    assert.equal(frame.headers.destination, `/topic/rooms/${room.id}`);
    assert.equal(frame.headers['message-id'], `${room.id}.${said.seq}`);
    assert.equal(frame.headers['x-seq'], String(said.seq));
    assert.equal(checkShape('Event', frame.json()).text, 'hello');
  }
  await socket.close();
});

test('rooms joined later are in the queue, from the joining on', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  await befriend(ana, bo);
  const socket = await signedIn(bo);
  const queue = await socket.subscribe('/user/queue/rooms');
  const room = await done(ana.post('/rooms', { kind: 'group', memberIds: [] }), 201);
  await say(ana, room, 'before');
  await done(ana.post(`/rooms/${room.id}/members`, { userIds: [bo.user.id] }), 200);
  await say(ana, room, 'after');
  await socket.message(queue, (frame) => frame.json().text === 'after');
  const events = socket.messages(queue).map(({ json }) => json());
  assert.deepEqual(events.map(({ seq, kind }) => [seq, kind]), [[3, 'join'], [4, 'message']]);
  await socket.close();
});

test('the first message of a new direct room reaches the other', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const socket = await signedIn(bo);
  const queue = await socket.subscribe('/user/queue/rooms');
  const room = await newDirect(ana, bo);
  await say(ana, room, 'hi');
  const frame = await socket.message(queue, ({ json }) => json().kind === 'message');
  assert.equal(frame.json().text, 'hi');
  await socket.close();
});

test('a room that is hidden comes back with its next message', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const room = await newDirect(ana, bo);
  await done(bo.delete(`/rooms/${room.id}/members/me`));
  const socket = await signedIn(bo);
  const queue = await socket.subscribe('/user/queue/rooms');
  await say(ana, room, 'are you there?');
  assert.equal((await socket.message(queue)).json().text, 'are you there?');
  await socket.close();
});

test('the leave is the last frame of a room in the queue', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const [left, kept] = [await newGroup(ana, [bo]), await done(bo.post('/rooms', { kind: 'group', memberIds: [] }), 201)];
  const socket = await signedIn(bo);
  const queue = await socket.subscribe('/user/queue/rooms');
  await done(ana.delete(`/rooms/${left.id}/members/${bo.user.id}`));
  await say(ana, left, 'now we can talk');
  await say(bo, kept, 'fence');
  await socket.message(queue, (frame) => frame.json().text === 'fence');
  const ofLeft = socket.messages(queue).map(({ json }) => json()).filter(({ roomId }) => roomId === left.id);
  assert.deepEqual(ofLeft.map(({ kind, userId }) => [kind, userId]), [['leave', bo.user.id]]);
  await socket.close();
});

test('subscribing and then syncing misses nothing while others talk', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const room = await newGroup(ana, [bo]);
  const { epoch } = await done(bo.get('/rooms'), 200);
  const talking = Promise.all(Array.from({ length: 80 }, (_, at) => say(ana, room, `${at}`)));
  const socket = await signedIn(bo);
  const queue = await socket.subscribe('/user/queue/rooms');
  const synced = await done(bo.post('/rooms/sync', { epoch, rooms: [{ id: room.id, seq: 1 }] }), 200);
  await talking;
  const known = new Set(synced.rooms[0].events.map(({ seq }) => seq));
  if (!known.has(81)) await socket.message(queue, (frame) => frame.json().seq === 81);
  for (const { headers } of socket.messages(queue)) known.add(Number(headers['x-seq']));
  assert.deepEqual([...known].sort((a, b) => a - b), Array.from({ length: 80 }, (_, at) => at + 2));
  await socket.close();
});

test('requests and friendships are told to the one concerned', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const [hers, his] = await Promise.all([signedIn(ana), signedIn(bo)]);
  const [anas, bos] = [await hers.subscribe('/user/queue/events'), await his.subscribe('/user/queue/events')];
  await done(ana.post('/friends', { userId: bo.user.id }), 201);
  const request = await his.message(bos, ofType('friend_request'));
  assert.equal(request.headers.destination, '/user/queue/events');
  assert.equal(checkShape('User', request.json().user).id, ana.user.id);
  await done(bo.post(`/friends/requests/${ana.user.id}/accept`));
  assert.equal((await hers.message(anas, ofType('friend_added'))).json().user.id, bo.user.id);
  assert.equal((await his.message(bos, ofType('friend_added'))).json().user.id, ana.user.id);
  await done(ana.delete(`/friends/${bo.user.id}`));
  assert.equal((await hers.message(anas, ofType('friend_removed'))).json().user.id, bo.user.id);
  assert.equal((await his.message(bos, ofType('friend_removed'))).json().user.id, ana.user.id);
  for (const socket of [hers, his]) await socket.close();
});

test('rooms that come and go are told', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const socket = await signedIn(bo);
  const queue = await socket.subscribe('/user/queue/events');
  const made = await newGroup(ana, [bo], 'ours');
  const { room } = (await socket.message(queue, ofType('room_added'))).json();
  checkShape('Room', room);
  assert.deepEqual([room.id, room.name, room.role], [made.id, 'ours', 'member']);
  await done(ana.delete(`/rooms/${made.id}/members/${bo.user.id}`));
  assert.equal((await socket.message(queue, ofType('room_removed'))).json().roomId, made.id);
  await socket.close();
});

test('what I read on one device is told to the other', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const room = await newGroup(ana, [bo]);
  await say(ana, room, 'one');
  await say(ana, room, 'two');
  const tablet = await anotherDevice(bo);
  const socket = await signedIn(bo);
  const queue = await socket.subscribe('/user/queue/events');
  await done(tablet.put(`/rooms/${room.id}/read`, { ordinal: 2 }));
  assert.deepEqual((await socket.message(queue, ofType('read'))).json(), { type: 'read', roomId: room.id, ordinal: 2 });
  await socket.close();
});

test('queues are of the one who asks', async () => {
  const [ana, eve] = await newPeople(server, 'ana', 'eve');
  const socket = await signedIn(eve);
  const queues = [await socket.subscribe('/user/queue/rooms'), await socket.subscribe('/user/queue/events')];
  const room = await newGroup(ana, [await newPerson(server)]);
  await say(ana, room, 'not for eve');
  const own = await newGroup(eve);
  await say(eve, own, 'fence');
  await socket.message(queues[0], (frame) => frame.json().text === 'fence');
  assert.ok(queues.every((queue) => socket.messages(queue).every(({ body }) => !body.includes('not for eve') && !body.includes(ana.username))));
  await socket.close();
});

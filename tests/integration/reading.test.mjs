import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { done, eventsOf, newGroup, newPeople, refused, say } from '../support/people.mjs';
import { startServer } from '../support/server.mjs';

let server;
before(async () => { server = await startServer(); });
after(() => server?.stop());

const roomOf = (person, room) => done(person.get(`/rooms/${room.id}`), 200);
const read = (person, room, ordinal) => person.put(`/rooms/${room.id}/read`, { ordinal });
const unreadBy = async (person, room, said) => (await done(person.get(`/rooms/${room.id}/messages/${said.seq}`), 200)).unreadBy;

test('unread counts messages, and reading brings it down', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const room = await newGroup(ana, [bo]);
  for (const text of ['one', 'two', 'three']) await say(ana, room, text);
  const before = await roomOf(bo, room);
  assert.deepEqual([before.lastOrdinal, before.readOrdinal, before.unread], [3, 0, 3]);
  await done(read(bo, room, 2));
  const after = await roomOf(bo, room);
  assert.deepEqual([after.readOrdinal, after.unread], [2, 1]);
  assert.equal((await roomOf(ana, room)).unread, 0, "one's own messages are read");
});

test('a read mark never goes back', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const room = await newGroup(ana, [bo]);
  await say(ana, room, 'one');
  await say(ana, room, 'two');
  await done(read(bo, room, 2));
  await done(read(bo, room, 1));
  await done(read(bo, room, 0));
  assert.equal((await roomOf(bo, room)).readOrdinal, 2);
});

test('what was not said cannot be read', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const room = await newGroup(ana, [bo]);
  await say(ana, room, 'one');
  const { errors } = await refused(read(bo, room, 2), 400, 'invalid_request', 'ordinal');
  assert.equal(errors[0].code, 'out_of_range');
  for (const ordinal of [-1, 0.5, '1', null]) await refused(read(bo, room, ordinal), 400, 'invalid_request', 'ordinal');
  assert.equal((await roomOf(bo, room)).readOrdinal, 0);
});

test('unreadBy counts the other members who have not read so far', async () => {
  const [ana, bo, cy] = await newPeople(server, 'ana', 'bo', 'cy');
  const room = await newGroup(ana, [bo, cy]);
  const said = await say(ana, room, 'hello?');
  assert.equal(said.unreadBy, 2);
  await done(read(bo, room, said.ordinal));
  assert.equal(await unreadBy(ana, room, said), 1);
  await done(read(cy, room, said.ordinal));
  assert.equal(await unreadBy(bo, room, said), 0);
});

test('who answers has read what came before', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const room = await newGroup(ana, [bo]);
  const said = await say(ana, room, 'hello?');
  await say(bo, room, 'hello!');
  assert.equal(await unreadBy(ana, room, said), 0);
  assert.equal((await roomOf(bo, room)).unread, 0);
});

test('reading takes no seq, and shows in the list of members', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const room = await newGroup(ana, [bo]);
  await say(ana, room, 'one');
  await done(read(bo, room, 1));
  assert.equal((await eventsOf(ana, room)).length, 2);
  const { members } = await done(ana.get(`/rooms/${room.id}/members`), 200);
  assert.equal(members.find(({ user }) => user.id === bo.user.id).readOrdinal, 1);
});

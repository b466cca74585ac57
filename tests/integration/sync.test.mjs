import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { done, newDirect, newGroup, newPeople, newPerson, refused, say } from '../support/people.mjs';
import { startServer } from '../support/server.mjs';

let server;
before(async () => { server = await startServer(); });
after(() => server?.stop());

const epochOf = async (person) => (await done(person.get('/rooms'), 200)).epoch;
const sync = async (person, rooms, epoch) => person.post('/rooms/sync', { epoch: epoch ?? await epochOf(person), rooms });

test('what came since is given for every room that is mine', async () => {
  const ana = await newPerson(server);
  const [busy, quiet] = [await newGroup(ana), await newGroup(ana)];
  await say(ana, busy, 'one');
  await say(ana, busy, 'two');
  const synced = await done(sync(ana, [{ id: busy.id, seq: 1 }, { id: quiet.id, seq: 1 }]), 200);
  const of = ({ id }) => synced.rooms.find((room) => room.id === id);
  assert.deepEqual(of(busy).events.map(({ seq, text }) => [seq, text]), [[2, 'one'], [3, 'two']]);
  assert.deepEqual([of(busy).lastSeq, of(busy).hasMore], [3, false]);
  assert.deepEqual([of(quiet).events, of(quiet).lastSeq, of(quiet).hasMore], [[], 1, false]);
  assert.deepEqual([synced.added, synced.removed], [[], []]);
});

test('rooms that came and went are named', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const left = await newGroup(ana, [bo]);
  const direct = await done(bo.post('/rooms', { kind: 'direct', memberIds: [ana.user.id] }), 201);
  await done(bo.delete(`/rooms/${left.id}/members/me`));
  const synced = await done(sync(bo, [{ id: left.id, seq: 1 }, { id: 999999999, seq: 0 }]), 200);
  assert.deepEqual(synced.rooms, []);
  assert.deepEqual(synced.added.map(({ id }) => id), [direct.id]);
  assert.deepEqual(synced.removed.sort(), [left.id, 999999999].sort());
});

test('a room far behind gets its first hundred events and hears of more', async () => {
  const ana = await newPerson(server);
  const room = await newGroup(ana);
  await Promise.all(Array.from({ length: 120 }, (_, at) => say(ana, room, `${at}`)));
  const { rooms: [first] } = await done(sync(ana, [{ id: room.id, seq: 1 }]), 200);
  assert.deepEqual(first.events.map(({ seq }) => seq), Array.from({ length: 100 }, (_, at) => at + 2));
  assert.deepEqual([first.hasMore, first.lastSeq], [true, 121]);
  const { rooms: [second] } = await done(sync(ana, [{ id: room.id, seq: 101 }]), 200);
  assert.deepEqual(second.events.map(({ seq }) => seq), Array.from({ length: 20 }, (_, at) => at + 102));
  assert.equal(second.hasMore, false);
});

test('a room listed twice is answered once, from the position that came first', async () => {
  const ana = await newPerson(server);
  const [room, other] = [await newGroup(ana), await newGroup(ana)];
  for (const text of ['one', 'two']) await say(ana, room, text);
  const [again, gone] = [{ id: room.id, seq: 2 }, { id: 999999999, seq: 0 }];
  const synced = await done(sync(ana, [{ id: room.id, seq: 1 }, gone, again, { id: other.id, seq: 1 }, gone, again]), 200);
  assert.deepEqual(synced.rooms.map(({ id }) => id).sort(), [room.id, other.id].sort());
  assert.deepEqual(synced.rooms.find(({ id }) => id === room.id).events.map(({ seq }) => seq), [2, 3]);
  assert.deepEqual([synced.added, synced.removed], [[], [gone.id]]);
});

test('a position of another epoch, or from the future, means reload', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const room = await newDirect(ana, bo);
  await refused(sync(ana, [{ id: room.id, seq: 1 }], 'another'), 409, 'conflict');
  await refused(sync(ana, [], 'another'), 409, 'conflict');
  await refused(sync(ana, [{ id: room.id, seq: 2 }]), 409, 'conflict');
});

test('a sync without rooms gives all of them', async () => {
  const ana = await newPerson(server);
  const room = await newGroup(ana);
  const synced = await done(sync(ana, []), 200);
  assert.deepEqual(synced.added.map(({ id }) => id), [room.id]);
});

test('what cannot be asked is refused by name', async () => {
  const ana = await newPerson(server);
  const epoch = await epochOf(ana);
  await refused(ana.post('/rooms/sync', { rooms: [] }), 400, 'invalid_request', 'epoch');
  await refused(ana.post('/rooms/sync', { epoch }), 400, 'invalid_request', 'rooms');
  const tooMany = Array.from({ length: 1001 }, (_, at) => ({ id: at + 1, seq: 0 }));
  await refused(ana.post('/rooms/sync', { epoch, rooms: tooMany }), 400, 'invalid_request', 'rooms');
});

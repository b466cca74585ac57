import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually } from '../support/deadline.mjs';
import { befriend, done, eventsOf, newGroup, newPeople, newPerson, refused, say } from '../support/people.mjs';
import { startServer } from '../support/server.mjs';

let server;
before(async () => { server = await startServer(); });
after(() => server?.stop());

const idsOf = (...people) => people.map(({ user }) => user.id);

test('a group begins with one join of all founders', async () => {
  const [ana, bo, cy] = await newPeople(server, 'ana', 'bo', 'cy');
  const room = await newGroup(ana, [bo, cy], '  책 모임 ');
  assert.equal(room.kind, 'group');
  assert.equal(room.name, '책 모임');
  assert.equal(room.role, 'owner');
  assert.equal(room.memberCount, 3);
  assert.equal(room.lastSeq, 1);
  assert.equal(room.lastOrdinal, 0);
  const [join, ...others] = await eventsOf(cy, room);
  assert.deepEqual(others, []);
  assert.equal(join.kind, 'join');
  assert.equal(join.seq, 1);
  assert.equal(join.authorId, ana.user.id);
  assert.deepEqual([...join.userIds].sort(), idsOf(ana, bo, cy).sort());
});

test('a group needs neither a name nor others, and its maker is counted once', async () => {
  const ana = await newPerson(server);
  const room = await done(ana.post('/rooms', { kind: 'group', memberIds: [ana.user.id] }), 201);
  assert.equal(room.memberCount, 1);
  assert.equal(room.name, undefined);
});

test('an id given twice is one member', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  await befriend(ana, bo);
  const room = await done(ana.post('/rooms', { kind: 'group', memberIds: [bo.user.id, bo.user.id] }), 201);
  assert.equal(room.memberCount, 2);
});

test('only friends are invited, and one stranger spoils the room', async () => {
  const [ana, bo, cy] = await newPeople(server, 'ana', 'bo', 'cy');
  await befriend(ana, bo);
  await refused(ana.post('/rooms', { kind: 'group', memberIds: idsOf(bo, cy) }), 403, 'not_friends');
  await refused(ana.post('/rooms', { kind: 'group', memberIds: [bo.user.id, 999999999] }), 404, 'not_found');
  assert.deepEqual((await done(bo.get('/rooms'), 200)).rooms, []);
});

test('a room cannot be of any kind or name', async () => {
  const ana = await newPerson(server);
  await refused(ana.post('/rooms', { kind: 'open', memberIds: [] }), 400, 'invalid_request', 'kind');
  await refused(ana.post('/rooms', { kind: 'group' }), 400, 'invalid_request', 'memberIds');
  for (const name of ['', '  ', 'x'.repeat(101), 'a\u202eb', 'a\nb', null, 7]) {
    await refused(ana.post('/rooms', { kind: 'group', memberIds: [], name }), 400, 'invalid_request', 'name');
  }
  const tooMany = Array.from({ length: 201 }, (_, at) => at + 1);
  await refused(ana.post('/rooms', { kind: 'group', memberIds: tooMany }), 400, 'invalid_request', 'memberIds');
});

test('a room made twice with one Idempotency-Key is one room', async () => {
  const ana = await newPerson(server);
  const make = () => ana.post('/rooms', { kind: 'group', memberIds: [], name: 'once' }, { headers: { 'Idempotency-Key': 'make-1' } });
  const room = await done(make(), 201);
  assert.equal((await done(make(), 200)).id, room.id);
  assert.equal((await done(ana.get('/rooms'), 200)).rooms.length, 1);
});

test('an Idempotency-Key belongs to the one who uses it', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const make = (person) => person.post('/rooms', { kind: 'group', memberIds: [] }, { headers: { 'Idempotency-Key': 'mine' } });
  assert.notEqual((await done(make(ana), 201)).id, (await done(make(bo), 201)).id);
});

test('my rooms come with the newest message first', async () => {
  const ana = await newPerson(server);
  const [one, two, three] = [await newGroup(ana), await newGroup(ana), await newGroup(ana)];
  for (const [room, text] of [[two, 'a'], [three, 'b'], [one, 'c']]) {
    const { createdAt } = await say(ana, room, text);
    await eventually(() => Date.now() > Date.parse(createdAt), 'the next millisecond: within one there is no newest');
  }
  const { rooms } = await done(ana.get('/rooms'), 200);
  assert.deepEqual(rooms.map(({ id }) => id), [one.id, three.id, two.id]);
  assert.deepEqual(rooms.map(({ lastMessage }) => lastMessage.text), ['c', 'b', 'a']);
});

test('my rooms come page by page, each once', async () => {
  const ana = await newPerson(server);
  const made = [];
  for (let count = 0; count < 5; count += 1) made.push(await newGroup(ana));
  const seen = [];
  let cursor;
  do {
    const page = await done(ana.get(`/rooms?limit=2${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`), 200);
    seen.push(...page.rooms.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor);
  assert.deepEqual([...seen].sort(), made.map(({ id }) => id).sort());
});

test('a room shows at most five members and counts them all', async () => {
  const ana = await newPerson(server, 'ana');
  const others = await newPeople(server, 'b', 'c', 'd', 'e', 'f', 'g');
  const room = await newGroup(ana, others);
  assert.equal(room.members.length, 5);
  assert.equal(room.memberCount, 7);
});

test('owner and admins rename, members do not', async () => {
  const [ana, bo, cy] = await newPeople(server, 'ana', 'bo', 'cy');
  const room = await newGroup(ana, [bo, cy]);
  await done(ana.patch(`/rooms/${room.id}/members/${bo.user.id}`, { role: 'admin' }), 200);
  assert.equal((await done(bo.patch(`/rooms/${room.id}`, { name: 'new' }), 200)).name, 'new');
  await refused(cy.patch(`/rooms/${room.id}`, { name: 'mine' }), 403, 'forbidden');
  const rename = (await eventsOf(cy, room)).at(-1);
  assert.deepEqual([rename.kind, rename.name, rename.authorId], ['rename', 'new', bo.user.id]);
  const { messages } = await done(cy.get(`/rooms/${room.id}/messages`), 200);
  assert.equal(messages.at(-1).kind, 'rename', 'the timeline shows it');
});

test('muting is mine alone', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const room = await newGroup(ana, [bo]);
  await done(ana.put(`/rooms/${room.id}/mute`));
  await done(ana.put(`/rooms/${room.id}/mute`));
  assert.equal((await done(ana.get(`/rooms/${room.id}`), 200)).muted, true);
  assert.equal((await done(bo.get(`/rooms/${room.id}`), 200)).muted, false);
  await done(ana.delete(`/rooms/${room.id}/mute`));
  await done(ana.delete(`/rooms/${room.id}/mute`));
  assert.equal((await done(ana.get(`/rooms/${room.id}`), 200)).muted, false);
});

test('a room of others and a room that never was look the same', async () => {
  const [ana, eve] = await newPeople(server, 'ana', 'eve');
  const room = await newGroup(ana);
  const said = await say(ana, room, 'secret');
  for (const id of [room.id, 999999999, 0, -1, 'x', '9007199254740992']) {
    const at = `/rooms/${id}`;
    const attempts = [
      () => eve.get(at),
      () => eve.patch(at, { name: 'mine' }),
      () => eve.get(`${at}/members`),
      () => eve.post(`${at}/members`, { userIds: [eve.user.id] }),
      () => eve.delete(`${at}/members/me`),
      () => eve.patch(`${at}/members/${ana.user.id}`, { role: 'member' }),
      () => eve.delete(`${at}/members/${ana.user.id}`),
      () => eve.get(`${at}/messages`),
      () => eve.get(`${at}/events`),
      () => eve.get(`${at}/messages/${said.seq}`),
      () => eve.post(`${at}/messages`, { text: 'hi' }),
      () => eve.patch(`${at}/messages/${said.seq}`, { text: 'hi' }),
      () => eve.delete(`${at}/messages/${said.seq}`),
      () => eve.put(`${at}/messages/${said.seq}/reactions/${encodeURIComponent('👍')}`),
      () => eve.put(`${at}/read`, { ordinal: 0 }),
      () => eve.put(`${at}/mute`),
    ];
    for (const attempt of attempts) await refused(attempt(), 403, 'not_a_member');
  }
});

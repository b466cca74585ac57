import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { befriend, done, eventsOf, newDirect, newPeople, newPerson, refused, say } from '../support/people.mjs';
import { startServer } from '../support/server.mjs';

let server;
before(async () => { server = await startServer(); });
after(() => server?.stop());

const direct = (from, ...to) => from.post('/rooms', { kind: 'direct', memberIds: to.map(({ user }) => user.id) });
const roomIds = async (person) => (await done(person.get('/rooms'), 200)).rooms.map(({ id }) => id);

test('two friends have one direct room, whoever opens it', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  await befriend(ana, bo);
  const answer = await direct(ana, bo);
  const room = await done(answer, 201);
  assert.equal(answer.headers.location, `/api/v1/rooms/${room.id}`);
  assert.equal(room.kind, 'direct');
  assert.equal(room.name, undefined);
  assert.equal(room.memberCount, 2);
  assert.deepEqual(room.members.map(({ role }) => role), ['member', 'member']);
  assert.equal((await done(direct(ana, bo), 200)).id, room.id);
  assert.equal((await done(direct(bo, ana), 200)).id, room.id);
});

test('both opening it at once get the same room', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  await befriend(ana, bo);
  const answers = await Promise.all([direct(ana, bo), direct(bo, ana), direct(ana, bo), direct(bo, ana)]);
  assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1);
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 200, 200, 201]);
});

test('a room with only myself is the note to self', async () => {
  const ana = await newPerson(server);
  const note = await done(direct(ana), 201);
  assert.equal(note.memberCount, 1);
  assert.equal((await done(direct(ana, ana), 200)).id, note.id);
  const said = await say(ana, note, 'buy milk');
  assert.equal(said.unreadBy, 0);
});

test('a direct partner must be a friend', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  await refused(direct(ana, bo), 403, 'not_friends');
  await refused(ana.post('/rooms', { kind: 'direct', memberIds: [999999999] }), 404, 'not_found');
});

test('a direct room has one partner and no name', async () => {
  const [ana, bo, cy] = await newPeople(server, 'ana', 'bo', 'cy');
  await befriend(ana, bo, cy);
  await refused(direct(ana, bo, cy), 400, 'invalid_request', 'memberIds');
  await refused(ana.post('/rooms', { kind: 'direct', memberIds: [bo.user.id], name: 'us' }), 400, 'invalid_request', 'name');
  const room = await done(direct(ana, bo), 201);
  await refused(ana.patch(`/rooms/${room.id}`, { name: 'us' }), 409, 'conflict');
  await refused(ana.post(`/rooms/${room.id}/members`, { userIds: [cy.user.id] }), 409, 'conflict');
});

test('a direct room survives the end of the friendship', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const room = await newDirect(ana, bo);
  await done(ana.delete(`/friends/${bo.user.id}`));
  await say(bo, room, 'still here');
});

test('a block refuses direct messages both ways, and reading goes on', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const room = await newDirect(ana, bo);
  await say(bo, room, 'before');
  await done(ana.put(`/blocks/${bo.user.id}`));
  await refused(bo.post(`/rooms/${room.id}/messages`, { text: 'hi' }), 403, 'blocked');
  await refused(ana.post(`/rooms/${room.id}/messages`, { text: 'hi' }), 403, 'blocked');
  assert.equal((await done(bo.get(`/rooms/${room.id}/messages`), 200)).messages.at(-1).text, 'before');
  await done(ana.delete(`/blocks/${bo.user.id}`));
  await say(bo, room, 'after');
});

test('leaving hides the room and its history for me, without an event', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const room = await newDirect(ana, bo);
  await say(bo, room, 'old');
  const before = await eventsOf(bo, room);
  await done(ana.delete(`/rooms/${room.id}/members/me`));
  assert.ok(!(await roomIds(ana)).includes(room.id));
  assert.deepEqual(await eventsOf(bo, room), before);
  assert.ok((await roomIds(bo)).includes(room.id), 'the other keeps it');
});

test('the next message brings a hidden room back, with what came since', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const room = await newDirect(ana, bo);
  const old = await say(bo, room, 'old');
  await done(ana.delete(`/rooms/${room.id}/members/me`));
  await say(bo, room, 'new');
  assert.ok((await roomIds(ana)).includes(room.id));
  const { messages } = await done(ana.get(`/rooms/${room.id}/messages`), 200);
  assert.deepEqual(messages.map(({ text }) => text), ['new']);
  await refused(ana.get(`/rooms/${room.id}/messages/${old.seq}`), 404, 'not_found');
  const hers = await done(ana.get(`/rooms/${room.id}`), 200);
  assert.equal(hers.unread, 1);
});

test('opening a hidden direct room again gives the same room', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const room = await newDirect(ana, bo);
  await done(ana.delete(`/rooms/${room.id}/members/me`));
  assert.equal((await done(direct(ana, bo), 200)).id, room.id);
  await say(ana, room, 'me again');
});

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { befriend, done, eventsOf, newGroup, newPeople, refused, say } from '../support/people.mjs';
import { startServer } from '../support/server.mjs';

let server;
before(async () => { server = await startServer(); });
after(() => server?.stop());

const membersOf = async (reader, room) => (await done(reader.get(`/rooms/${room.id}/members`), 200)).members;
const rolesOf = async (reader, room) => Object.fromEntries((await membersOf(reader, room)).map(({ user, role }) => [user.id, role]));
const invite = (from, room, ...people) => from.post(`/rooms/${room.id}/members`, { userIds: people.map(({ user }) => user.id) });
const promote = (from, room, person, role) => from.patch(`/rooms/${room.id}/members/${person.user.id}`, { role });
const remove = (from, room, person) => from.delete(`/rooms/${room.id}/members/${person.user.id}`);
const leave = (person, room) => person.delete(`/rooms/${room.id}/members/me`);

test('any member invites friends; who is a member already is skipped', async () => {
  const [ana, bo, cy] = await newPeople(server, 'ana', 'bo', 'cy');
  const room = await newGroup(ana, [bo]);
  await befriend(bo, cy);
  const { members } = await done(invite(bo, room, cy, ana), 200);
  assert.deepEqual(members.map(({ user }) => user.id), [cy.user.id]);
  assert.equal(members[0].role, 'member');
  assert.deepEqual((await membersOf(cy, room)).map(({ user }) => user.id).slice(-1), [cy.user.id]);
  const join = (await eventsOf(ana, room)).at(-1);
  assert.deepEqual([join.kind, join.authorId, join.userIds], ['join', bo.user.id, [cy.user.id]]);
});

test('inviting only members changes nothing', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const room = await newGroup(ana, [bo]);
  assert.deepEqual((await done(invite(ana, room, bo), 200)).members, []);
  assert.equal((await eventsOf(ana, room)).length, 1);
});

test('strangers are not invited, and one of them spoils the invitation', async () => {
  const [ana, bo, cy] = await newPeople(server, 'ana', 'bo', 'cy');
  const room = await newGroup(ana);
  await befriend(ana, bo);
  await refused(invite(ana, room, bo, cy), 403, 'not_friends');
  await refused(ana.post(`/rooms/${room.id}/members`, { userIds: [] }), 400, 'invalid_request', 'userIds');
  await refused(ana.post(`/rooms/${room.id}/members`, { userIds: [999999999] }), 404, 'not_found');
  assert.equal((await membersOf(ana, room)).length, 1);
});

test('who joins later has read everything up to then', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const room = await newGroup(ana);
  await befriend(ana, bo);
  await say(ana, room, 'one');
  await say(ana, room, 'two');
  const { members: [member] } = await done(invite(ana, room, bo), 200);
  assert.equal(member.readOrdinal, 2);
  assert.equal((await done(bo.get(`/rooms/${room.id}`), 200)).unread, 0);
});

test('the owner alone changes roles, and everybody hears of it', async () => {
  const [ana, bo, cy] = await newPeople(server, 'ana', 'bo', 'cy');
  const room = await newGroup(ana, [bo, cy]);
  assert.equal((await done(promote(ana, room, bo, 'admin'), 200)).role, 'admin');
  await refused(promote(bo, room, cy, 'admin'), 403, 'forbidden');
  await refused(promote(cy, room, cy, 'owner'), 403, 'forbidden');
  await refused(ana.patch(`/rooms/${room.id}/members/${cy.user.id}`, { role: 'king' }), 400, 'invalid_request', 'role');
  const event = (await eventsOf(cy, room)).at(-1);
  assert.deepEqual([event.kind, event.userId, event.role], ['role', bo.user.id, 'admin']);
});

test('a role of somebody outside the room is not found', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const room = await newGroup(ana);
  await refused(promote(ana, room, bo, 'admin'), 404, 'not_found');
});

test('an owner who gives the room away becomes admin', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const room = await newGroup(ana, [bo]);
  assert.equal((await done(promote(ana, room, bo, 'owner'), 200)).role, 'owner');
  assert.deepEqual(await rolesOf(ana, room), { [ana.user.id]: 'admin', [bo.user.id]: 'owner' });
});

test('admins remove plain members, the owner removes anybody', async () => {
  const [ana, bo, cy, di] = await newPeople(server, 'ana', 'bo', 'cy', 'di');
  const room = await newGroup(ana, [bo, cy, di]);
  await done(promote(ana, room, bo, 'admin'), 200);
  await done(promote(ana, room, cy, 'admin'), 200);
  await refused(remove(di, room, cy), 403, 'forbidden');
  await refused(remove(bo, room, cy), 403, 'forbidden');
  await refused(remove(bo, room, ana), 403, 'forbidden');
  await done(remove(bo, room, di));
  await done(remove(ana, room, cy));
  assert.deepEqual(await rolesOf(ana, room), { [ana.user.id]: 'owner', [bo.user.id]: 'admin' });
});

test('a removed person reads and writes nothing more', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const room = await newGroup(ana, [bo]);
  await done(remove(ana, room, bo));
  await done(remove(ana, room, bo));
  await refused(bo.get(`/rooms/${room.id}/messages`), 403, 'not_a_member');
  await refused(bo.post(`/rooms/${room.id}/messages`, { text: 'hi' }), 403, 'not_a_member');
  assert.deepEqual((await done(bo.get('/rooms'), 200)).rooms, []);
  const leaves = (await eventsOf(ana, room)).filter(({ kind }) => kind === 'leave');
  assert.equal(leaves.length, 1, 'the second removal writes nothing');
  assert.deepEqual([leaves[0].authorId, leaves[0].userId], [ana.user.id, bo.user.id]);
});

test('removing oneself is leaving', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const room = await newGroup(ana, [bo]);
  await done(remove(bo, room, bo));
  const event = (await eventsOf(ana, room)).at(-1);
  assert.deepEqual([event.kind, event.authorId, event.userId], ['leave', bo.user.id, bo.user.id]);
});

test('when the owner leaves, the longest-standing admin follows', async () => {
  const [ana, bo, cy, di] = await newPeople(server, 'ana', 'bo', 'cy', 'di');
  const room = await newGroup(ana, [bo]);
  await befriend(ana, cy, di);
  await done(invite(ana, room, cy), 200);
  await done(invite(ana, room, di), 200);
  await done(promote(ana, room, di, 'admin'), 200);
  await done(promote(ana, room, cy, 'admin'), 200);
  await done(leave(ana, room));
  assert.deepEqual(await rolesOf(bo, room), { [bo.user.id]: 'member', [cy.user.id]: 'owner', [di.user.id]: 'admin' });
});

test('without an admin, the longest-standing member follows', async () => {
  const [ana, bo, cy] = await newPeople(server, 'ana', 'bo', 'cy');
  const room = await newGroup(ana);
  await befriend(ana, bo, cy);
  await done(invite(ana, room, cy), 200);
  await done(invite(ana, room, bo), 200);
  await done(leave(ana, room));
  assert.deepEqual(await rolesOf(bo, room), { [bo.user.id]: 'member', [cy.user.id]: 'owner' });
});

test('the last one closes the door', async () => {
  const [ana] = await newPeople(server, 'ana');
  const room = await newGroup(ana);
  await done(leave(ana, room));
  await refused(ana.get(`/rooms/${room.id}`), 403, 'not_a_member');
});

test('who comes back sees from the coming back on', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const room = await newGroup(ana, [bo]);
  await say(ana, room, 'before');
  await done(leave(bo, room));
  await say(ana, room, 'without you');
  await done(invite(ana, room, bo), 200);
  await say(ana, room, 'welcome back');
  const { messages } = await done(bo.get(`/rooms/${room.id}/messages`), 200);
  assert.deepEqual(messages.filter(({ kind }) => kind === 'message').map(({ text }) => text), ['welcome back']);
});

test('members come page by page in the order of joining', async () => {
  const [ana, bo, cy] = await newPeople(server, 'ana', 'bo', 'cy');
  const room = await newGroup(ana);
  await befriend(ana, bo, cy);
  await done(invite(ana, room, cy), 200);
  await done(invite(ana, room, bo), 200);
  const first = await done(ana.get(`/rooms/${room.id}/members?limit=2`), 200);
  const second = await done(ana.get(`/rooms/${room.id}/members?limit=2&cursor=${encodeURIComponent(first.nextCursor)}`), 200);
  assert.deepEqual([...first.members, ...second.members].map(({ user }) => user.id), [ana.user.id, cy.user.id, bo.user.id]);
  assert.equal(second.nextCursor, undefined);
});

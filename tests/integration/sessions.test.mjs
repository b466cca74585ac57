import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client } from '../support/api.mjs';
import { anotherDevice, befriend, done, newDirect, newGroup, newPeople, newPerson, password, refused, say } from '../support/people.mjs';
import { startServer } from '../support/server.mjs';

let server;
before(async () => { server = await startServer(); });
after(() => server?.stop());

test('my devices are listed with what is known of them', async () => {
  const ana = await newPerson(server);
  const phone = await anotherDevice(ana, { headers: { 'User-Agent': `Phone ${'x'.repeat(300)}` } });
  const { sessions } = await done(phone.get('/sessions'), 200);
  assert.equal(sessions.length, 2);
  const here = sessions.find(({ current }) => current);
  assert.equal(here.device, `Phone ${'x'.repeat(194)}`);
  assert.equal(here.address, '127.0.0.1');
  assert.equal(sessions.filter(({ current }) => current).length, 1);
});

test('one device is signed out from another', async () => {
  const ana = await newPerson(server);
  const phone = await anotherDevice(ana);
  const { sessions } = await done(ana.get('/sessions'), 200);
  const other = sessions.find(({ current }) => !current);
  await done(ana.delete(`/sessions/${other.id}`));
  await refused(phone.get('/me'), 401, 'unauthenticated');
  await refused(phone.refresh(), 401, 'unauthenticated');
  await done(ana.get('/me'), 200);
});

test('signing out here ends this session alone', async () => {
  const ana = await newPerson(server);
  const phone = await anotherDevice(ana);
  await done(phone.delete('/sessions/current'));
  await refused(phone.get('/me'), 401, 'unauthenticated');
  await done(ana.get('/me'), 200);
});

test('signing out everywhere ends all sessions, this one included', async () => {
  const ana = await newPerson(server);
  const phone = await anotherDevice(ana);
  await done(ana.delete('/sessions'));
  await refused(ana.get('/me'), 401, 'unauthenticated');
  await refused(phone.get('/me'), 401, 'unauthenticated');
  await done(ana.signIn(ana), 200);
});

test('a session of somebody else is not found', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const { sessions: [session] } = await done(bo.get('/sessions'), 200);
  await refused(ana.delete(`/sessions/${session.id}`), 404, 'not_found');
  await refused(ana.delete('/sessions/999999999'), 404, 'not_found');
  await refused(ana.delete('/sessions/nonsense'), 404, 'not_found');
  await done(bo.get('/me'), 200);
});

test('the 21st session ends the oldest', async () => {
  const ana = await newPerson(server);
  let latest;
  for (let count = 0; count < 20; count += 1) latest = await anotherDevice(ana);
  await refused(ana.get('/me'), 401, 'unauthenticated');
  const { sessions } = await done(latest.get('/sessions?limit=100'), 200);
  assert.equal(sessions.length, 20);
});

test('a new password ends the other sessions and keeps this one', async () => {
  const ana = await newPerson(server);
  const phone = await anotherDevice(ana);
  await done(ana.put('/me/password', { currentPassword: password, newPassword: 'another good one' }));
  await refused(phone.get('/me'), 401, 'unauthenticated');
  await refused(phone.refresh(), 401, 'unauthenticated');
  await done(ana.get('/me'), 200);
  await refused(ana.signIn(ana), 401, 'bad_credentials');
  await done(ana.signIn({ username: ana.username, password: 'another good one' }), 200);
});

test('a new password needs the present one, and the rules of length', async () => {
  const ana = await newPerson(server);
  await refused(ana.put('/me/password', { currentPassword: 'wrong wrong', newPassword: 'another good one' }), 401, 'bad_credentials');
  await refused(ana.put('/me/password', { currentPassword: password, newPassword: 'short' }), 400, 'invalid_request', 'newPassword');
  await done(new Client(server.url).signIn(ana), 200);
});

test('deleting oneself needs the password', async () => {
  const ana = await newPerson(server);
  await refused(ana.delete('/me', { password: 'wrong wrong' }), 401, 'bad_credentials');
  await done(ana.get('/me'), 200);
});

test('a deleted person is gone, and the name is never given again', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const phone = await anotherDevice(ana);
  await befriend(ana, bo);
  await done(ana.delete('/me', { password }));
  await refused(ana.get('/me'), 401, 'unauthenticated');
  await refused(phone.get('/me'), 401, 'unauthenticated');
  await refused(phone.refresh(), 401, 'unauthenticated');
  await refused(new Client(server.url).signIn(ana), 401, 'bad_credentials');
  await refused(new Client(server.url).signUp({ username: ana.username, password }), 409, 'username_taken');
  assert.deepEqual((await done(bo.get('/friends'), 200)).friends, []);
});

test('a deleted person is a shape without a name', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  await done(ana.delete('/me', { password }));
  assert.deepEqual(await done(bo.get(`/users/${ana.user.id}`), 200), { id: ana.user.id, deleted: true });
  const { users } = await done(bo.get(`/users?query=${ana.username}`), 200);
  assert.deepEqual(users, []);
});

test('messages of a deleted person stay', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const room = await newDirect(ana, bo);
  const said = await say(ana, room, 'remember me');
  await done(ana.delete('/me', { password }));
  const kept = await done(bo.get(`/rooms/${room.id}/messages/${said.seq}`), 200);
  assert.equal(kept.text, 'remember me');
  assert.equal(kept.authorId, ana.user.id);
});

test('an owner who is deleted leaves the group to somebody', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const room = await newGroup(ana, [bo]);
  await done(ana.delete('/me', { password }));
  assert.equal((await done(bo.get(`/rooms/${room.id}`), 200)).role, 'owner');
});

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { befriend, done, newPeople, newPerson, password, refused } from '../support/people.mjs';
import { startServer } from '../support/server.mjs';

let server;
before(async () => { server = await startServer(); });
after(() => server?.stop());

const friendsOf = async (person) => (await done(person.get('/friends'), 200)).friends.map(({ user }) => user.id);
const requestsOf = async (person) => (await done(person.get('/friends/requests'), 200)).requests
  .map(({ user, direction }) => ({ id: user.id, direction }));

test('a request is seen by both, and accepting it makes both friends', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const asked = await done(ana.post('/friends', { username: bo.username.toUpperCase() }), 201);
  assert.equal(asked.state, 'requested');
  assert.equal(asked.user.id, bo.user.id);
  assert.deepEqual(await requestsOf(ana), [{ id: bo.user.id, direction: 'outgoing' }]);
  assert.deepEqual(await requestsOf(bo), [{ id: ana.user.id, direction: 'incoming' }]);

  await done(bo.post(`/friends/requests/${ana.user.id}/accept`));
  assert.deepEqual(await friendsOf(ana), [bo.user.id]);
  assert.deepEqual(await friendsOf(bo), [ana.user.id]);
  assert.deepEqual(await requestsOf(ana), []);
  assert.deepEqual(await requestsOf(bo), []);
});

test('friends are listed with their presence', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  await befriend(ana, bo);
  const { friends: [friend] } = await done(ana.get('/friends'), 200);
  assert.deepEqual({ userId: friend.presence.userId, state: friend.presence.state }, { userId: bo.user.id, state: 'offline' });
});

test('asking somebody who has asked me begins the friendship', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  await done(ana.post('/friends', { userId: bo.user.id }), 201);
  assert.equal((await done(bo.post('/friends', { userId: ana.user.id }), 201)).state, 'friends');
  assert.deepEqual(await friendsOf(ana), [bo.user.id]);
});

test('two who ask each other at once are friends in the end', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  await Promise.all([done(ana.post('/friends', { userId: bo.user.id }), 201), done(bo.post('/friends', { userId: ana.user.id }), 201)]);
  assert.deepEqual(await friendsOf(ana), [bo.user.id]);
  assert.deepEqual(await requestsOf(bo), []);
});

test('a request that is still open is answered again with 200', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const first = await done(ana.post('/friends', { userId: bo.user.id }), 201);
  assert.deepEqual(await done(ana.post('/friends', { userId: bo.user.id }), 200), first);
  assert.equal((await requestsOf(bo)).length, 1);
});

test('friends need not ask again, and nobody befriends oneself', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  await befriend(ana, bo);
  await refused(ana.post('/friends', { userId: bo.user.id }), 409, 'already_friends');
  await refused(bo.post('/friends', { username: ana.username }), 409, 'already_friends');
  await refused(ana.post('/friends', { userId: ana.user.id }), 409, 'cannot_befriend_yourself');
});

test('a request names one person in one way', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  await refused(ana.post('/friends', {}), 400, 'invalid_request');
  await refused(ana.post('/friends', { userId: bo.user.id, username: bo.username }), 400, 'invalid_request');
  await refused(ana.post('/friends', { userId: 999999999 }), 404, 'not_found');
  await refused(ana.post('/friends', { username: 'nobody-has-this-name' }), 404, 'not_found');
});

test('a request is declined by the one asked, or withdrawn by the one who asked', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  await done(ana.post('/friends', { userId: bo.user.id }), 201);
  await done(bo.post(`/friends/requests/${ana.user.id}/decline`));
  assert.deepEqual(await requestsOf(ana), []);
  await done(ana.post('/friends', { userId: bo.user.id }), 201);
  await done(ana.post(`/friends/requests/${bo.user.id}/decline`));
  assert.deepEqual(await requestsOf(bo), []);
  assert.deepEqual(await friendsOf(ana), []);
});

test('what was not asked cannot be accepted, least of all by the one who asks', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  await refused(ana.post(`/friends/requests/${bo.user.id}/accept`), 404, 'not_found');
  await refused(ana.post(`/friends/requests/${bo.user.id}/decline`), 404, 'not_found');
  await done(ana.post('/friends', { userId: bo.user.id }), 201);
  await refused(ana.post(`/friends/requests/${bo.user.id}/accept`), 404, 'not_found');
});

test('a friendship ends for both, also when it had ended', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  await befriend(ana, bo);
  await done(bo.delete(`/friends/${ana.user.id}`));
  assert.deepEqual(await friendsOf(ana), []);
  assert.deepEqual(await friendsOf(bo), []);
  await done(bo.delete(`/friends/${ana.user.id}`));
});

test('friends come page by page, each once', async () => {
  const ana = await newPerson(server, 'ana');
  const others = await newPeople(server, 'b', 'c', 'd', 'e', 'f');
  await befriend(ana, ...others);
  const seen = [];
  let cursor;
  do {
    const page = await done(ana.get(`/friends?limit=2${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`), 200);
    assert.ok(page.friends.length <= 2);
    seen.push(...page.friends.map(({ user }) => user.id));
    cursor = page.nextCursor;
  } while (cursor);
  assert.deepEqual(seen.sort(), others.map(({ user }) => user.id).sort());
});

test('limits and cursors that cannot be are refused by name', async () => {
  const ana = await newPerson(server);
  for (const limit of ['0', '-1', '101', 'x', '1.5', '']) {
    await refused(ana.get(`/friends?limit=${limit}`), 400, 'invalid_request', 'limit');
  }
  await refused(ana.get('/friends?cursor=nonsense'), 400, 'invalid_request', 'cursor');
});

test('a block ends friendship and requests, and is mine to see', async () => {
  const [ana, bo, cy] = await newPeople(server, 'ana', 'bo', 'cy');
  await befriend(ana, bo);
  await done(cy.post('/friends', { userId: ana.user.id }), 201);
  await done(ana.put(`/blocks/${bo.user.id}`));
  await done(ana.put(`/blocks/${bo.user.id}`));
  await done(ana.put(`/blocks/${cy.user.id}`));
  assert.deepEqual(await friendsOf(ana), []);
  assert.deepEqual(await friendsOf(bo), []);
  assert.deepEqual(await requestsOf(ana), []);
  assert.deepEqual(await requestsOf(cy), []);
  const { blocks } = await done(ana.get('/blocks'), 200);
  assert.deepEqual(blocks.map(({ user }) => user.id).sort(), [bo.user.id, cy.user.id].sort());
  assert.deepEqual((await done(bo.get('/blocks'), 200)).blocks, []);
});

test('a block refuses requests both ways, without saying whose it is', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  await done(ana.put(`/blocks/${bo.user.id}`));
  const mine = await refused(ana.post('/friends', { userId: bo.user.id }), 403, 'blocked');
  const theirs = await refused(bo.post('/friends', { userId: ana.user.id }), 403, 'blocked');
  assert.deepEqual({ ...mine, requestId: '' }, { ...theirs, requestId: '' });
});

test('unblocking opens the door again, and does not bring the friendship back', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  await befriend(ana, bo);
  await done(ana.put(`/blocks/${bo.user.id}`));
  await done(ana.delete(`/blocks/${bo.user.id}`));
  await done(ana.delete(`/blocks/${bo.user.id}`));
  assert.deepEqual(await friendsOf(ana), []);
  await done(bo.post('/friends', { userId: ana.user.id }), 201);
});

test('nobody blocks oneself or somebody who never was', async () => {
  const ana = await newPerson(server);
  await refused(ana.put(`/blocks/${ana.user.id}`), 400, 'invalid_request', 'userId');
  await refused(ana.put('/blocks/999999999'), 404, 'not_found');
});

test('a deleted person takes the requests along', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  await done(ana.post('/friends', { userId: bo.user.id }), 201);
  await done(ana.delete('/me', { password }));
  assert.deepEqual(await requestsOf(bo), []);
  await refused(bo.post('/friends', { userId: ana.user.id }), 404, 'not_found');
});

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client } from '../support/api.mjs';
import { done, newPerson, password, randomName, refused } from '../support/people.mjs';
import { startServer } from '../support/server.mjs';

let server;
let ana;
before(async () => {
  server = await startServer();
  ana = await newPerson(server, 'ana');
});
after(() => server?.stop());

const find = async (query) => (await done(ana.get(`/users?query=${encodeURIComponent(query)}`), 200)).users.map(({ username }) => username);
const someone = (username) => done(new Client(server.url).signUp({ username, password }), 201);

test('people are found by the beginning of their username, in order', async () => {
  const stem = randomName('x');
  for (const end of ['c', 'a', 'b']) await someone(`${stem}${end}`);
  assert.deepEqual(await find(stem), [`${stem}a`, `${stem}b`, `${stem}c`]);
  assert.deepEqual(await find(`${stem.toUpperCase()}B`), [`${stem}b`]);
  assert.deepEqual(await find(stem.slice(1)), [], 'the middle of a name is no beginning');
});

test('signs of patterns are only signs', async () => {
  const stem = randomName('y');
  await someone(`${stem}_1`);
  await someone(`${stem}x1`);
  assert.deepEqual(await find(`${stem}_`), [`${stem}_1`]);
  assert.deepEqual(await find(`${stem}%`), []);
});

test('one character matches no beginning', async () => {
  await someone(randomName('z'));
  assert.deepEqual(await find('z'), []);
});

test('a query is needed', async () => {
  await refused(ana.get('/users'), 400, 'invalid_request', 'query');
  await refused(ana.get('/users?query='), 400, 'invalid_request', 'query');
});

test('results come page by page, in order, each once', async () => {
  const stem = randomName('w');
  for (const end of ['a', 'b', 'c']) await someone(`${stem}${end}`);
  const first = await done(ana.get(`/users?query=${stem}&limit=2`), 200);
  assert.deepEqual(first.users.map(({ username }) => username), [`${stem}a`, `${stem}b`]);
  const second = await done(ana.get(`/users?query=${stem}&limit=2&cursor=${encodeURIComponent(first.nextCursor)}`), 200);
  assert.deepEqual(second.users.map(({ username }) => username), [`${stem}c`]);
  assert.equal(second.nextCursor, undefined);
});

test('somebody who never was is not found', async () => {
  for (const id of ['999999999', '0', '-1', 'x', '9007199254740992', '1.0']) {
    await refused(ana.get(`/users/${id}`), 404, 'not_found');
  }
});

test('oneself is found with what only oneself sees', async () => {
  assert.deepEqual(await done(ana.get(`/users/${ana.user.id}`), 200), ana.user);
});

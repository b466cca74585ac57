import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { done, newPeople, newPerson, refused } from '../support/people.mjs';
import { startServer } from '../support/server.mjs';

let server;
before(async () => { server = await startServer(); });
after(() => server?.stop());

test('a profile changes in the fields that are given', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const changed = await done(ana.patch('/me', { displayName: ' Ana Lee ', statusMessage: '점심 먹는 중', locale: 'ko' }), 200);
  assert.equal(changed.displayName, 'Ana Lee');
  assert.equal(changed.locale, 'ko');
  assert.equal((await done(ana.patch('/me', { statusMessage: '' }), 200)).displayName, 'Ana Lee');
  const seen = await done(bo.get(`/users/${ana.user.id}`), 200);
  assert.equal(seen.displayName, 'Ana Lee');
  assert.equal(seen.statusMessage, '');
  assert.equal(seen.locale, undefined, 'a locale is shown to oneself only');
});

test('a status message has 0 to 100 code points', async () => {
  const ana = await newPerson(server);
  await done(ana.patch('/me', { statusMessage: '\u{1f600}'.repeat(100) }), 200);
  await refused(ana.patch('/me', { statusMessage: 'x'.repeat(101) }), 400, 'invalid_request', 'statusMessage');
});

test('what cannot be is refused by name, and nothing changes', async () => {
  const ana = await newPerson(server);
  await refused(ana.patch('/me', {}), 400, 'invalid_request');
  await refused(ana.patch('/me', { locale: 'fr' }), 400, 'invalid_request', 'locale');
  await refused(ana.patch('/me', { statusMessage: 'ok', displayName: '\u202e' }), 400, 'invalid_request', 'displayName');
  await refused(ana.patch('/me', { statusMessage: null }), 400, 'invalid_request', 'statusMessage');
  await refused(ana.patch('/me', { role: 'admin' }), 400, 'invalid_request', 'role');
  await refused(ana.patch('/me', { username: 'other' }), 400, 'invalid_request', 'username');
  assert.deepEqual(await done(ana.get('/me'), 200), ana.user);
});

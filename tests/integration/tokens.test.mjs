import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Client } from '../support/api.mjs';
import { eventually } from '../support/deadline.mjs';
import { anotherDevice, done, newPerson, refused } from '../support/people.mjs';
import { startServer } from '../support/server.mjs';

let server;
before(async () => { server = await startServer(); });
after(() => server?.stop());

const refresh = (refreshToken) => new Client(server.url).post('/sessions/refresh', { refreshToken });
const decoded = (part) => JSON.parse(Buffer.from(part, 'base64url'));

test('an access token verifies against the published keys', async () => {
  const ana = await newPerson(server);
  const { keys } = await done(new Client(server.url).get('/.well-known/jwks.json'), 200);
  const [header, payload, signature] = ana.token.split('.');
  assert.equal(decoded(header).alg, 'EdDSA');
  const key = keys.find(({ kid }) => kid === decoded(header).kid);
  assert.ok(key, 'the key that signed is published');
  assert.equal(key.d, undefined, 'and without its private half');
  const publicKey = createPublicKey({ key, format: 'jwk' });
  assert.ok(verify(null, Buffer.from(`${header}.${payload}`), publicKey, Buffer.from(signature, 'base64url')));
  const { exp, iat } = decoded(payload);
  assert.equal(exp - iat, 300);
});

test('a token that was tampered with, or is not signed, is refused', async () => {
  const ana = await newPerson(server);
  const [header, payload, signature] = ana.token.split('.');
  const forged = (changes) => Buffer.from(JSON.stringify({ ...decoded(payload), ...changes })).toString('base64url');
  const none = Buffer.from('{"alg":"none"}').toString('base64url');
  const flipped = signature.startsWith('A') ? `B${signature.slice(1)}` : `A${signature.slice(1)}`;
  for (const token of [
    `${header}.${forged({ exp: 4102444800 })}.${signature}`,
    `${header}.${payload}.${flipped}`,
    `${header}.${payload}.`,
    `${none}.${payload}.`,
    `${header}.${payload}`,
  ]) {
    await refused(ana.get('/me', { headers: { Authorization: `Bearer ${token}` } }), 401, 'unauthenticated');
  }
});

test('refreshing gives new tokens of the same session', async () => {
  const ana = await newPerson(server);
  const first = ana.refreshToken;
  await done(ana.refresh(), 200);
  assert.notEqual(ana.refreshToken, first);
  const { sessions } = await done(ana.get('/sessions'), 200);
  assert.equal(sessions.length, 1);
});

test('the previous refresh token is accepted while its successor is unused', async () => {
  const ana = await newPerson(server);
  const lost = await done(refresh(ana.refreshToken), 200);
  assert.notEqual(lost.refreshToken, ana.refreshToken);
  const again = await done(refresh(ana.refreshToken), 200);
  await done(ana.get('/me', { headers: { Authorization: `Bearer ${again.accessToken}` } }), 200);
  await done(refresh(again.refreshToken), 200);
});

test('two tabs that refresh at once both go on', async () => {
  const ana = await newPerson(server);
  const answers = await Promise.all([refresh(ana.refreshToken), refresh(ana.refreshToken)]);
  for (const answer of answers) {
    const { accessToken } = await done(answer, 200);
    await done(ana.get('/me', { headers: { Authorization: `Bearer ${accessToken}` } }), 200);
  }
});

test('reusing a refresh token whose successor was used ends the whole family', async () => {
  const ana = await newPerson(server);
  const stolen = ana.refreshToken;
  const second = await done(refresh(stolen), 200);
  const third = await done(refresh(second.refreshToken), 200);
  await refused(refresh(stolen), 401, 'unauthenticated');
  await refused(refresh(third.refreshToken), 401, 'unauthenticated');
  await refused(ana.get('/me', { headers: { Authorization: `Bearer ${third.accessToken}` } }), 401, 'unauthenticated');
});

test('the end of one family leaves the other devices signed in', async () => {
  const ana = await newPerson(server);
  const phone = await anotherDevice(ana);
  const stolen = ana.refreshToken;
  await done(ana.refresh(), 200);
  await done(ana.refresh(), 200);
  await refused(refresh(stolen), 401, 'unauthenticated');
  await done(phone.get('/me'), 200);
  await done(phone.refresh(), 200);
});

test('a refresh token that was never given, or is missing, is refused', async () => {
  await refused(refresh('nobody-has-this'), 401, 'unauthenticated');
  await refused(new Client(server.url).post('/sessions/refresh', {}), 401, 'unauthenticated');
});

test('a browser refreshes with its cookie and no body', async () => {
  const browser = await anotherDevice(await newPerson(server), { origin: server.url });
  const before = browser.cookie('madang_refresh');
  await done(browser.post('/sessions/refresh'), 200);
  assert.notEqual(browser.cookie('madang_refresh'), before);
  await done(browser.get('/me'), 200);
});

test('an access token says that it has expired, and a refreshed one is good again', async () => {
  const brief = await startServer({ env: { MADANG_AUTH_ACCESS_TTL: '1' } });
  try {
    const ana = await newPerson(brief);
    await eventually(async () => {
      const { status, body } = await ana.get('/me');
      if (status === 200) return false;
      assert.equal(body.code, 'token_expired');
      return true;
    }, 'the token to expire');
    await done(ana.refresh(), 200);
    await done(ana.get('/me'), 200);
  } finally {
    await brief.stop();
  }
});

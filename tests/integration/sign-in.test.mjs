import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, parseCookie } from '../support/api.mjs';
import { exchange } from '../support/http.mjs';
import { anotherDevice, done, newPerson, password, randomName, refused } from '../support/people.mjs';
import { startServer } from '../support/server.mjs';

let server;
before(async () => { server = await startServer({ env: { MADANG_SERVER_ALLOWED_ORIGINS: 'https://app.example' } }); });
after(() => server?.stop());

const cookiesOf = ({ headers }) => Object.fromEntries(
  headers['set-cookie'].map(parseCookie).map((cookie) => [cookie.name, cookie]));

test('signing in answers with tokens and with oneself', async () => {
  const ana = await newPerson(server);
  const body = await done(new Client(server.url).signIn(ana), 200);
  assert.equal(body.user.username, ana.username);
  assert.equal(body.user.role, 'user');
  assert.ok(body.refreshToken);
  assert.equal(body.expiresIn, 300);
  assert.deepEqual(await done(ana.get('/me'), 200), body.user);
});

test('an unknown name and a wrong password give one and the same answer', async () => {
  const ana = await newPerson(server);
  const guest = new Client(server.url);
  const unknown = await refused(guest.signIn({ username: randomName(), password }), 401, 'bad_credentials');
  const wrong = await refused(guest.signIn({ username: ana.username, password: 'not her password' }), 401, 'bad_credentials');
  assert.deepEqual({ ...unknown, requestId: '' }, { ...wrong, requestId: '' });
});

test('a name that no account can have is bad credentials too', async () => {
  const guest = new Client(server.url);
  await refused(guest.signIn({ username: 'x', password }), 401, 'bad_credentials');
  await refused(guest.signIn({ username: randomName(), password: 'short' }), 401, 'bad_credentials');
});

test('the cookies are HttpOnly and SameSite=Lax, and the refresh cookie goes to the sessions alone', async () => {
  const ana = await newPerson(server);
  const cookies = cookiesOf(await new Client(server.url, { origin: server.url }).signIn(ana));
  assert.deepEqual(Object.keys(cookies).sort(), ['madang_access', 'madang_refresh']);
  for (const { attributes } of Object.values(cookies)) {
    assert.equal(attributes.httponly, true);
    assert.equal(attributes.samesite.toLowerCase(), 'lax');
    assert.equal(attributes.secure, undefined);
    assert.equal(attributes.domain, undefined);
  }
  assert.equal(cookies.madang_access.attributes.path, '/');
  assert.equal(cookies.madang_refresh.attributes.path, '/api/v1/sessions');
});

test('the cookies are Secure when the public URL is https', async () => {
  const secure = await startServer({ env: { MADANG_SERVER_PUBLIC_URL: 'https://chat.example' } });
  try {
    const ana = await newPerson(secure);
    const cookies = cookiesOf(await new Client(secure.url, { origin: 'https://chat.example' }).signIn(ana));
    for (const { attributes } of Object.values(cookies)) assert.equal(attributes.secure, true);
  } finally {
    await secure.stop();
  }
});

test('a browser gets no refresh token in a body that scripts could read', async () => {
  const ana = await newPerson(server);
  const browser = new Client(server.url, { origin: server.url });
  assert.equal((await done(browser.signIn(ana), 200)).refreshToken, undefined);
  assert.equal((await done(browser.refresh(), 200)).refreshToken, undefined);
});

test('a browser works with its cookies alone', async () => {
  const browser = await anotherDevice(await newPerson(server), { origin: server.url });
  assert.equal(browser.token, undefined);
  await done(browser.patch('/me', { statusMessage: 'here' }), 200);
  assert.equal((await done(browser.get('/me'), 200)).statusMessage, 'here');
});

test('a cookie request that changes state needs an allowed Origin', async () => {
  const browser = await anotherDevice(await newPerson(server), { origin: server.url });
  const change = (origin) => browser.patch('/me', { statusMessage: 'x' }, { headers: { Origin: origin } });
  await refused(change(undefined), 403, 'forbidden');
  await refused(change('https://evil.example'), 403, 'forbidden');
  await refused(change('null'), 403, 'forbidden');
  await refused(change(server.url.replace('http:', 'https:')), 403, 'forbidden');
  await done(change('https://app.example'), 200);
});

test('a cookie request that only reads needs no Origin', async () => {
  const browser = await anotherDevice(await newPerson(server), { origin: server.url });
  await done(browser.get('/me', { headers: { Origin: undefined } }), 200);
});

test('refreshing and signing out with cookies need an allowed Origin too', async () => {
  const browser = await anotherDevice(await newPerson(server), { origin: server.url });
  await refused(browser.post('/sessions/refresh', {}, { headers: { Origin: 'https://evil.example' } }), 403, 'forbidden');
  await refused(browser.delete('/sessions/current', undefined, { headers: { Origin: undefined } }), 403, 'forbidden');
  await done(browser.get('/me'), 200);
});

test('a bearer token needs no Origin', async () => {
  const ana = await newPerson(server);
  await done(ana.patch('/me', { statusMessage: 'x' }), 200);
});

test('with a public URL, its origin is allowed and the Host is not', async () => {
  const named = await startServer({ env: { MADANG_SERVER_PUBLIC_URL: 'http://chat.example:8080' } });
  try {
    const browser = await anotherDevice(await newPerson(named), { origin: 'http://chat.example:8080' });
    const change = (origin) => browser.patch('/me', { statusMessage: 'x' }, { headers: { Origin: origin } });
    await done(change('http://chat.example:8080'), 200);
    await refused(change(named.url), 403, 'forbidden');
  } finally {
    await named.stop();
  }
});

test('CORS answers only for allowed origins', async () => {
  const preflight = (origin) => exchange(`${server.url}/api/v1/me`, {
    method: 'OPTIONS', headers: { Origin: origin, 'Access-Control-Request-Method': 'PATCH' },
  });
  const allowed = await preflight('https://app.example');
  assert.equal(allowed.status, 204);
  assert.equal(allowed.headers['access-control-allow-origin'], 'https://app.example');
  assert.match(allowed.headers['access-control-allow-methods'], /PATCH/);
  assert.match(allowed.headers.vary, /origin/i);
  const foreign = await preflight('https://evil.example');
  assert.notEqual(foreign.status, 204);
  assert.equal(foreign.headers['access-control-allow-origin'], undefined);
});

test('an answer to an allowed origin says so, one to a foreign origin does not', async () => {
  const ana = await newPerson(server);
  const ask = async (origin) => (await ana.get('/me', { headers: { Origin: origin } })).headers['access-control-allow-origin'];
  assert.equal(await ask('https://app.example'), 'https://app.example');
  assert.equal(await ask('https://evil.example'), undefined);
});

test('without credentials, or with bad ones, nothing is shown', async () => {
  const guest = new Client(server.url);
  await refused(guest.get('/me'), 401, 'unauthenticated');
  for (const value of ['Bearer', 'Bearer x', 'Bearer a.b.c', 'Basic YTpi']) {
    await refused(guest.get('/me', { headers: { Authorization: value } }), 401, 'unauthenticated');
  }
});

test('signing out takes the cookies away', async () => {
  const browser = await anotherDevice(await newPerson(server), { origin: server.url });
  await done(browser.delete('/sessions/current'));
  assert.equal(browser.cookie('madang_access'), undefined);
  assert.equal(browser.cookie('madang_refresh'), undefined);
  await refused(browser.get('/me'), 401, 'unauthenticated');
});

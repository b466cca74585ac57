import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually } from '../support/deadline.mjs';
import { checkShape } from '../support/openapi.mjs';
import { anotherDevice, done, newGroup, newPerson, password, randomName } from '../support/people.mjs';
import { startServer } from '../support/server.mjs';
import { Stomp } from '../support/stomp.mjs';

let server;
let ana;
before(async () => {
  server = await startServer({ env: { MADANG_SERVER_ALLOWED_ORIGINS: 'https://app.example' } });
  ana = await newPerson(server, 'ana');
});
after(() => server?.stop());

const isAna = ({ headers }) => assert.equal(headers['user-id'], String(ana.user.id));
const connected = async (options, headers) => {
  const socket = await Stomp.open(server.wsUrl, options);
  isAna(await socket.connect(headers));
  await socket.close();
};

async function turnedAway(headers, code, options) {
  const socket = await Stomp.open(server.wsUrl, options);
  socket.send('CONNECT', { 'accept-version': '1.2', host: 'madang', ...headers });
  const error = await socket.error();
  const problem = checkShape('Problem', error.json());
  assert.equal(problem.code, code);
  assert.equal(error.headers.code, code);
  assert.ok(error.headers.message);
  assert.deepEqual(await socket.closing(), { code: 1008, reason: 'unauthenticated' });
  return problem;
}

test('a Bearer token on the upgrade says who it is', async () => {
  await connected({ headers: { Authorization: `Bearer ${ana.token}` } });
});

test('a Bearer token in CONNECT says who it is', async () => {
  await connected({}, { Authorization: `Bearer ${ana.token}` });
});

test('a token as passcode says who it is', async () => {
  await connected({}, { passcode: ana.token });
});

test('a cookie with an allowed Origin says who it is', async () => {
  const browser = await anotherDevice(ana, { origin: server.url });
  const headers = { Cookie: browser.cookieHeader('/ws') };
  await connected({ headers, origin: server.url });
  await connected({ headers, origin: 'https://app.example' });
});

test('name and password say who it is', async () => {
  await connected({}, { login: ana.username, passcode: password });
  await connected({}, { login: ana.username.toUpperCase(), passcode: password });
});

test('nobody is turned away', async () => {
  await turnedAway({}, 'unauthenticated');
});

test('bad tokens are turned away', async () => {
  await turnedAway({ Authorization: 'Bearer x' }, 'unauthenticated');
  await turnedAway({ passcode: 'x' }, 'unauthenticated');
  await assert.rejects(Stomp.open(server.wsUrl, { headers: { Authorization: 'Bearer x' } }), { status: 401 });
});

test('an unknown name and a wrong password give one and the same answer', async () => {
  const unknown = await turnedAway({ login: randomName(), passcode: password }, 'bad_credentials');
  const wrong = await turnedAway({ login: ana.username, passcode: 'wrong wrong' }, 'bad_credentials');
  assert.deepEqual({ ...unknown, requestId: '' }, { ...wrong, requestId: '' });
});

test('a foreign Origin is refused before the upgrade, with a cookie, a token or nothing', async () => {
  const browser = await anotherDevice(ana, { origin: server.url });
  for (const headers of [{ Cookie: browser.cookieHeader('/ws') }, { Authorization: `Bearer ${ana.token}` }, {}]) {
    await assert.rejects(Stomp.open(server.wsUrl, { headers, origin: 'https://evil.example' }), { status: 403 });
    await assert.rejects(Stomp.open(server.wsUrl, { headers, origin: 'null' }), { status: 403 });
  }
});

test('a cookie that is invalid is ignored, and CONNECT must say who it is', async () => {
  const options = { headers: { Cookie: 'madang_access=nonsense' }, origin: server.url };
  await turnedAway({}, 'unauthenticated', options);
  await connected(options, { passcode: ana.token });
});

test('a session by name and password lives as long as its socket', async () => {
  const before = (await done(ana.get('/sessions?limit=100'), 200)).sessions.map(({ id }) => id);
  const socket = await Stomp.open(server.wsUrl);
  await socket.connect({ login: ana.username, passcode: password });
  const during = (await done(ana.get('/sessions?limit=100'), 200)).sessions.map(({ id }) => id);
  const mine = during.filter((id) => !before.includes(id));
  assert.equal(mine.length, 1);
  await socket.acknowledged('DISCONNECT');
  await socket.closing();
  await eventually(async () => {
    const { sessions } = await done(ana.get('/sessions?limit=100'), 200);
    return !sessions.some(({ id }) => id === mine[0]);
  }, 'the session to end');
});

test('failed logins over STOMP are limited like those over REST', async () => {
  const strict = await startServer({ env: { MADANG_LIMITS_FAILED_LOGINS: '2' } });
  try {
    const bo = await newPerson(strict, 'bo');
    const attempt = async () => {
      const socket = await Stomp.open(strict.wsUrl);
      socket.send('CONNECT', { 'accept-version': '1.2', host: 'madang', login: bo.username, passcode: 'wrong wrong' });
      const { code } = (await socket.error()).json();
      await socket.closing();
      return code;
    };
    assert.deepEqual([await attempt(), await attempt(), await attempt()], ['bad_credentials', 'bad_credentials', 'rate_limited']);
  } finally {
    await strict.stop();
  }
});

test('a socket does what its person may do', async () => {
  const room = await newGroup(ana);
  const socket = await Stomp.open(server.wsUrl);
  await socket.connect({ passcode: ana.token });
  const { headers } = await socket.say(room, 'by passcode');
  assert.equal((await done(ana.get(`/rooms/${room.id}/messages/${headers['x-seq']}`), 200)).authorId, ana.user.id);
  await socket.close();
});

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client } from '../support/api.mjs';
import { anotherDevice, done, newGroup, newPerson, password } from '../support/people.mjs';
import { startServer } from '../support/server.mjs';
import { Stomp } from '../support/stomp.mjs';

let server;
before(async () => { server = await startServer(); });
after(() => server?.stop());

const revoked = { code: 1008, reason: 'revoked' };
const alive = (socket) => socket.acknowledged('SUBSCRIBE', { id: `alive-${Date.now()}`, destination: '/user/queue/errors' });

test('a session that is ended from elsewhere loses its sockets', async () => {
  const ana = await newPerson(server);
  const phone = await anotherDevice(ana);
  const [here, there] = [await Stomp.signedIn(server, ana), await Stomp.signedIn(server, phone)];
  const { sessions } = await done(ana.get('/sessions'), 200);
  await done(ana.delete(`/sessions/${sessions.find(({ current }) => !current).id}`));
  assert.deepEqual(await there.closing(), revoked);
  await alive(here);
  await here.close();
});

test('signing out here closes the sockets of this session alone', async () => {
  const ana = await newPerson(server);
  const phone = await anotherDevice(ana);
  const [mine, other] = [await Stomp.signedIn(server, phone), await Stomp.signedIn(server, ana)];
  await done(phone.delete('/sessions/current'));
  assert.deepEqual(await mine.closing(), revoked);
  await alive(other);
  await other.close();
});

test('signing out everywhere closes all sockets, those by cookie and by password too', async () => {
  const ana = await newPerson(server);
  const browser = await anotherDevice(ana, { origin: server.url });
  const byToken = await Stomp.signedIn(server, ana);
  const byCookie = await Stomp.open(server.wsUrl, { headers: { Cookie: browser.cookieHeader('/ws') }, origin: server.url });
  await byCookie.connect();
  const byPassword = await Stomp.open(server.wsUrl);
  await byPassword.connect({ login: ana.username, passcode: password });
  await done(ana.delete('/sessions'));
  for (const socket of [byToken, byCookie, byPassword]) assert.deepEqual(await socket.closing(), revoked);
});

test('a new password closes the sockets of all other sessions', async () => {
  const ana = await newPerson(server);
  const phone = await anotherDevice(ana);
  const [here, there] = [await Stomp.signedIn(server, ana), await Stomp.signedIn(server, phone)];
  await done(ana.put('/me/password', { currentPassword: password, newPassword: 'another good one' }));
  assert.deepEqual(await there.closing(), revoked);
  await alive(here);
  await here.close();
});

test('deleting oneself closes all sockets', async () => {
  const ana = await newPerson(server);
  const socket = await Stomp.signedIn(server, ana);
  await done(ana.delete('/me', { password }));
  assert.deepEqual(await socket.closing(), revoked);
});

test('a refresh token that is reused closes the sockets of its family', async () => {
  const ana = await newPerson(server);
  const stolen = ana.refreshToken;
  const socket = await Stomp.signedIn(server, ana);
  await done(ana.refresh(), 200);
  await done(ana.refresh(), 200);
  await new Client(server.url).post('/sessions/refresh', { refreshToken: stolen });
  assert.deepEqual(await socket.closing(), revoked);
});

test('a session that has ended opens no socket', async () => {
  const ana = await newPerson(server);
  const { token } = ana;
  await done(ana.delete('/sessions/current'));
  await assert.rejects(Stomp.open(server.wsUrl, { headers: { Authorization: `Bearer ${token}` } }), { status: 401 });
  const socket = await Stomp.open(server.wsUrl);
  socket.send('CONNECT', { 'accept-version': '1.2', host: 'madang', passcode: token });
  assert.equal((await socket.error()).headers.code, 'unauthenticated');
  assert.deepEqual(await socket.closing(), { code: 1008, reason: 'unauthenticated' });
});

test('what is sent while the session ends is either answered and kept, or not answered', async () => {
  const ana = await newPerson(server);
  const phone = await anotherDevice(ana);
  const room = await newGroup(ana);
  const socket = await Stomp.signedIn(server, phone);
  const sends = Array.from({ length: 50 }, (_, at) => socket.say(room, `${at}`).catch(() => undefined));
  await done(phone.delete('/sessions/current'));
  assert.deepEqual(await socket.closing(), revoked);
  const answered = (await Promise.all(sends)).filter(Boolean).map(({ headers }) => Number(headers['x-seq']));
  const { events } = await done(ana.get(`/rooms/${room.id}/events?limit=1000`), 200);
  const kept = new Set(events.map(({ seq }) => seq));
  assert.deepEqual(answered.filter((seq) => !kept.has(seq)), []);
});

// "madang epoch new", after the database's own restore: every position is void (design, chapters 1 and 10).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { command } from '../support/command.mjs';
import { Follower } from '../support/follower.mjs';
import { done, newGroup, newPerson, refused, say } from '../support/people.mjs';
import { startServer } from '../support/server.mjs';
import { Stomp } from '../support/stomp.mjs';

let server;
before(async () => { server = await startServer({ env: { MADANG_AUTH_REVOCATION_POLL: '1s' } }); });
after(() => server?.stop());

const run = async (...args) => {
  const { code, stdout, stderr } = await command(args, { dataDir: server.dataDir });
  assert.equal(code, 0, stderr);
  return stdout.trim();
};
const epochOf = async (person) => (await done(person.get('/rooms'), 200)).epoch;

async function subscribed(person, room, since) {
  const socket = await Stomp.signedIn(server, person);
  const { receipt } = await socket.subscribe(`/topic/rooms/${room.id}`, { 'x-since': since });
  await socket.close();
  return [receipt.headers['x-recovered'], receipt.headers['x-epoch']];
}

test('a new epoch reaches a running server: sockets are closed to come back, and positions are void', async () => {
  const ana = await newPerson(server);
  const room = await newGroup(ana);
  const socket = await Stomp.signedIn(server, ana);
  const { receipt } = await socket.subscribe(`/topic/rooms/${room.id}`);
  const epoch = receipt.headers['x-epoch'];
  await say(ana, room, 'hello');
  assert.deepEqual(await subscribed(ana, room, `${epoch}.1`), ['true', epoch]);

  const renewed = await run('epoch', 'new');
  assert.deepEqual({ ...(await socket.closing()) }, { code: 1012, reason: 'restart' });
  assert.deepEqual(await subscribed(ana, room, `${epoch}.1`), ['false', renewed]);
  assert.deepEqual(await subscribed(ana, room, `${renewed}.1`), ['true', renewed]);
  await refused(ana.post('/rooms/sync', { epoch, rooms: [] }), 409, 'conflict');
  assert.equal(await epochOf(ana), renewed);
  assert.equal((await say(ana, room, 'and on')).seq, 3);
});

test('who follows a room through a new epoch shows it all again, once', async () => {
  const ana = await newPerson(server);
  const room = await newGroup(ana);
  const follower = await Follower.of(server, ana, room);
  await follower.sees((await say(ana, room, 'before')).seq);
  await run('epoch', 'new');
  assert.equal((await follower.goes()).code, 1012);
  await say(ana, room, 'meanwhile');
  await follower.come(server);
  assert.equal(follower.reloads, 1);
  await follower.sees((await say(ana, room, 'and on')).seq);
  await follower.showsAll();
  await follower.leave();
});

test('a new epoch is that of the next start, too', async () => {
  const ana = await newPerson(server);
  const room = await newGroup(ana);
  const epoch = await epochOf(ana);
  assert.equal(await run('epoch'), epoch);
  const renewed = await run('epoch', 'new');
  assert.notEqual(renewed, epoch);
  assert.equal(await run('epoch'), renewed);
  await server.restart();
  assert.equal(await epochOf(ana), renewed);
  assert.deepEqual(await subscribed(ana, room, `${epoch}.1`), ['false', renewed]);
  assert.deepEqual(await subscribed(ana, room, `${renewed}.1`), ['true', renewed]);
});

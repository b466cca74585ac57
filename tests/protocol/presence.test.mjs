// Friends' presence: everybody on subscribing, then changes, at most one frame a second; nobody else's, ever.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { anotherDevice, befriend, done, newPeople, newPerson } from '../support/people.mjs';
import { startServer } from '../support/server.mjs';
import { Stomp } from '../support/stomp.mjs';

let server;
before(async () => { server = await startServer(); });
after(() => server.stop());

const presence = '/user/queue/presence';
const stateIn = (frame, person) => frame.json().presence.find(({ userId }) => userId === person.user.id)?.state;
const becomes = (person, state) => (frame) => stateIn(frame, person) === state;

test('all friends on subscribing, then who comes and goes; a second device keeps somebody online', async () => {
  const [ana, bo, cem, stranger] = await newPeople(server, 'ana', 'bo', 'cem', 'eve');
  await befriend(ana, bo, cem);
  const first = await Stomp.signedIn(server, bo);
  const watcher = await Stomp.signedIn(server, ana);
  const began = Date.now();
  const subscription = await watcher.subscribe(presence);
  const all = await watcher.message(subscription);
  assert.equal(all.headers.destination, presence);
  assert.deepEqual(new Map(all.json().presence.map(({ userId, state }) => [userId, state])), new Map([[bo.user.id, 'online'], [cem.user.id, 'offline']]));

  const other = await Stomp.signedIn(server, stranger);
  const late = await Stomp.signedIn(server, cem);
  assert.deepEqual((await watcher.message(subscription)).json(), { presence: [{ userId: cem.user.id, state: 'online' }] });
  const second = await Stomp.signedIn(server, await anotherDevice(bo));
  await first.close();
  await late.close();
  assert.deepEqual((await watcher.message(subscription, becomes(cem, 'offline'))).json().presence.length, 1);
  await second.close();
  await watcher.message(subscription, becomes(bo, 'offline'));
  await other.close();
  const frames = watcher.messages(subscription);
  // Counted from before the first one: a frame that comes late must not make the next one look early.
  assert.ok(frames.at(-1).at - began >= (frames.length - 1) * 1000 - 10, 'at most one frame a second');
  assert.ok(frames.every((frame) => stateIn(frame, stranger) === undefined && stateIn(frame, ana) === undefined));
});

test('a new friend appears, a former one is not spoken of any more', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const watcher = await Stomp.signedIn(server, ana);
  const subscription = await watcher.subscribe(presence);
  assert.deepEqual((await watcher.message(subscription)).json(), { presence: [] });
  const socket = await Stomp.signedIn(server, bo);
  await befriend(ana, bo);
  await watcher.message(subscription, becomes(bo, 'online'));
  await done(ana.delete(`/friends/${bo.user.id}`));
  await watcher.message(subscription, (frame) => frame.json().presence.length === 0);
  await socket.close();
  const cem = await newPerson(server, 'cem');
  await befriend(ana, cem);
  const last = await watcher.message(subscription, becomes(cem, 'offline'));
  assert.deepEqual(last.json().presence.length, 1);
});

test('GET /friends says who is online', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  await befriend(ana, bo);
  const state = async () => (await done(ana.get('/friends'), 200)).friends[0].presence;
  assert.deepEqual(await state(), { userId: bo.user.id, state: 'offline' });
  const socket = await Stomp.signedIn(server, bo);
  assert.deepEqual(await state(), { userId: bo.user.id, state: 'online' });
  await socket.close();
});

// Presence over the nodes: who is on another node is online, and not for long after that node has died.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually } from '../support/deadline.mjs';
import { Nodes, on } from '../support/nodes.mjs';
import { befriend, done, newPeople } from '../support/people.mjs';
import { Stomp } from '../support/stomp.mjs';

let nodes, here, there;
before(async () => {
  nodes = await Nodes.start(2);
  [here, there] = nodes.all;
});
after(() => nodes.stop());

const presence = '/user/queue/presence';
const becomes = (person, state) => (frame) => frame.json().presence.some((one) => one.userId === person.user.id && one.state === state);

test('a friend who comes and goes on another node is seen to, with the time of going', async () => {
  const [ana, bo] = await newPeople(here, 'ana', 'bo');
  await befriend(ana, bo);
  const watcher = await Stomp.signedIn(here, ana);
  const subscription = await watcher.subscribe(presence);
  await watcher.message(subscription, becomes(bo, 'offline'));
  const socket = await Stomp.signedIn(there, bo);
  await watcher.message(subscription, becomes(bo, 'online'));
  assert.equal((await done(ana.get('/friends'), 200)).friends[0].presence.state, 'online');
  await socket.close();
  const frame = await watcher.message(subscription, becomes(bo, 'offline'));
  assert.ok(Math.abs(Date.parse(frame.json().presence[0].lastSeenAt) - Date.now()) < 60_000);
});

test('a friendship that begins on another node is seen by who watches here', async () => {
  const [ana, bo] = await newPeople(here, 'ana', 'bo');
  const watcher = await Stomp.signedIn(here, ana);
  const subscription = await watcher.subscribe(presence);
  await watcher.message(subscription);
  await done(on(there, bo).post('/friends', { userId: ana.user.id }), 201);
  await done(on(there, ana).post(`/friends/requests/${bo.user.id}/accept`));
  await watcher.message(subscription, becomes(bo, 'offline'));
});

test('a Redis that has forgotten everything is told again', async () => {
  const [ana, bo] = await newPeople(here, 'ana', 'bo');
  await befriend(ana, bo);
  await Stomp.signedIn(there, bo);
  const state = async () => (await done(ana.get('/friends'), 200)).friends[0].presence.state;
  await eventually(async () => await state() === 'online', 'the other node to tell', 10_000);
  await nodes.redis.command('FLUSHALL');
  await eventually(async () => await state() === 'online', 'the other node to tell again', 10_000);
});

test('the people of a node that was killed are offline within thirty seconds', async () => {
  const [ana, bo] = await newPeople(here, 'ana', 'bo');
  await befriend(ana, bo);
  const watcher = await Stomp.signedIn(here, ana);
  const subscription = await watcher.subscribe(presence);
  await Stomp.signedIn(there, bo);
  await watcher.message(subscription, becomes(bo, 'online'));
  const died = Date.now();
  await there.kill();
  await watcher.message(subscription, (frame) => frame.at > died && becomes(bo, 'offline')(frame), 30_000);
  await there.start();
  await Stomp.signedIn(there, bo);
  await watcher.message(subscription, (frame) => becomes(bo, 'online')(frame), 15_000);
});

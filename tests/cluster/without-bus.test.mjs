// The bus is a hint: without it, or while it is away, the database is asked, and everything arrives a few seconds later (G4, G5).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../support/deadline.mjs';
import { Nodes, state } from '../support/nodes.mjs';
import { done, eventsOf, newGroup, newPeople, newPerson, say } from '../support/people.mjs';
import { Stomp } from '../support/stomp.mjs';

const topic = (room) => `/topic/rooms/${room.id}`;
const bound = 5000;

// A room with somebody on each of two nodes.
async function scene(nodes) {
  const [here, there] = nodes.all;
  const [ana, bo] = await newPeople(here, 'ana', 'bo');
  const room = await newGroup(ana, [bo]);
  const socket = await Stomp.signedIn(there, bo);
  return { here, there, ana, bo, room, socket, subscription: await socket.subscribe(topic(room)) };
}

const seqs = (socket, subscription) => socket.messages(subscription).map((frame) => frame.json().seq);
const isText = (text) => (frame) => frame.json().text === text;

test('without a bus messages, removals and ended sessions are heard of within five seconds', async () => {
  const nodes = await Nodes.start(2, { bus: false });
  try {
    const { here, there, ana, bo, room, socket, subscription } = await scene(nodes);
    assert.equal(await state(here), 'none');
    for (const text of ['one', 'two', 'three']) await say(ana, room, text);
    await socket.message(subscription, isText('three'), bound);
    await eventually(() => /several nodes share this database without a bus/.test(there.stderr()), 'the warning', 15_000);
    const follower = await Stomp.signedIn(there, ana);
    const all = await follower.subscribe('/user/queue/rooms');
    const second = await done(ana.post('/rooms', { kind: 'group', memberIds: [bo.user.id] }), 201);
    await follower.message(all, (frame) => frame.json().roomId === second.id, bound);
    await done(ana.delete(`/rooms/${room.id}/members/${bo.user.id}`));
    await socket.message(subscription, (frame) => frame.json().kind === 'leave', bound);
    assert.deepEqual(seqs(socket, subscription), (await eventsOf(ana, room)).map(({ seq }) => seq).slice(1));
    const cem = await newPerson(here, 'cem');
    const another = await Stomp.signedIn(there, cem);
    await done(cem.delete('/sessions/current'));
    assert.deepEqual(await another.closing(bound), { code: 1008, reason: 'revoked' });
  } finally {
    await nodes.stop();
  }
});

for (const [what, away, back] of [
  ['is killed', (redis) => redis.kill(), (redis) => redis.launch()],
  ['hangs', (redis) => redis.signal('SIGSTOP'), (redis) => redis.signal('SIGCONT')],
])
  test(`while Redis ${what} messages arrive all the same, and at once again when it is back`, async () => {
    const nodes = await Nodes.start(2);
    try {
      const { here, there, ana, room, socket, subscription } = await scene(nodes);
      await say(ana, room, 'before');
      await socket.message(subscription, isText('before'));
      await away(nodes.redis);
      await say(ana, room, 'first');
      await socket.message(subscription, isText('first'), bound);
      await eventually(async () => await state(here) === 'failing', 'the node to notice', bound);
      for (const text of ['second', 'third']) await say(ana, room, text);
      await socket.message(subscription, isText('third'), bound);
      await back(nodes.redis);
      await eventually(async () => await state(here) === 'ok' && await state(there) === 'ok', 'both nodes to be back', 15_000);
      await say(ana, room, 'after');
      await socket.message(subscription, isText('after'), bound);
      assert.deepEqual(seqs(socket, subscription), (await eventsOf(ana, room)).map(({ seq }) => seq).slice(1));
    } finally {
      await nodes.stop();
    }
  });

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { befriend, done, newGroup, newPeople, newPerson, say } from '../support/people.mjs';
import { startServer } from '../support/server.mjs';
import { Stomp } from '../support/stomp.mjs';

let server;
before(async () => { server = await startServer({ env: { MADANG_LIMITS_REPLAY: '10' } }); });
after(() => server?.stop());

const topic = (room) => `/topic/rooms/${room.id}`;
const seqOf = ({ headers }) => Number(headers['x-seq']);
const epochOf = async (person) => (await done(person.get('/rooms'), 200)).epoch;
const range = (from, to) => Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at);

async function spokenRoom(messages) {
  const ana = await newPerson(server, 'ana');
  const room = await newGroup(ana);
  for (let count = 0; count < messages; count += 1) await say(ana, room, `${count}`);
  return { ana, room, epoch: await epochOf(ana), socket: await Stomp.signedIn(server, ana) };
}

// Live from the head: nothing of before comes, and the next message does.
async function liveFromHead({ ana, room, socket }, subscription, head) {
  assert.deepEqual([subscription.receipt.headers['x-recovered'], subscription.receipt.headers['x-seq']], ['false', String(head)]);
  await say(ana, room, 'next');
  assert.equal(seqOf(await socket.message(subscription)), head + 1);
  assert.equal(socket.messages(subscription).length, 1);
}

test('a position replays what came after it and goes on live', async () => {
  const { ana, room, epoch, socket } = await spokenRoom(8);
  const subscription = await socket.subscribe(topic(room), { 'x-since': `${epoch}.4` });
  const { headers } = subscription.receipt;
  assert.deepEqual([headers['x-recovered'], headers['x-seq'], headers['x-epoch']], ['true', '4', epoch]);
  await say(ana, room, 'live');
  await socket.message(subscription, (frame) => seqOf(frame) === 10);
  assert.deepEqual(socket.messages(subscription).map(seqOf), range(5, 10));
  await socket.close();
});

test('a position at the head replays nothing and is recovered', async () => {
  const { ana, room, epoch, socket } = await spokenRoom(2);
  const subscription = await socket.subscribe(topic(room), { 'x-since': `${epoch}.3` });
  assert.equal(subscription.receipt.headers['x-recovered'], 'true');
  await say(ana, room, 'live');
  assert.equal(seqOf(await socket.message(subscription)), 4);
  assert.equal(socket.messages(subscription).length, 1);
  await socket.close();
});

test('position 0 is before everything', async () => {
  const { room, epoch, socket } = await spokenRoom(3);
  const subscription = await socket.subscribe(topic(room), { 'x-since': `${epoch}.0` });
  await socket.message(subscription, (frame) => seqOf(frame) === 4);
  assert.deepEqual(socket.messages(subscription).map(seqOf), [1, 2, 3, 4]);
  await socket.close();
});

test('replay reaches back ten events here, and not eleven', async () => {
  const near = await spokenRoom(14);
  const subscription = await near.socket.subscribe(topic(near.room), { 'x-since': `${near.epoch}.5` });
  assert.equal(subscription.receipt.headers['x-recovered'], 'true');
  await near.socket.message(subscription, (frame) => seqOf(frame) === 15);
  assert.deepEqual(near.socket.messages(subscription).map(seqOf), range(6, 15));
  const far = await near.socket.subscribe(topic(near.room), { 'x-since': `${near.epoch}.4` });
  await liveFromHead(near, far, 15);
  await near.socket.close();
});

test('a position of another epoch is live from the head', async () => {
  const spoken = await spokenRoom(3);
  await liveFromHead(spoken, await spoken.socket.subscribe(topic(spoken.room), { 'x-since': 'another.2' }), 4);
  await spoken.socket.close();
});

test('a position in the future is live from the head', async () => {
  const spoken = await spokenRoom(3);
  await liveFromHead(spoken, await spoken.socket.subscribe(topic(spoken.room), { 'x-since': `${spoken.epoch}.5` }), 4);
  await spoken.socket.close();
});

test('a position that is none is refused', async () => {
  const { room, epoch, socket } = await spokenRoom(1);
  const errors = await socket.subscribe('/user/queue/errors');
  for (const [at, since] of [epoch, `${epoch}.`, `${epoch}.x`, `${epoch}.-1`, '.', '.3', `${epoch}.18446744073709551616`].entries()) {
    socket.send('SUBSCRIBE', { id: `bad${at}`, destination: topic(room), 'x-since': since, receipt: `bad${at}` });
    const { headers } = await socket.message(errors, (frame) => frame.headers['receipt-id'] === `bad${at}`);
    assert.equal(headers.code, 'invalid_request', since);
  }
  await socket.close();
});

test('elsewhere a position means nothing', async () => {
  const { room, socket } = await spokenRoom(1);
  await socket.subscribe(`${topic(room)}/typing`, { 'x-since': 'nonsense' });
  await socket.subscribe('/user/queue/rooms', { 'x-since': 'nonsense' });
  await socket.close();
});

test('who joined later resumes like anybody, with what may be seen', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const room = await newGroup(ana);
  await befriend(ana, bo);
  await say(ana, room, 'before');
  await done(ana.post(`/rooms/${room.id}/members`, { userIds: [bo.user.id] }), 200);
  await done(ana.patch(`/rooms/${room.id}/messages/2`, { text: 'edited secret' }), 200);
  await say(ana, room, 'after');
  const socket = await Stomp.signedIn(server, bo);
  const subscription = await socket.subscribe(topic(room), { 'x-since': `${await epochOf(bo)}.3` });
  await socket.message(subscription, (frame) => seqOf(frame) === 5);
  const [edit, message] = socket.messages(subscription).map(({ json }) => json());
  assert.deepEqual([edit.kind, edit.targetSeq, edit.text], ['edit', 2, undefined]);
  assert.equal(message.text, 'after');
  await socket.close();
});

test('coming and going while others talk, a reader sees everything once and in order', async () => {
  const patient = await startServer();
  try {
    const [ana, bo] = await newPeople(patient, 'ana', 'bo');
    const room = await newGroup(ana, [bo]);
    const writer = await Stomp.signedIn(patient, ana);
    const total = 600;
    const talking = (async () => {
      for (let at = 0; at < total; at += 10) await Promise.all(range(at, at + 9).map((text) => writer.say(room, `${text}`)));
    })();
    const seen = [];
    let position = `${await epochOf(bo)}.1`;
    let visits = 0;
    while (seen.length < total) {
      const reader = await Stomp.signedIn(patient, bo);
      const subscription = await reader.subscribe(topic(room), { 'x-since': position });
      assert.equal(subscription.receipt.headers['x-recovered'], 'true');
      const until = Math.min(total + 1, (seen.at(-1) ?? 1) + 40);
      await reader.message(subscription, (frame) => seqOf(frame) >= until);
      await reader.close();
      const frames = reader.messages(subscription);
      seen.push(...frames.map(seqOf));
      position = `${frames.at(-1).headers['x-epoch']}.${seen.at(-1)}`;
      visits += 1;
    }
    await talking;
    assert.ok(visits > 1);
    assert.deepEqual(seen, range(2, total + 1));
    await writer.close();
  } finally {
    await patient.stop();
  }
});

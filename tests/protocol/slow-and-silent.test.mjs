import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newGroup, newPeople, newPerson } from '../support/people.mjs';
import { startServer } from '../support/server.mjs';
import { Stomp } from '../support/stomp.mjs';

const seqOf = ({ headers }) => Number(headers['x-seq']);
const range = (from, to) => Array.from({ length: to - from + 1 }, (_, at) => from + at);

test('a reader that falls behind is told to come back, misses nothing, and holds nobody up', async () => {
  const server = await startServer({ env: { MADANG_LIMITS_OUTBOX: '262144' } });
  try {
    const [ana, bo, cy] = await newPeople(server, 'ana', 'bo', 'cy');
    const room = await newGroup(ana, [bo, cy]);
    const topic = `/topic/rooms/${room.id}`;
    const writer = await Stomp.signedIn(server, ana);
    const [quick, slow] = [await Stomp.signedIn(server, bo), await Stomp.signedIn(server, cy, { perMessageDeflate: false })];
    const [quickly, slowly] = [await quick.subscribe(topic), await slow.subscribe(topic)];
    slow.socket.pause();

    // More than the kernel holds for a connection on the way: 32 kB each. A quick reader keeps pace with each of them.
    const total = 600;
    const text = '\u{1f422}'.repeat(8000);
    for (const seq of range(2, total + 1)) {
      await writer.say(room, text);
      await quick.message(quickly, (frame) => seqOf(frame) === seq);
    }
    assert.deepEqual(quick.messages(quickly).map(seqOf), range(2, total + 1));

    slow.socket.resume();
    // Either the close frame still reached it, or the connection was cut.
    const { code, reason } = await slow.closing(30_000);
    assert.ok((code === 1013 && reason === 'too_slow') || code === 1006, `${code} ${reason}`);
    const seen = slow.messages(slowly).map(seqOf);
    assert.ok(seen.length < total);
    assert.deepEqual(seen, range(2, seen.length + 1), 'nothing is dropped in silence');

    const again = await Stomp.signedIn(server, cy);
    const position = `${slowly.receipt.headers['x-epoch']}.${seen.at(-1) ?? 1}`;
    const resumed = await again.subscribe(topic, { 'x-since': position });
    assert.equal(resumed.receipt.headers['x-recovered'], 'true');
    await again.message(resumed, (frame) => seqOf(frame) === total + 1, 30_000);
    assert.deepEqual([...seen, ...again.messages(resumed).map(seqOf)], range(2, total + 1));
    for (const socket of [writer, quick, again]) await socket.close();
  } finally {
    await server.stop();
  }
});

test('a client that is silent beyond its promise is dead, and one that is not is left alone', async () => {
  const server = await startServer({ env: { MADANG_LIMITS_SILENCE: '2' } });
  try {
    const ana = await newPerson(server);
    // Neither heart-beats nor pongs: as if the cable had been pulled.
    const dead = await Stomp.signedIn(server, ana, { autoPong: false, connect: { 'heart-beat': '1000,0' } });
    const lively = await Stomp.signedIn(server, ana, { connect: { 'heart-beat': '1000,0' } });
    const beats = setInterval(() => lively.write('\n'), 500);
    try {
      await dead.closing(60_000);
    } finally {
      clearInterval(beats);
    }
    await lively.acknowledged('SUBSCRIBE', { id: 'on', destination: '/user/queue/errors' });
    await lively.close();
  } finally {
    await server.stop();
  }
});

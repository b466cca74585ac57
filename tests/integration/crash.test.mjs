import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventsOf, newGroup, newPerson } from '../support/people.mjs';
import { startServer } from '../support/server.mjs';
import { Stomp } from '../support/stomp.mjs';

test('what was acknowledged before kill -9 is there once, and a repeat finds it', async () => {
  const server = await startServer();
  try {
    const ana = await newPerson(server);
    const room = await newGroup(ana);
    const acknowledged = new Map();
    let killed;
    const sends = Array.from({ length: 200 }, async (_, at) => {
      try {
        const { status, body } = await ana.post(`/rooms/${room.id}/messages`, { text: `${at}`, key: `k${at}` });
        if (status === 201) acknowledged.set(`k${at}`, body.seq);
      } catch (error) {
        assert.ok(error.code, error.message);
      }
      if (acknowledged.size === 20) killed ??= server.kill();
    });
    await Promise.all(sends);
    await killed;
    assert.ok(acknowledged.size >= 20);
    await server.restart();

    const log = await eventsOf(ana, room);
    const seqs = log.map(({ seq }) => seq);
    assert.deepEqual(seqs, seqs.map((_, at) => at + 1), 'no hole');
    const byKey = new Map(log.map(({ key }) => [key, log.filter((event) => event.key === key)]));
    for (const [key, seq] of acknowledged) {
      assert.equal(byKey.get(key)?.length, 1, key);
      assert.equal(byKey.get(key)[0].seq, seq);
    }
    for (let at = 0; at < 200; at += 1) {
      const { status, body } = await ana.post(`/rooms/${room.id}/messages`, { text: `${at}`, key: `k${at}` });
      if (acknowledged.has(`k${at}`)) assert.deepEqual([status, body.seq], [200, acknowledged.get(`k${at}`)]);
    }
    const texts = (await eventsOf(ana, room)).slice(1).map(({ text }) => text);
    assert.equal(texts.length, 200);
    assert.equal(new Set(texts).size, 200);
  } finally {
    await server.stop();
  }
});

test('what had a RECEIPT before kill -9 is replayed by its position', async () => {
  const server = await startServer();
  try {
    const ana = await newPerson(server);
    const room = await newGroup(ana);
    const first = await Stomp.signedIn(server, ana);
    const { receipt } = await first.subscribe(`/topic/rooms/${room.id}`);
    const sent = await Promise.all(Array.from({ length: 50 }, (_, at) => first.say(room, `${at}`)));
    await server.kill();
    await first.closing();
    await server.restart();

    const second = await Stomp.signedIn(server, ana);
    const position = `${receipt.headers['x-epoch']}.${receipt.headers['x-seq']}`;
    const resumed = await second.subscribe(`/topic/rooms/${room.id}`, { 'x-since': position });
    assert.equal(resumed.receipt.headers['x-recovered'], 'true');
    const last = Math.max(...sent.map(({ headers }) => Number(headers['x-seq'])));
    await second.message(resumed, ({ headers }) => Number(headers['x-seq']) === last);
    assert.deepEqual(second.messages(resumed).map(({ headers }) => Number(headers['x-seq'])), Array.from({ length: 50 }, (_, at) => at + 2));
    await second.close();
  } finally {
    await server.stop();
  }
});

// The primary is killed and its standby takes its place: nothing that was acknowledged is lost, and clients hear of it (design, G1).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../support/deadline.mjs';
import { Follower } from '../support/follower.mjs';
import { isWholeLog, refusedInTime, works } from '../support/outage.mjs';
import { done, newGroup, newPerson } from '../support/people.mjs';
import { Postgres } from '../support/postgres.mjs';
import { startServer } from '../support/server.mjs';
import { Stomp } from '../support/stomp.mjs';

test('after a failover the standby serves all that was acknowledged, the epoch is new, and clients reload', async () => {
  const primary = await Postgres.start();
  const standby = await Postgres.standbyOf(primary);
  const url = `postgresql://madang@/madang?host=${primary.directory},${standby.directory}`;
  await primary.createDatabase('madang');
  await primary.waitForStandby();
  const madang = await startServer({ env: { MADANG_STORAGE_URL: url, MADANG_AUTH_REVOCATION_POLL: '1s' } });
  try {
    const ana = await newPerson(madang);
    const room = await newGroup(ana);
    const follower = await Follower.of(madang, ana, room);
    const socket = await Stomp.signedIn(madang, ana);
    const { receipt } = await socket.subscribe(`/topic/rooms/${room.id}`);
    const acknowledged = [];
    const sends = Array.from({ length: 300 }, async (_, at) => {
      const { status, body } = await ana.post(`/rooms/${room.id}/messages`, { text: `${at}`, key: `k${at}` });
      if (status === 201) acknowledged.push([`k${at}`, body.seq]);
      if (acknowledged.length === 100) await primary.end('SIGKILL');
    });
    await Promise.all(sends);
    assert.ok(acknowledged.length >= 100);
    await Promise.all(Array.from({ length: 20 }, () => refusedInTime(ana.post(`/rooms/${room.id}/messages`, { text: 'to nobody' }))));
    await standby.promote();

    assert.deepEqual(await socket.closing(30_000), { code: 1012, reason: 'restart' });
    await eventually(works(ana, room, 'after'), 'writes to work again', 30_000);
    for (const [key, seq] of acknowledged) {
      const { status, body } = await ana.post(`/rooms/${room.id}/messages`, { text: key.slice(1), key });
      assert.deepEqual([status, body.seq], [200, seq], key);
    }
    await isWholeLog(ana, room);
    const again = await Stomp.signedIn(madang, ana);
    const resumed = await again.subscribe(`/topic/rooms/${room.id}`, { 'x-since': `${receipt.headers['x-epoch']}.${receipt.headers['x-seq']}` });
    assert.equal(resumed.receipt.headers['x-recovered'], 'false');
    assert.notEqual(resumed.receipt.headers['x-epoch'], receipt.headers['x-epoch']);
    const sent = await again.say(room, 'and on');
    await again.message(resumed, ({ headers }) => headers['x-seq'] === sent.headers['x-seq']);
    await done(ana.post('/rooms/sync', { epoch: receipt.headers['x-epoch'], rooms: [] }), 409);
    await follower.goes();
    await follower.come(madang);
    assert.equal(follower.reloads, 1);
    await follower.sees(Number(sent.headers['x-seq']));
    await follower.showsAll();
    await follower.leave();
    await again.close();
  } finally {
    await madang.stop();
    await standby.stop();
    await primary.stop();
  }
});

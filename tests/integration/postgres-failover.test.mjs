// The primary is killed and its standby takes its place: nothing that was acknowledged is lost, and clients hear of it (design, G1).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../support/deadline.mjs';
import { Follower } from '../support/follower.mjs';
import { allRefusedInTime, isWholeLog, works } from '../support/outage.mjs';
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
    await allRefusedInTime(Array.from({ length: 20 }, () => ana.post(`/rooms/${room.id}/messages`, { text: 'to nobody' })));
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

// Cut off for a while, and nobody has switched it off: a network that was parted does that.
test('an old primary that goes on beside the new one is neither read nor written to', async () => {
  const primary = await Postgres.start();
  const standby = await Postgres.standbyOf(primary);
  // It is the first that is tried.
  const url = `postgresql://madang@${[primary, standby].map(({ directory }) => encodeURIComponent(directory))}/madang`;
  await primary.createDatabase('madang');
  await primary.waitForStandby();
  const madang = await startServer({ env: { MADANG_STORAGE_URL: url, MADANG_STORAGE_READERS: '4' } });
  try {
    const ana = await newPerson(madang);
    const room = await newGroup(ana);
    await Promise.all(Array.from({ length: 50 }, () => done(ana.get(`/rooms/${room.id}/events?after=0`), 200)));
    await primary.signalAll('SIGSTOP');
    await standby.promote();
    await eventually(works(ana, room, 'after'), 'writes to work again', 30_000);
    await primary.signalAll('SIGCONT');
    // Now it commits again by itself.
    await primary.query('postgres', 'ALTER SYSTEM RESET synchronous_standby_names');
    await primary.query('postgres', 'SELECT pg_reload_conf()');

    const reads = async () => {
      const pages = await Promise.all(Array.from({ length: 50 }, () => ana.get(`/rooms/${room.id}/events?after=0`)));
      for (const { status, body } of pages)
        if (status === 200) assert.ok(body.events.some(({ key }) => key === 'after'));
        else assert.deepEqual([status, body.code], [503, 'unavailable']);
      return pages.every(({ status }) => status === 200);
    };
    await eventually(reads, 'reads to work again', 30_000);
    // Whoever has to connect again does not go back either.
    const [[lost]] = await standby.query('madang', "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'madang'");
    assert.ok(Number(lost) >= 2, `${lost} connections to the new one`);
    await eventually(works(ana, room, 'again'), 'writes to work again', 30_000);
    await eventually(reads, 'reads to work again', 30_000);
    const keys = (server) => server.query('madang', `SELECT key FROM events WHERE room_id = ${room.id} AND kind = 1 ORDER BY seq`);
    assert.deepEqual((await keys(standby)).flat(), ['after', 'again']);
    assert.ok(!(await keys(primary)).flat().includes('again'));
  } finally {
    await primary.signalAll('SIGCONT');
    await madang.stop();
    await standby.stop();
    await primary.stop();
  }
});

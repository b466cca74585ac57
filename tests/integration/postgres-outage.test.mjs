// PostgreSQL stopped, killed, hanging, full, out of connections, failing over: writes are refused in time, nothing that was acknowledged is
// lost, and everything works again without a restart (design, G1, G3, G4).
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import { eventually } from '../support/deadline.mjs';
import { exchange } from '../support/http.mjs';
import { done, eventsOf, newGroup, newPerson, say } from '../support/people.mjs';
import { Postgres } from '../support/postgres.mjs';
import { startServer } from '../support/server.mjs';
import { Stomp } from '../support/stomp.mjs';

const inTime = 2500;  // 2 s, and what a busy machine adds

let postgres;
before(async () => { postgres = await Postgres.start(); });
after(() => postgres?.stop());

async function freePort() {
  const probe = net.createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

let databases = 0;
async function serverOn(server, env = {}) {
  const name = `madang${++databases}`;
  await server.createDatabase(name);
  return startServer({ env: { MADANG_STORAGE_URL: server.url(name), ...env } });
}

async function readiness(madang) {
  const { status, body } = await exchange(`${madang.adminUrl}/readyz`);
  return [status, body.status, body.storage];
}

async function refusedInTime(attempt) {
  const began = Date.now();
  const { status, body, headers } = await attempt;
  assert.equal(status, 503, JSON.stringify(body));
  assert.equal(body.code, 'unavailable');
  assert.match(headers['retry-after'], /^[1-9]\d*$/);
  assert.ok(Date.now() - began < inTime, `refused after ${Date.now() - began} ms`);
}

const works = (person, room, key) => async () => {
  const { status } = await person.post(`/rooms/${room.id}/messages`, { text: key, key });
  assert.ok([200, 201, 503].includes(status), String(status));
  return status !== 503;
};

async function isWholeLog(reader, room) {
  const log = await eventsOf(reader, room);
  assert.deepEqual(log.map(({ seq }) => seq), log.map((_, at) => at + 1), 'no hole');
  const keys = log.map(({ key }) => key).filter(Boolean);
  assert.equal(new Set(keys).size, keys.length, 'no key twice');
  return log;
}

test('while PostgreSQL is down writes are refused in time and /readyz says so; afterwards everything works again', async () => {
  const madang = await serverOn(postgres);
  try {
    const ana = await newPerson(madang);
    const room = await newGroup(ana);
    const socket = await Stomp.signedIn(madang, ana);
    const topic = await socket.subscribe(`/topic/rooms/${room.id}`);
    await say(ana, room, 'before');
    await postgres.end();

    await Promise.all(Array.from({ length: 20 }, (_, at) => refusedInTime(ana.post(`/rooms/${room.id}/messages`, { text: `${at}`, key: `k${at}` }))));
    await refusedInTime(ana.get('/rooms'));
    await refusedInTime(ana.post('/sessions', { username: ana.username, password: ana.password }));
    assert.deepEqual(await readiness(madang), [200, 'ready', 'failing']);
    assert.equal((await exchange(`${madang.url}/login`)).status, 200, 'pages go on');
    assert.equal((await exchange(`${madang.adminUrl}/healthz`)).status, 200);

    await postgres.launch();
    await eventually(works(ana, room, 'k0'), 'writes to work again');
    await eventually(async () => (await ana.get('/rooms')).status === 200, 'reads to work again, which the answer to a repeated message takes');
    await Promise.all(Array.from({ length: 20 }, async (_, at) => {
      const { status, body } = await ana.post(`/rooms/${room.id}/messages`, { text: `${at}`, key: `k${at}` });
      assert.ok([200, 201].includes(status), `k${at}: ${status} ${JSON.stringify(body)}`);
    }));
    const log = await isWholeLog(ana, room);
    assert.equal(log.length, 22, 'creation, "before" and twenty');
    await socket.message(topic, ({ headers }) => Number(headers['x-seq']) === 22);
    assert.deepEqual(socket.messages(topic).map(({ headers }) => Number(headers['x-seq'])), log.slice(1).map(({ seq }) => seq), 'the socket saw it all');
    assert.deepEqual(await readiness(madang), [200, 'ready', 'ok']);
    await socket.close();
  } finally {
    if (postgres) await postgres.end().then(() => postgres.launch());
    await madang.stop();
  }
});

test('a PostgreSQL that hangs costs nobody more than the time-out, and is used again when it answers', async () => {
  const madang = await serverOn(postgres);
  try {
    const ana = await newPerson(madang);
    const room = await newGroup(ana);
    await postgres.signalAll('SIGSTOP');
    await Promise.all(Array.from({ length: 20 }, (_, at) => refusedInTime(ana.post(`/rooms/${room.id}/messages`, { text: `${at}`, key: `k${at}` }))));
    await refusedInTime(ana.get('/rooms'));
    await postgres.signalAll('SIGCONT');
    await eventually(works(ana, room, 'after'), 'writes to work again');
    for (let at = 0; at < 20; at += 1) assert.ok([200, 201].includes((await ana.post(`/rooms/${room.id}/messages`, { text: `${at}`, key: `k${at}` })).status));
    assert.equal((await isWholeLog(ana, room)).length, 22);
  } finally {
    await postgres.signalAll('SIGCONT');
    await madang.stop();
  }
});

test('a database that cannot grow refuses writes with "unavailable", goes on reading, and is whole when it can grow again', async () => {
  const small = await Postgres.start({ max_wal_size: '32MB' }, ['--wal-segsize=1']);
  const madang = await serverOn(small);
  try {
    const ana = await newPerson(madang);
    const room = await newGroup(ana);
    const limit = 4 << 20;
    await small.limitFiles(limit);
    const post = (n) => ana.post(`/rooms/${room.id}/messages`, { text: randomBytes(4000).toString('hex'), key: `k${n}` });
    let count = 0;
    let answer;
    do {
      answer = await post(count);
      if (answer.status === 201) count += 1;
      assert.ok(count < 2000, 'the limit was reached');
    } while (answer.status === 201);
    await refusedInTime(post(count));
    assert.equal((await done(ana.get(`/rooms/${room.id}`), 200)).lastSeq, count + 1);
    assert.deepEqual(await readiness(madang), [200, 'ready', 'failing']);
    await small.limitFiles('unlimited');
    await eventually(works(ana, room, `k${count}`), 'writes to work again');
    const log = await small.query(`madang${databases}`, `SELECT seq FROM events WHERE room_id = ${room.id} ORDER BY seq`);
    assert.deepEqual(log.map(([seq]) => Number(seq)), Array.from({ length: count + 2 }, (_, at) => at + 1));
  } finally {
    await madang.stop();
    await small.stop();
  }
});

test('over TCP the connection is encrypted and the server checked as the URL says, and it has a name', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'madang-tls-'));
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost',
    '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  const port = String(await freePort());
  const encrypted = await Postgres.start({ port, listen_addresses: '127.0.0.1' });
  await encrypted.adopt([key, certificate]);
  await encrypted.query('postgres', `ALTER SYSTEM SET ssl_key_file = '${basename(key)}'`);
  await encrypted.query('postgres', `ALTER SYSTEM SET ssl_cert_file = '${basename(certificate)}'`);
  await encrypted.query('postgres', 'ALTER SYSTEM SET ssl = on');
  await encrypted.query('postgres', 'SELECT pg_reload_conf()');
  await encrypted.createDatabase('madang');
  const url = (mode, host = 'localhost') => `postgresql://madang@${host}:${port}/madang?hostaddr=127.0.0.1&sslmode=${mode}&sslrootcert=${certificate}`;
  const madang = await startServer({ env: { MADANG_STORAGE_URL: url('verify-full') } });
  try {
    await newGroup(await newPerson(madang));
    const rows = await encrypted.query('madang', "SELECT DISTINCT ssl, application_name FROM pg_stat_activity JOIN pg_stat_ssl USING (pid) WHERE client_addr IS NOT NULL");
    assert.deepEqual(rows, [['t', 'madang']]);
    await assert.rejects(startServer({ env: { MADANG_STORAGE_URL: url('verify-full', 'elsewhere') } }), /cannot reach PostgreSQL: .*certificate/);
  } finally {
    await madang.stop();
    await encrypted.stop();
    await rm(folder, { recursive: true });
  }
});

test('with fewer connections than it wants it works with those that it has', async () => {
  const small = await Postgres.start({ max_connections: '7', superuser_reserved_connections: '0', max_wal_senders: '0' });
  const madang = await serverOn(small, { MADANG_STORAGE_READERS: '8', MADANG_STORAGE_WRITERS: '8', MADANG_STORAGE_LANES: '1' }).catch((error) => error);
  try {
    assert.ok(!(madang instanceof Error), String(madang));
    const ana = await newPerson(madang);
    const room = await newGroup(ana);
    for (let at = 0; at < 30; at += 1) await eventually(works(ana, room, `k${at}`), 'a message');
    assert.equal((await isWholeLog(ana, room)).length, 31);
  } finally {
    if (!(madang instanceof Error)) await madang.stop();
    await small.stop();
  }
});

test('a server that cannot be reached, or is not prepared, is one line at the start', async () => {
  await assert.rejects(startServer({ env: { MADANG_STORAGE_URL: `postgresql://madang@/madang?host=${postgres.directory}-none` } }),
    /cannot reach PostgreSQL: .*: check storage\.url, and that the server runs/);
  await postgres.createDatabase('unprepared');
  await assert.rejects(startServer({ env: { MADANG_STORAGE_URL: postgres.url('unprepared'), MADANG_STORAGE_MIGRATE: 'check' } }),
    /the database's schema is older than this madang, it lacks 0001_accounts, .*: run madang migrate/);
});

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
    await again.close();
  } finally {
    await madang.stop();
    await standby.stop();
    await primary.stop();
  }
});

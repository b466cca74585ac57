// PostgreSQL stopped, hanging and full: writes are refused in time, nothing that was acknowledged is lost, and everything works again without
// a restart (design, G1, G3, G4).
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { command } from '../support/command.mjs';
import { eventually } from '../support/deadline.mjs';
import { exchange } from '../support/http.mjs';
import { allRefusedInTime, isWholeLog, readiness, refusedInTime, serverOn, works } from '../support/outage.mjs';
import { done, newGroup, newPeople, newPerson, say } from '../support/people.mjs';
import { Postgres } from '../support/postgres.mjs';
import { Redis } from '../support/redis.mjs';
import { Stomp } from '../support/stomp.mjs';

let postgres;
before(async () => { postgres = await Postgres.start(); });
after(() => postgres?.stop());

// The others allow what a busy machine adds.
test('unless somebody wants it otherwise nobody waits for the database longer than 2 s', async () => {
  const { stdout } = await command(['config', 'print']);
  const [, amount, unit] = /^\[storage\]\n(?:[^[]+\n)?timeout = "(\d+)(ms|s)"$/m.exec(stdout);
  assert.ok(amount * { ms: 1, s: 1000 }[unit] <= 2000, `${amount}${unit}`);
});

test('while PostgreSQL is down writes are refused in time and /readyz says so; afterwards everything works again', async () => {
  const madang = await serverOn(postgres);
  try {
    const ana = await newPerson(madang);
    const room = await newGroup(ana);
    const socket = await Stomp.signedIn(madang, ana);
    const topic = await socket.subscribe(`/topic/rooms/${room.id}`);
    await say(ana, room, 'before');
    await postgres.end();

    await allRefusedInTime(Array.from({ length: 20 }, (_, at) => ana.post(`/rooms/${room.id}/messages`, { text: `${at}`, key: `k${at}` })));
    await refusedInTime(ana.get(`/rooms/${room.id}/messages`));
    await refusedInTime(ana.post('/sessions', { username: ana.username, password: ana.password }));
    await Promise.all(Array.from({ length: 200 }, () => refusedInTime(ana.get(`/rooms/${room.id}`))));
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
    // Writers and lanes that nobody asked come back by themselves.
    await eventually(async () => (await readiness(madang))[2] === 'ok', 'readyz to say that all of it works');
    assert.deepEqual(await readiness(madang), [200, 'ready', 'ok']);
    await socket.close();
    const said = (words) => madang.stderr().split('\n').filter((line) => line.includes(words)).length;
    await eventually(() => said('the database works again') >= 1, 'the log to say so');
    assert.ok(said('the database failed') <= 8, madang.stderr());
  } finally {
    if (postgres) await postgres.end().then(() => postgres.launch());
    await madang.stop();
  }
});

// In Redis, where it stays for cache.ttl; a process alone forgets it within a second, because other nodes may write.
test('while PostgreSQL is down people who are cached are still shown, and no room is, for who may read it is not known', async () => {
  const redis = await Redis.start();
  let madang;
  try {
    madang = await serverOn(postgres, { MADANG_CACHE_URL: redis.url, MADANG_CACHE_TTL: '10m' });
    const [ana, bo] = await newPeople(madang, 'ana', 'bo');
    const room = await newGroup(ana);
    const look = () => Promise.all(['/me', `/users/${bo.user.id}`].map((path) => ana.get(path)));
    const before = await eventually(async () => {
      const people = await look();
      return (await redis.command('KEYS', 'madang:*:v:*:u*')).split('\n').length === 2 && people;
    }, 'both to be kept');
    await postgres.end();
    await refusedInTime(ana.post(`/rooms/${room.id}/messages`, { text: 'refused' }));
    await refusedInTime(ana.get(`/rooms/${room.id}`));
    // A Redis that is slow for once is none, for a moment.
    const after = await eventually(async () => {
      const people = await look();
      return people.every(({ status }) => status === 200) && people;
    }, 'them to be shown');
    assert.deepEqual(after.map(({ body }) => body), before.map(({ body }) => body));
  } finally {
    await madang?.stop();
    await redis.kill();
    await postgres.end().then(() => postgres.launch());
  }
});

test('a PostgreSQL that hangs costs nobody more than the time-out, and is used again when it answers', async () => {
  const madang = await serverOn(postgres);
  try {
    const ana = await newPerson(madang);
    const room = await newGroup(ana);
    await postgres.signalAll('SIGSTOP');
    const messages = Array.from({ length: 20 }, (_, at) => ana.post(`/rooms/${room.id}/messages`, { text: `${at}`, key: `k${at}` }));
    // What is no message has a connection to itself, of which there are four.
    const others = [1, 2, 3].map((n) => ana.patch('/me', { displayName: `ana ${n}` }));
    await Promise.all([allRefusedInTime(messages), allRefusedInTime(others, ['unavailable', 'too_busy'])]);
    await refusedInTime(ana.get('/rooms'));
    await postgres.signalAll('SIGCONT');
    await eventually(works(ana, room, 'after'), 'writes to work again');
    await eventually(async () => (await ana.get('/rooms')).status === 200, 'reads to work again, which the answer to a repeated message takes');
    for (let at = 0; at < 20; at += 1) assert.ok([200, 201].includes((await ana.post(`/rooms/${room.id}/messages`, { text: `${at}`, key: `k${at}` })).status));
    assert.equal((await isWholeLog(ana, room)).length, 22);
  } finally {
    await postgres.signalAll('SIGCONT');
    await madang.stop();
  }
});

test('while PostgreSQL hangs a full queue refuses at once, and what was in it is not lost', async () => {
  const madang = await serverOn(postgres, { MADANG_STORAGE_QUEUE_ROWS: '100', MADANG_STORAGE_BATCH_ROWS: '100', MADANG_STORAGE_TIMEOUT: '30s' });
  try {
    const ana = await newPerson(madang);
    const room = await newGroup(ana);
    const post = (n) => ana.post(`/rooms/${room.id}/messages`, { text: `${n}`, key: `k${n}` });
    await postgres.signalAll('SIGSTOP');
    const refused = [];
    const all = Array.from({ length: 150 }, async (_, n) => {
      const answer = await post(n);
      if (answer.status === 503) refused.push(answer);
      return answer.status;
    });
    // While it hangs, when nobody else is answered.
    await eventually(() => refused.length === 50, 'the others to be refused');
    for (const { body, headers } of refused) {
      assert.equal(body.code, 'too_busy');
      assert.match(headers['retry-after'], /^[1-9]\d*$/);
    }
    await postgres.signalAll('SIGCONT');
    assert.equal((await Promise.all(all)).filter((status) => status === 201).length, 100);
    assert.equal((await isWholeLog(ana, room)).length, 101);
  } finally {
    await postgres.signalAll('SIGCONT');
    await madang.stop();
  }
});

test('a PostgreSQL that is slow is waited for, and one that is too slow refuses writes in time while reads go on', async () => {
  const madang = await serverOn(postgres);
  try {
    const ana = await newPerson(madang);
    const room = await newGroup(ana);
    const post = (key) => ana.post(`/rooms/${room.id}/messages`, { text: key, key });
    const query = (text) => postgres.query(madang.database, text);
    const takes = (seconds) => query(`CREATE OR REPLACE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(${seconds}); RETURN NULL; END'`);
    await takes(0.3);
    await query('CREATE TRIGGER slow BEFORE INSERT ON events FOR EACH STATEMENT EXECUTE FUNCTION slow()');
    await Promise.all(Array.from({ length: 10 }, (_, at) => done(post(`slow-${at}`), 201)));
    await takes(3);
    const refusals = allRefusedInTime(Array.from({ length: 20 }, (_, at) => post(`too-slow-${at}`)));
    await done(ana.get(`/rooms/${room.id}/events?after=0`), 200);
    await refusals;
    await refusedInTime(post('too-slow'));
    await done(ana.get(`/rooms/${room.id}/messages`), 200);
    assert.deepEqual(await readiness(madang), [200, 'ready', 'failing']);
    await query('DROP TRIGGER slow ON events');
    await eventually(works(ana, room, 'too-slow-0'), 'writes to work again');
    for (let at = 0; at < 20; at += 1) assert.ok([200, 201].includes((await post(`too-slow-${at}`)).status));
    assert.ok((await isWholeLog(ana, room)).length >= 31);
    await eventually(async () => (await readiness(madang))[2] === 'ok', 'readyz to say that all of it works');
  } finally {
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
    const log = await small.query(madang.database, `SELECT seq FROM events WHERE room_id = ${room.id} ORDER BY seq`);
    assert.deepEqual(log.map(([seq]) => Number(seq)), Array.from({ length: count + 2 }, (_, at) => at + 1));
  } finally {
    await madang.stop();
    await small.stop();
  }
});

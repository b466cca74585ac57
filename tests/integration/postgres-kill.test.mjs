// The server and PostgreSQL are killed at random moments under load; afterwards what each client was told is compared with what the tables
// hold (design, G1, G2, G3). Ten times in CI, fifty with MADANG_SOAK.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { within } from '../support/deadline.mjs';
import { newGroup, newPeople, say } from '../support/people.mjs';
import { Postgres } from '../support/postgres.mjs';
import { seeded } from '../support/random.mjs';
import { startServer } from '../support/server.mjs';
import { Stomp } from '../support/stomp.mjs';

const rounds = process.env.MADANG_SOAK ? 50 : 10;
const gone = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

// Where everybody waits while a server is away, and what they count.
class Stage {
  acknowledged = new Map();  // `${room}/${author}/${key}` to seq
  over = false;
  #waiting = [];
  #open = Promise.resolve();
  #reopen;

  close() { this.#open = new Promise((done) => { this.#reopen = done; }); }
  reopen() { this.#reopen(); }
  get open() { return this.#open; }

  acknowledge(name, seq) {
    const before = this.acknowledged.get(name);
    assert.ok(before === undefined || before === seq, `${name} was acknowledged with ${before} and with ${seq}`);
    this.acknowledged.set(name, seq);
    this.#waiting = this.#waiting.filter(({ count, done }) => this.acknowledged.size < count || done());
  }
  more(n) {
    const count = this.acknowledged.size + n;
    return within(new Promise((done) => { this.#waiting.push({ count, done }); }), 60_000, `${n} more acknowledgements`);
  }
}

// Says one thing after another, each until it is acknowledged.
async function write(stage, dice, person, rooms, name) {
  for (let n = 0; !stage.over; n += 1) {
    const room = dice.pick(rooms);
    const key = `${name}-${n}`;
    for (;;) {
      await stage.open;
      try {
        const { status, body, text } = await person.post(`/rooms/${room.id}/messages`, { text: key, key });
        if (status === 201 || status === 200) {
          stage.acknowledge(`${room.id}/${person.user.id}/${key}`, body.seq);
          break;
        }
        assert.equal(status, 503, text);
      } catch (error) {
        if (!gone.has(error.code)) throw error;
      }
    }
  }
}

// Listens to one room on whatever connection there is, and writes down what comes, up to the message "the end".
async function read(stage, server, person, room, seen) {
  let position;
  for (let ended = false; !ended;) {
    await stage.open;
    let socket;
    try {
      socket = await Stomp.signedIn(server, person);
      const topic = await socket.subscribe(`/topic/rooms/${room.id}`, position ? { 'x-since': position } : {});
      if (position) assert.equal(topic.receipt.headers['x-recovered'], 'true', 'there was one history all the time');
      position ??= `${topic.receipt.headers['x-epoch']}.${topic.receipt.headers['x-seq']}`;
      while (!ended) {
        const { headers, json } = await socket.message(topic, undefined, 60_000);
        seen.push(Number(headers['x-seq']));
        position = `${headers['x-epoch']}.${headers['x-seq']}`;
        ended = json().text === 'the end';
      }
    } catch (error) {
      if (error.code === 'ERR_ASSERTION') throw error;  // anything else is a connection that went
    }
    await socket?.close();
  }
}

test(`kill -9 of the server and of PostgreSQL, ${rounds} times under load: G1, G2 and G3 hold`, async () => {
  const dice = seeded('kills');
  const postgres = await Postgres.start();
  await postgres.createDatabase('madang');
  const madang = await startServer({ env: { MADANG_STORAGE_URL: postgres.url('madang'), MADANG_AUTH_ACCESS_TTL: '1h' } });
  const stage = new Stage();
  const kills = {
    server: async () => { await madang.kill(); await madang.restart(); },
    postgres: async () => { await postgres.kill(); await postgres.launch(); },
    immediately: async () => { await postgres.end('SIGQUIT'); await postgres.launch(); },
    both: async () => { await Promise.all([madang.kill(), postgres.kill()]); await postgres.launch(); await madang.restart(); },
  };
  try {
    const people = await newPeople(madang, 'ana', 'bo', 'cem', 'dee');
    const rooms = [];
    for (let i = 0; i < 4; i += 1) rooms.push(await newGroup(people[i], [], `room ${i}`));
    for (const [i, room] of rooms.entries()) {
      const others = people.filter((_, j) => j !== i);
      for (const other of others) {
        await people[i].post('/friends', { userId: other.user.id });
        await other.post(`/friends/requests/${people[i].user.id}/accept`);
      }
      assert.equal((await people[i].post(`/rooms/${room.id}/members`, { userIds: others.map(({ user }) => user.id) })).status, 200);
    }
    const writers = people.flatMap((person) => [0, 1, 2].map((n) => write(stage, dice, person, rooms, `w${n}`)));
    const seen = rooms.map(() => []);
    const readers = rooms.map((room, i) => read(stage, madang, people[i], room, seen[i]));
    const everybody = Promise.all([...writers, ...readers]);
    everybody.catch(() => {});

    const killing = (async () => {
      for (let round = 0; round < rounds; round += 1) {
        await stage.more(dice.between(20, 300));
        const how = dice.pick(Object.keys(kills));
        if (how !== 'immediately') stage.close();
        await kills[how]();
        if (how !== 'immediately') stage.reopen();
      }
      await stage.more(50);
      stage.over = true;
    })();
    await Promise.race([killing, everybody]);
    await within(killing, 120_000, 'the last round');
    await within(Promise.all(writers), 60_000, 'everything to be acknowledged');
    await Promise.all(rooms.map((room, i) => say(people[i], room, 'the end')));
    await within(everybody, 60_000, 'everybody to have read to the end');

    const rows = await postgres.query('madang', 'SELECT room_id, seq, author_id, key, coalesce(ordinal, 0) FROM events ORDER BY room_id, seq');
    const logs = new Map(rooms.map(({ id }) => [id, []]));
    for (const [room, seq, author, key] of rows) logs.get(Number(room)).push({ seq: Number(seq), name: `${room}/${author}/${key}`, key });
    for (const [i, { id }] of rooms.entries()) {
      const log = logs.get(id);
      assert.deepEqual(log.map(({ seq }) => seq), log.map((_, at) => at + 1), 'no hole');
      const [first] = seen[i];
      assert.deepEqual(seen[i], Array.from({ length: seen[i].length }, (_, at) => first + at), 'a reader saw every event once and in order');
      assert.equal(seen[i].at(-1), log.length, 'up to the last one');
    }
    const named = new Map();
    for (const { name, key, seq } of [...logs.values()].flat()) {
      if (key === '' || key.startsWith('~')) continue;
      assert.ok(!named.has(name), `${name} is there once`);
      named.set(name, seq);
    }
    for (const [name, seq] of stage.acknowledged) assert.equal(named.get(name), seq, name);
    console.log(`# ${stage.acknowledged.size} acknowledged, ${named.size} in the tables`);
  } finally {
    stage.over = true;
    await madang.stop();
    await postgres.stop();
  }
});

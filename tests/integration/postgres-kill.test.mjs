// The server and PostgreSQL are killed at random moments under load; afterwards what each client was told is compared with what the tables
// hold (design, G1, G2, G3). Ten times in CI, fifty with MADANG_SOAK.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { within } from '../support/deadline.mjs';
import { newGroup, newPeople, say } from '../support/people.mjs';
import { Postgres } from '../support/postgres.mjs';
import { seeded, shuffled } from '../support/random.mjs';
import { startServer } from '../support/server.mjs';
import { read, Stage, write, writeOnce } from '../support/stage.mjs';

const rounds = process.env.MADANG_SOAK ? 50 : 10;
// A commit takes 20 ms, so that most of what is under way is in PostgreSQL. Without fsync it would not wait; file by file the sync at each start
// takes seconds on a busy disk.
const slowCommits = { fsync: 'on', recovery_init_sync_method: 'syncfs', commit_delay: '20000', commit_siblings: '0' };

test(`kill -9 of the server and of PostgreSQL, ${rounds} times under load: G1, G2 and G3 hold`, async () => {
  const dice = seeded('kills');
  const postgres = await Postgres.start(slowCommits);
  await postgres.createDatabase('madang');
  const madang = await startServer({ env: { MADANG_STORAGE_URL: postgres.url('madang'), MADANG_AUTH_ACCESS_TTL: '1h' } });
  const stage = new Stage();
  const aim = () => postgres.aim();
  const go = (target) => postgres.kill(target);
  // While PostgreSQL alone is away the writers go on; without the server there is nobody to ask.
  const kills = {
    'the server': {
      go: () => { stage.close(); return madang.kill(); },
      back: async () => { await madang.restart(); stage.reopen(); },
    },
    PostgreSQL: { aim, go, back: () => postgres.launch() },
    'PostgreSQL, for longer than anybody waits': { aim, go, back: async () => { await stage.refusal(); await postgres.launch(); } },
    'PostgreSQL, by its immediate shutdown': { go: () => postgres.end('SIGQUIT'), back: () => postgres.launch() },
    both: {
      aim,
      go: (target) => { stage.close(); return Promise.all([go(target), madang.kill()]); },
      back: async () => { await postgres.launch(); await madang.restart(); stage.reopen(); },
    },
  };
  // Drawn before the writers throw the same dice.
  const plan = Array.from({ length: rounds / Object.keys(kills).length }).flatMap(() => shuffled(dice, Object.keys(kills)))
    .map((kind) => ({ kind, before: dice.between(20, 150), moment: dice.below(50) }));
  let killing;
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
    const writers = people.flatMap((person) => [
      ...[0, 1, 2].map((n) => write(stage, dice, person, rooms, `w${n}`)), writeOnce(stage, dice, person, rooms, 'once'),
    ]);
    const seen = rooms.flatMap((room) => [{ room, events: [] }, { room, events: [] }]);
    const readers = seen.map(({ room, events }, i) => read(stage, madang, people[i % people.length], room, events));
    const everybody = Promise.all([...writers, ...readers]);
    everybody.catch(() => {});

    const hits = {};
    killing = (async () => {
      for (const { kind, before, moment } of plan) {
        await stage.more(before);
        await pause(moment);
        (hits[kind] ??= []).push(await stage.hitBy(kills[kind]));
        await kills[kind].back();
      }
      await stage.more(50);
      stage.end();
    })();
    killing.catch(() => {});
    await Promise.race([killing, everybody]);
    await within(Promise.all(writers), 60_000, 'everything to be acknowledged');
    await Promise.all(rooms.map((room, i) => say(people[i], room, 'the end')));
    await within(everybody, 60_000, 'everybody to have read to the end');

    const rows = await postgres.query('madang', 'SELECT room_id, seq, author_id, key, body FROM events ORDER BY room_id, seq');
    const logs = new Map(rooms.map(({ id }) => [id, []]));
    for (const [room, seq, author, key, body] of rows)
      // By its text what has no key of its own.
      logs.get(Number(room)).push({ seq: Number(seq), name: key && `${room}/${author}/${key.startsWith('~') ? body : key}`, shown: [Number(seq), Number(author), body] });
    for (const log of logs.values()) assert.deepEqual(log.map(({ seq }) => seq), log.map((_, at) => at + 1), 'no hole');
    for (const { room, events } of seen) {
      const [[first]] = events;
      assert.deepEqual(events, logs.get(room.id).slice(first - 1).map(({ shown }) => shown), 'a reader saw every event once, in order and as it is kept');
    }
    const named = new Map();
    for (const { name, seq } of [...logs.values()].flat()) {
      if (!name) continue;
      assert.ok(!named.has(name), `${name} is there once`);
      named.set(name, seq);
    }
    for (const [name, seq] of [...stage.acknowledged, ...stage.saidOnce]) assert.equal(named.get(name), seq, name);
    const atWork = Object.values(hits).flat().filter((n) => n > 0).length;
    assert.ok(atWork >= 0.7 * rounds, `${atWork} kills of ${rounds} hit somebody at work: ${JSON.stringify(hits)}`);
    console.log(`# ${stage.acknowledged.size} and without a key ${stage.saidOnce.size} acknowledged, ${named.size} in the tables; under way at the kills: ${JSON.stringify(hits)}`);
  } finally {
    stage.end();
    await killing?.catch(() => {});  // or it would start what is stopped here
    stage.close();  // or what failed would ask for ever
    await madang.stop();
    await postgres.stop();
  }
});

// Two server processes write to the same hot rooms of one database: no hole, no key twice, no deadlock, no row that two agree on differently.
// They do not hear of each other's messages at once yet: that is the bus's.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client } from '../support/api.mjs';
import { eventually } from '../support/deadline.mjs';
import { befriend, done, newPeople } from '../support/people.mjs';
import { Postgres } from '../support/postgres.mjs';
import { seeded } from '../support/random.mjs';
import { startServer } from '../support/server.mjs';

const soak = Boolean(process.env.MADANG_SOAK);
const turns = soak ? 400 : 40;

// The same person, on the other node.
async function onOther(person, node) {
  const client = new Client(node.url);
  await done(client.signIn(person), 200);
  return client;
}

// Or that the log has none would say nothing: two sessions lock two rows the wrong way round.
async function seesDeadlocks(postgres) {
  await postgres.query('postgres', "CREATE TABLE pair AS SELECT n FROM generate_series(1, 2) n");
  const lock = (n) => `SELECT FROM pair WHERE n = ${n} FOR UPDATE`;
  const met = "SELECT pg_advisory_lock_shared(7); DO $$ BEGIN WHILE (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory') < 2 LOOP PERFORM pg_sleep(0.01); END LOOP; END $$";
  const both = [[1, 2], [2, 1]].map(([one, other]) => postgres.query('postgres', `BEGIN; ${lock(one)}; ${met}; ${lock(other)}; COMMIT`));
  const failed = (await Promise.allSettled(both)).filter(({ status }) => status === 'rejected');
  assert.equal(failed.length, 1);
  await eventually(() => /deadlock detected/.test(postgres.log), 'the log to say so');
  postgres.log = '';
}

test('two servers on one database leave no hole, no key twice and no deadlock in their hot rooms', async () => {
  const dice = seeded('two nodes');
  // Before anybody has waited for a lock for long enough to try something else.
  const postgres = await Postgres.start({ deadlock_timeout: '50ms' });
  await postgres.createDatabase('madang');
  await seesDeadlocks(postgres);
  const env = { MADANG_STORAGE_URL: postgres.url('madang'), MADANG_STORAGE_LANES: '3' };
  const nodes = [await startServer({ env }), await startServer({ env })];
  try {
    const people = await newPeople(nodes[0], 'ana', 'bo', 'cem', 'dee', 'eli', 'fay');
    const [ana, ...others] = people;
    await befriend(ana, ...others);
    const doubles = await Promise.all(people.map((person) => onOther(person, nodes[1])));
    const memberIds = others.map(({ user }) => user.id);
    const rooms = await Promise.all(Array.from({ length: 10 }, () => done(ana.post('/rooms', { kind: 'group', memberIds }), 201)));
    const answers = new Map();
    const note = (room, person, key, { status, body, text }) => {
      assert.ok([200, 201, 403, 503].includes(status), text);
      if (status > 201) return;
      const name = `${room.id}/${person.user.id}/${key}`;
      assert.ok(!answers.has(name) || answers.get(name) === body.seq, `${name} got two seqs`);
      answers.set(name, body.seq);
    };

    // Every turn: the same keys on both nodes at once, and things that lock more than one row.
    await Promise.all(rooms.flatMap((room) => people.map(async (person, i) => {
      for (let n = 0; n < turns; n += 1) {
        const path = `/rooms/${room.id}/messages`;
        const key = `k${n}`;
        const both = [person, doubles[i]].map(async (at) => note(room, person, key, await at.post(path, { text: key, key })));
        await Promise.all(both);
        const at = dice.pick([person, doubles[i]]);
        const turn = dice.below(12);
        if (turn === 0) await at.put(`/rooms/${room.id}/read`, { ordinal: 1 });
        if (turn === 1 && i > 0) await at.delete(`/rooms/${room.id}/members/me`);
        if (turn === 2) await dice.pick([ana, doubles[0]]).post(`/rooms/${room.id}/members`, { userIds: memberIds });
        if (turn === 3) await at.put(`/rooms/${room.id}/messages/2/reactions/${encodeURIComponent('👍')}`);
        if (turn === 4) await Promise.all([ana, doubles[0]].map((one) => one.patch(`/rooms/${room.id}`, { name: `name ${n}` })));
      }
    })));

    assert.ok(answers.size >= rooms.length * turns, `${answers.size} were acknowledged`);
    for (const room of rooms) {
      const rows = await postgres.query('madang', `SELECT seq, author_id, coalesce(key, ''), coalesce(ordinal, 0), kind FROM events WHERE room_id = ${room.id} ORDER BY seq`);
      assert.deepEqual(rows.map(([seq]) => Number(seq)), rows.map((_, at) => at + 1), 'seqs have no hole');
      const messages = rows.filter(([, , , , kind]) => kind === '1');
      assert.deepEqual(messages.map(([, , , ordinal]) => Number(ordinal)), messages.map((_, at) => at + 1), 'ordinals have no hole');
      const bySeq = new Map(messages.map(([seq, author, key]) => [`${room.id}/${author}/${key}`, Number(seq)]));
      assert.equal(bySeq.size, messages.length, 'no key twice');
      for (const [name, seq] of answers) if (name.startsWith(`${room.id}/`)) assert.equal(bySeq.get(name), seq, name);
      const [[lastSeq, lastOrdinal, members]] = await postgres.query('madang',
        `SELECT last_seq, last_ordinal, member_count - (SELECT count(*) FROM members WHERE room_id = ${room.id}) FROM rooms WHERE id = ${room.id}`);
      assert.deepEqual([lastSeq, lastOrdinal, members].map(Number), [rows.length, messages.length, 0]);
    }
    assert.doesNotMatch(postgres.log, /deadlock detected/);
  } finally {
    for (const node of nodes) await node.stop();
    await postgres.stop();
  }
});

// PostgreSQL does not let us in any more, and has ended the connections that we had: an outage like any other (design, G4).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually } from '../support/deadline.mjs';
import { allRefusedInTime, isWholeLog, readiness, serverOn, works } from '../support/outage.mjs';
import { newGroup, newPerson, say } from '../support/people.mjs';
import { Postgres } from '../support/postgres.mjs';

// Of these three are for administrators, such as this test.
const slots = { max_connections: '20', superuser_reserved_connections: '3' };

let postgres;
before(async () => {
  postgres = await Postgres.start(slots);
  await ask('CREATE ROLE app LOGIN');
  await ask('CREATE ROLE others LOGIN');
});
after(() => postgres?.stop());

const ask = (text) => postgres.query('postgres', text);
const countOf = async (user) => Number(await ask(`SELECT count(*) FROM pg_stat_activity WHERE usename = '${user}'`));
// Whoever comes back by now is refused.
const endOurs = async () => {
  await ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'");
  await eventually(async () => await countOf('app') === 0, 'our connections to be gone');
};

const occupied = [];
const refusals = [
  {
    what: 'has given all its connections to others',
    begin: async () => {
      await ask('ALTER ROLE app NOLOGIN');  // or we would be back before the others are there
      await endOurs();
      await eventually(async () => {
        const missing = 17 - await countOf('others');
        // Some may meet one of ours that is being refused, or ourselves.
        for (let n = 0; n < missing; n += 1) occupied.push(postgres.occupy('others'));
        return missing === 0;
      }, 'the others to have them all');
      await ask('ALTER ROLE app LOGIN');
    },
    end: async () => {
      for (const socket of occupied) socket.destroy();
      await ask('ALTER ROLE app LOGIN');
    },
    says: /connection slots are reserved/,
  },
  {
    what: 'allows no connections to our database',
    begin: async ({ database }) => {
      await ask(`ALTER DATABASE ${database} ALLOW_CONNECTIONS false`);
      await endOurs();
    },
    end: ({ database }) => ask(`ALTER DATABASE ${database} ALLOW_CONNECTIONS true`),
    says: /not currently accepting connections/,
  },
  {
    what: 'does not let our role log in',
    begin: async () => {
      await ask('ALTER ROLE app NOLOGIN');
      await endOurs();
    },
    end: () => ask('ALTER ROLE app LOGIN'),
    says: /not permitted to log in/,
  },
  {
    what: 'has been stopped, which ends its sessions with a word to each,',
    begin: () => postgres.end('SIGINT'),
    end: () => postgres.runs || postgres.launch(),
    says: /Is the server running/,
  },
];

for (const { what, begin, end, says } of refusals)
  test(`while PostgreSQL ${what} writes are refused in time; afterwards everything works again by itself`, async () => {
    const madang = await serverOn(postgres, {}, 'app');
    try {
      const ana = await newPerson(madang);
      const room = await newGroup(ana);
      await say(ana, room, 'before');
      await begin(madang);

      await allRefusedInTime(Array.from({ length: 5 }, (_, at) => ana.post(`/rooms/${room.id}/messages`, { text: `${at}`, key: `k${at}` })));
      assert.deepEqual(await readiness(madang), [200, 'ready', 'failing']);
      await eventually(() => says.test(madang.stderr()), 'the log to say why');

      await end(madang);
      await eventually(works(ana, room, 'k0'), 'writes to work again');
      await eventually(async () => (await ana.get(`/rooms/${room.id}`)).status === 200, 'reads to work again');
      await eventually(async () => (await readiness(madang))[2] === 'ok', 'readyz to say that all of it works');
      assert.deepEqual(await readiness(madang), [200, 'ready', 'ok']);
      assert.ok((await isWholeLog(ana, room)).length >= 3, 'creation, "before" and k0');
    } finally {
      await end(madang);
      await madang.stop();
    }
  });

// A random history of writes and reads on three nodes that share a cache, against a model: on the node of a write its effect is read at once,
// on the others within a second, after an outage of Redis within cache.ttl; who may read is never decided from a cache (design, chapter 6).
// A few rounds in CI, five minutes with MADANG_SOAK.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { eventually } from '../support/deadline.mjs';
import { now, Promises } from '../support/fact.mjs';
import { History } from '../support/history.mjs';
import { Nodes, state } from '../support/nodes.mjs';
import { seeded } from '../support/random.mjs';

const size = process.env.MADANG_SOAK ? { seconds: 240, away: 8000, times: 3 } : { seconds: 8, away: 2500, times: 1 };
const ttl = 2000;
// A Redis that hangs is given up on after a quarter of a second by the cache, and after a second when it is asked who is online. To
// give up twice would take 2.25 s.
const patience = (kind) => (kind === 'friends' ? 2000 : 1000);

let nodes, history;
before(async () => {
  nodes = await Nodes.start(3, {
    env: { MADANG_AUTH_ACCESS_TTL: '1h' },
    envOf: (i, { redis }) => ({ MADANG_CACHE_URL: redis.url, MADANG_CACHE_TTL: `${ttl / 1000}s` }),
  });
});
after(() => nodes?.stop());
afterEach(() => { if (history) console.log(`# ${history.summary()}`); });

async function begin(name) {
  const dice = seeded(name);
  history = await History.begin(nodes, dice, new Promises({ ttl }));
  await history.burst(60);
  return dice;
}

test('in a random history nothing is read that is older than promised, also when Redis forgets all of it', async () => {
  const dice = await begin('cache');
  const end = now() + size.seconds * 1000;
  for (let round = 0; now() < end; round += 1) {
    // After a few writes there is time to see what was forgotten; after many, what was put back.
    const burst = history.burst(dice.pick([1, 3, 10, 60]));
    if (round % 3 === 1) await nodes.redis.command('FLUSHALL');
    await burst;
    await history.settle();
    if (round === 2) await history.write('delete');
  }
});

for (const [what, away, back] of [
  ['hangs', (redis) => redis.signal('SIGSTOP'), (redis) => redis.signal('SIGCONT')],
  ['is killed', (redis) => redis.kill(), (redis) => redis.launch()],
])
  test(`while Redis ${what} everything is read within a second, and right again within cache.ttl of its return`, async () => {
    const dice = await begin(`cache, Redis ${what}`);
    for (let time = 0; time < size.times; time += 1) {
      history.promises.away();
      await away(nodes.redis);
      history.slowest = {};
      try {
        for (const end = now() + size.away; now() < end;) {
          await history.burst(dice.pick([1, 5, 20]));
          await history.readUntil(now() + dice.between(0, 500));
        }
        for (const [kind, ms] of Object.entries(history.slowest)) assert.ok(ms < patience(kind), `${kind} took ${Math.round(ms)} ms`);
      } finally {
        await back(nodes.redis);
        history.promises.back();
      }
      await history.settle();
      for (const node of nodes.all) await eventually(async () => await state(node) === 'ok', 'bus and cache to be whole again', 30_000);
      history.promises.whole();
      await history.burst(20);
      await history.settle();
    }
  });

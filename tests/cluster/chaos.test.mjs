// Nodes, Redis and PostgreSQL fail under load in a random order, while everybody goes on talking and comes back on any node; afterwards what
// each client saw and was told is compared with what the tables hold (design, G1 to G4). Each kind of fault once in CI, several times with
// MADANG_SOAK.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { choices, Crowd } from '../support/crowd.mjs';
import { eventually } from '../support/deadline.mjs';
import { Gate } from '../support/gate.mjs';
import { Nodes, state } from '../support/nodes.mjs';
import { shuffled } from '../support/random.mjs';

const size = process.env.MADANG_SOAK
  ? { clients: 300, rooms: 60, size: 5, pace: 4000, times: 8, hang: 10_000 }
  : { clients: 45, rooms: 12, size: 3, pace: 500, times: 1, hang: 2000 };

// What happens to `nodes`; `meanwhile` passes when the others have gone on for a while without what is away.
const faults = {
  'a node is killed': async ({ node, meanwhile }) => {
    assert.equal((await node.kill()).signal, 'SIGKILL');
    await meanwhile();
    await node.restart();
  },
  'a node is told to go': async ({ node, meanwhile }) => {
    node.terminate();
    assert.deepEqual(await node.exited(), { code: 0, signal: null });
    await meanwhile();
    await node.start();
  },
  'Redis is killed': async ({ nodes, meanwhile }) => {
    await nodes.redis.kill();
    await meanwhile();
    await nodes.redis.launch();
  },
  'Redis forgets': ({ nodes }) => nodes.redis.command('FLUSHALL'),
  'Redis hangs': async ({ nodes }) => {
    nodes.redis.signal('SIGSTOP');
    await pause(size.hang);
    nodes.redis.signal('SIGCONT');
  },
  'a node is cut from Redis': async ({ gate, meanwhile }) => {
    await gate.cut();
    await meanwhile();
    await gate.mend();
  },
  'PostgreSQL is killed': async ({ nodes }) => {
    await nodes.postgres.end();
    await nodes.postgres.launch();
  },
};

test(`${Object.keys(faults).length} kinds of faults, each ${size.times} times, under load on three nodes: G1, G2, G3 and G4 hold`, async () => {
  const dice = choices('chaos');
  const kinds = Array.from({ length: size.times }).flatMap(() => Object.keys(faults));
  // Before the clients throw the same dice.
  const plan = shuffled(dice, kinds).map((kind) => ({ kind, at: dice.below(3), before: dice.between(50, 300), away: dice.between(50, 300) }));
  let gate;
  const nodes = await Nodes.start(3, {
    env: { MADANG_AUTH_ACCESS_TTL: '1h' },
    envOf: async (i, { redis }) => {
      if (i < 2) return {};
      gate = await Gate.start(redis.port);
      return { MADANG_BUS_URLS: gate.url, MADANG_CACHE_URL: gate.url };
    },
  });
  try {
    const crowd = await Crowd.gather(nodes, dice, size);
    await crowd.tell(async () => {
      await crowd.begin(size.pace, { restless: 40 });
      for (const { kind, at, before, away } of plan) {
        await crowd.more(before);
        // No node has ended by itself.
        await Promise.all(nodes.all.map(state));
        crowd.phase = kind;
        await faults[kind]({ nodes, gate, node: nodes.all[at], meanwhile: () => crowd.more(away) });
      }
      await crowd.more(300);
      await crowd.settle();
      for (const node of nodes.all) await eventually(async () => await state(node) === 'ok', 'the bus to be whole again', 30_000);
    });
    console.log(`# ${plan.length} faults, ${crowd.summary()}`);
  } finally {
    await nodes.stop();
    await gate?.stop();
  }
});

// One node after the other is told to go and started again, under a steady load: nothing that was acknowledged is lost, nothing is doubled, no
// reader misses anything, and the clients come back by themselves (design, G6). One round in CI, three with MADANG_SOAK.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choices, Crowd } from '../support/crowd.mjs';
import { Nodes } from '../support/nodes.mjs';

const size = process.env.MADANG_SOAK
  ? { clients: 150, rooms: 30, size: 5, pace: 1500, rounds: 3, calm: 800 }
  : { clients: 30, rooms: 8, size: 3, pace: 300, rounds: 1, calm: 250 };

test(`three nodes are restarted one after the other under load, ${size.rounds} times`, async () => {
  const dice = choices('rolling restart');
  const nodes = await Nodes.start(3, { env: { MADANG_AUTH_ACCESS_TTL: '1h' } });
  try {
    const crowd = await Crowd.gather(nodes, dice, size);
    await crowd.tell(async () => {
      await crowd.begin(size.pace);
      for (let round = 0; round < size.rounds; round += 1) {
        for (const [i, node] of nodes.all.entries()) {
          await crowd.more(size.calm);
          crowd.phase = `node ${i} restarts`;
          const guests = crowd.clients.filter((client) => client.connected && client.node === node);
          node.terminate();
          assert.deepEqual(await node.exited(), { code: 0, signal: null });
          await crowd.until(() => guests.every((client) => client.connected && client.node !== node), 'its clients to be on other nodes');
          await crowd.more(size.calm);
          await node.start();
        }
      }
      await crowd.more(size.calm);
      await crowd.settle();
      const closings = Object.keys(crowd.counts).filter((what) => what.startsWith('closed'));
      assert.deepEqual(closings, ['closed with 1012 restart'], 'every connection was closed in order');
    });
    console.log(`# ${size.rounds * nodes.all.length} restarts, ${crowd.summary()}`);
  } finally {
    await nodes.stop();
  }
});

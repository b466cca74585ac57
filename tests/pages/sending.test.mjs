// A waiting message on its way: stored, sent, acknowledged, whatever comes first.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Outbox } from '../../static/js/outbox.js';
import { lasting } from '../../static/js/outbox-db.js';
import { createStore } from './support.mjs';

const opened = [];
after(() => opened.forEach((outbox) => outbox.channel.close()));

function setUp({ socket, api }) {
  const store = createStore();
  const db = lasting(() => Promise.reject(new Error('no storage here')));
  const outbox = new Outbox({ userId: 1, db, api, socket, store });
  opened.push(outbox);
  const idle = async () => { while (outbox.rooms.get(7)?.busy) await new Promise((resolve) => { setImmediate(resolve); }); };
  return { store, db, outbox, idle };
}

test('an acknowledged message stays until its event is here', async () => {
  const { store, db, outbox, idle } = setUp({ socket: { online: true, request: async () => ({ 'x-seq': '5' }) } });
  await outbox.add({ roomId: 7, text: 'hello' });
  await idle();
  const [entry] = store.get().outbox;
  assert.equal(entry.seq, 5);
  assert.deepEqual(await db.all(), []);
  await outbox.arrived(entry.key);
  assert.deepEqual(store.get().outbox, []);
});

test('an acknowledgement that comes after the event does not bring the message back', async () => {
  const socket = {
    online: true,
    request: async (destination, body, headers) => {
      await parts.outbox.arrived(headers['x-key']);
      return { 'x-seq': '5' };
    },
  };
  const parts = setUp({ socket });
  await parts.outbox.add({ roomId: 7, text: 'hello' });
  await parts.idle();
  assert.deepEqual(parts.store.get().outbox, []);
  assert.deepEqual(await parts.db.all(), []);
});

test('a silent network holds back everything behind the first message and fails nothing', async () => {
  let tried = 0;
  const api = { post: async () => { tried += 1; throw Object.assign(new Error('silent'), { code: 'timeout' }); } };
  const { store, outbox, idle } = setUp({ socket: { online: false }, api });
  await outbox.add({ roomId: 7, text: 'first' });
  await outbox.add({ roomId: 7, text: 'second' });
  await idle();
  clearTimeout(outbox.rooms.get(7).timer);
  assert.ok(tried >= 1);
  assert.deepEqual(store.get().outbox.map(({ text, state }) => [text, state]), [['first', 'waiting'], ['second', 'waiting']]);
});

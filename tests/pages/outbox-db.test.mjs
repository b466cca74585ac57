// The store of waiting messages never fails: it is opened again once, and then the tab remembers by itself.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lasting } from '../../static/js/outbox-db.js';

// Stores over the same entries, as connections to one database; each can be cut off.
function database() {
  const entries = new Map();
  const disk = { opened: 0, cut: false, forbidden: false };
  const open = async () => {
    if (disk.forbidden) throw new Error('forbidden');
    disk.opened += 1;
    const mine = disk.opened;
    const act = async (work) => {
      if (disk.cut && mine === 1) throw new Error('cut off');
      if (disk.forbidden) throw new Error('forbidden');
      return work();
    };
    return {
      all: () => act(() => [...entries.values()]),
      get: (key) => act(() => entries.get(key)),
      put: (entry) => act(() => { entries.set(entry.key, entry); }),
      remove: (key) => act(() => { entries.delete(key); }),
    };
  };
  return { disk, entries, open };
}
const keys = (entries) => entries.map(({ key }) => key);

test('a connection that was cut off is opened again, and what failed is done', async () => {
  const { disk, entries, open } = database();
  const store = lasting(open);
  await store.put({ key: 'a' });
  disk.cut = true;
  await Promise.all([store.put({ key: 'b' }), store.put({ key: 'c' })]);
  assert.deepEqual([...entries.keys()], ['a', 'b', 'c']);
  assert.equal(disk.opened, 2);
  assert.deepEqual(keys(await store.all()), ['a', 'b', 'c']);
});

test('where nothing helps, the tab goes on with all that it has seen', async () => {
  const { disk, entries, open } = database();
  entries.set('of another tab', { key: 'of another tab' });
  const store = lasting(open);
  await store.all();
  await store.put({ key: 'a' });
  await store.put({ key: 'b' });
  await store.remove('b');
  disk.forbidden = true;
  await store.put({ key: 'c' });
  assert.deepEqual(keys(await store.all()), ['of another tab', 'a', 'c']);
  assert.deepEqual(await store.get('c'), { key: 'c' });
  await store.remove('a');
  assert.deepEqual(keys(await store.all()), ['of another tab', 'c']);
});

test('a browser that forbids storage leaves a store of the tab', async () => {
  const { disk, open } = database();
  disk.forbidden = true;
  const store = lasting(open);
  await store.put({ key: 'a' });
  assert.deepEqual(keys(await store.all()), ['a']);
});

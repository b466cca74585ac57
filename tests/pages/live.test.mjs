// What happens elsewhere is taken in: gaps are repaired, a room that was left and entered again begins anew, nothing is asked for without end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Live } from '../../static/js/live.js';
import { Rooms } from '../../static/js/rooms.js';
import { fromPage } from '../../static/js/state/timeline.js';
import { createApi, createSocket, createStore, event, log, message, page, people, room } from './support.mjs';

function setUp(answers, state = {}) {
  const store = createStore({ rooms: { 7: room() }, timelines: { 7: fromPage(page([message(3), message(4)], 4)) }, ...state });
  const api = createApi(answers);
  const socket = createSocket();
  const rooms = new Rooms({ store, api, socket, people });
  const hide = (key) => store.set((now) => ({ ...now, outbox: now.outbox.filter((entry) => entry.key !== key) }));
  const live = new Live({ store, api, socket, rooms, people, onOwnMessage: hide, onEnded() {} });
  rooms.repairWith((roomId) => live.repair(roomId));
  const seqs = () => store.get().timelines[7].items.map(({ seq }) => seq);
  const askedFor = (start) => api.asked.filter((path) => path.startsWith(start)).length;
  return { store, api, socket, rooms, live, seqs, askedFor };
}
const turn = () => new Promise((resolve) => { setImmediate(resolve); });

test('a gap is filled from the log', async () => {
  const { live, seqs } = setUp({ '/rooms/7/events': log([message(5), message(6)]) });
  live.take(message(6));
  assert.deepEqual(seqs(), [3, 4]);
  await live.repair(7);
  assert.deepEqual(seqs(), [3, 4, 5, 6]);
});

test('a room that was left and entered again while the page was away begins anew and goes on', async () => {
  const again = room({ lastSeq: 10, lastOrdinal: 10, readOrdinal: 8, unread: 2 });
  const { live, store, seqs, askedFor } = setUp({
    '/rooms/7': again,
    '/rooms/7/messages': page([message(9), message(10)], 10),
    '/rooms/7/events': (path) => (path.includes('after=4&') ? log([message(9), message(10)], true) : log([])),
  });
  live.take(message(10));
  await live.repair(7);
  assert.deepEqual(seqs(), [9, 10]);
  assert.equal(store.get().rooms[7].lastSeq, 10);
  live.take(message(11));
  assert.deepEqual(seqs(), [9, 10, 11]);
  assert.ok(askedFor('/rooms/7/events') <= 2);
});

test('a log that brings nothing new is not read again and again', async () => {
  const { live, askedFor } = setUp({ '/rooms/7/events': log([message(4)], true) });
  await live.repair(7);
  assert.equal(askedFor('/rooms/7/events'), 1);
});

test('a waiting message leaves with its event, and comes back neither by that nor by the same event again', () => {
  const { live, store } = setUp({}, { outbox: [{ key: 'k', roomId: 7 }, { key: 'other', roomId: 7 }] });
  const mine = message(5, { authorId: 1, key: 'k' });
  live.take(mine);
  assert.deepEqual(store.get().outbox.map(({ key }) => key), ['other']);
  store.set((now) => ({ ...now, outbox: [...now.outbox, { key: 'k', roomId: 7 }] }));
  live.take(mine);
  assert.deepEqual(store.get().outbox.map(({ key }) => key), ['other']);
});

test('many who come and go have the room read again twice at most, also when they come from the log', async () => {
  const joins = Array.from({ length: 20 }, (_, i) => event(5 + i, 'join', { userIds: [10 + i] }));
  const later = Array.from({ length: 20 }, (_, i) => event(25 + i, 'message', { ordinal: 5 + i, text: 'x' }));
  const { live, store, api } = setUp({ '/rooms/7': room({ memberCount: 23 }), '/rooms/7/events': log([...joins, ...later]) });
  const readings = () => api.asked.filter((path) => path === '/rooms/7').length;
  for (const one of [...joins, ...later]) live.take(one);
  await live.rooms.refresh(7);
  assert.ok(readings() <= 2, `${readings()} times`);
  assert.equal(store.get().rooms[7].memberCount, 23);
  assert.equal(store.get().rooms[7].lastSeq, 44);

  store.set({ rooms: { 7: room() }, timelines: {} });
  api.asked.length = 0;
  await live.repair(7);
  await turn();
  assert.ok(readings() >= 1 && readings() <= 2, `${readings()} times`);
});

test('a room that nobody looks at keeps a bounded timeline, the open one is left to its page', () => {
  const { live, store, seqs } = setUp({});
  for (let seq = 5; seq <= 400; seq += 1) live.take(message(seq));
  assert.equal(seqs().length, 300);
  assert.equal(seqs().at(-1), 400);
  assert.equal(store.get().timelines[7].hasOlder, true);
  store.set({ route: { page: 'chats', roomId: 7 } });
  live.take(message(401));
  assert.equal(seqs().length, 301);
});

test('the first connection reads what is in no log, like every other one', async () => {
  const { live, store } = setUp({ '/rooms/sync': { rooms: [], added: [], removed: [] }, '/rooms': { rooms: [room({ readOrdinal: 4, muted: true })], epoch: 'e' } });
  await live.connected();
  assert.equal(store.get().rooms[7].muted, true);
});

test('another epoch voids what is known and what was acknowledged, but not what still waits', async () => {
  const { live, store } = setUp({
    '/rooms/sync': () => { throw Object.assign(new Error('conflict'), { code: 'conflict', status: 409 }); },
    '/rooms': { rooms: [room({ lastSeq: 2, lastOrdinal: 2 })], epoch: 'f' },
  }, { outbox: [{ key: 'waits', roomId: 7 }, { key: 'acknowledged', roomId: 7, seq: 5 }] });
  await live.sync();
  const { rooms, timelines, outbox, epoch } = store.get();
  assert.deepEqual([rooms[7].lastSeq, timelines, epoch], [2, {}, 'f']);
  assert.deepEqual(outbox.map(({ key }) => key), ['waits']);
});

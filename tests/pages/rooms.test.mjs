// What is read of rooms fits to what events have told meanwhile.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rooms } from '../../static/js/rooms.js';
import { applyEvent, findItem, fromPage, trim } from '../../static/js/state/timeline.js';
import { applyReads } from '../../static/js/state/reads.js';
import { createApi, createSocket, createStore, event, message, page, people, room } from './support.mjs';

function setUp(answers, state = {}) {
  const store = createStore({ rooms: { 7: room() }, ...state });
  const api = createApi(answers);
  const socket = createSocket();
  const rooms = new Rooms({ store, api, socket, people });
  return { store, api, socket, rooms };
}
const member = (id, readOrdinal) => ({ user: { id }, role: 'member', readOrdinal });
const withTimeline = (store, change) => store.set((now) => ({ ...now, timelines: { 7: change(now.timelines[7]) } }));

test('a read mark that the server does not have is sent again after the reconnection', async () => {
  const { rooms, socket, store } = setUp({ '/rooms': { rooms: [room({ readOrdinal: 2 }), room({ id: 8, readOrdinal: 4 })], epoch: 'e' } }, { rooms: { 7: room(), 8: room({ id: 8 }) } });
  await rooms.reload();
  assert.deepEqual(socket.sent, [{ destination: '/app/rooms/7/read', body: { ordinal: 4 } }]);
  assert.equal(store.get().rooms[7].unread, 0);
});

test('a report of reading that comes while the members are read again is not undone', async () => {
  let answer;
  const { rooms, store } = setUp({ '/rooms/7/members': () => new Promise((resolve) => { answer = resolve; }) }, { reads: { 7: { 1: 4, 2: 1, 3: 1 } } });
  const reading = rooms.loadMembers(7);
  store.set((now) => ({ ...now, reads: { 7: applyReads(now.reads[7], [{ userId: 2, ordinal: 4 }]) } }));
  answer({ members: [member(1, 4), member(2, 1), member(4, 3)] });
  await reading;
  assert.deepEqual(store.get().reads[7], { 1: 4, 2: 4, 4: 3 });
});

test('an older page is put in front only of the timeline for which it was read', async () => {
  let answer;
  const long = fromPage(page([4, 5, 6, 7].map((seq) => message(seq)), 7, true));
  const { rooms, store } = setUp({ '/rooms/7/messages': () => new Promise((resolve) => { answer = resolve; }) }, { timelines: { 7: long } });
  const reading = rooms.loadOlder(7);
  withTimeline(store, (timeline) => trim(timeline, 2));
  answer(page([message(2), message(3)], 7));
  await reading;
  assert.deepEqual(store.get().timelines[7].items.map(({ seq }) => seq), [6, 7]);
  assert.equal(store.get().timelines[7].hasOlder, true);
});

test('an older page that does not know of a deletion yet is read again', async () => {
  let readings = 0;
  const gone = { ...message(2), text: undefined, deletedAt: 'x' };
  const { rooms, store, api } = setUp({
    '/rooms/7/messages': () => {
      readings += 1;
      // The deletion comes while the first page is on its way.
      if (readings === 1) withTimeline(store, (timeline) => applyEvent(timeline, event(8, 'delete', { targetSeq: 2 }), 1).timeline);
      return readings === 1 ? page([message(2)], 7) : page([gone], 8);
    },
  }, { timelines: { 7: fromPage(page([message(7)], 7, true)) } });
  await rooms.loadOlder(7);
  assert.equal(findItem(store.get().timelines[7], 2).text, undefined);
  assert.equal(api.asked.length, 2);
});

test('messages that come meanwhile are no reason to read an older page again', async () => {
  const { rooms, store, api } = setUp({
    '/rooms/7/messages': () => {
      withTimeline(store, (timeline) => applyEvent(timeline, message(8), 1).timeline);
      return page([message(2)], 7);
    },
  }, { timelines: { 7: fromPage(page([message(7)], 7, true)) } });
  await rooms.loadOlder(7);
  assert.deepEqual(store.get().timelines[7].items.map(({ seq }) => seq), [2, 7, 8]);
  assert.equal(api.asked.length, 1);
});

test('an older page is asked for a few times at most', async () => {
  let seq = 7;
  const { rooms, store, api } = setUp({
    '/rooms/7/messages': () => {
      seq += 1;
      withTimeline(store, (timeline) => applyEvent(timeline, event(seq, 'edit', { targetSeq: 2, text: 'x' }), 1).timeline);
      return page([message(2)], seq - 1);
    },
  }, { timelines: { 7: fromPage(page([message(7)], 7, true)) } });
  await rooms.loadOlder(7);
  assert.equal(api.asked.length, 3);
  assert.equal(store.get().timelines[7].items.length, 1);
});

test('a quoted message is missing when the server says so, not when the server is away', async () => {
  let status = 503;
  const { rooms, store } = setUp({ '/rooms/7/messages/2': () => { throw Object.assign(new Error('refused'), { status }); } });
  await rooms.fetchQuoted(7, 2);
  assert.equal(store.get().quoted[7], undefined);
  status = 404;
  await rooms.fetchQuoted(7, 2);
  assert.equal(store.get().quoted[7][2].missing, true);
});

test('what starting over sweeps away while a room is opened is read once more', async () => {
  const { rooms, store } = setUp({
    '/rooms': { rooms: [room()], epoch: 'f' },
    '/rooms/7': room(),
    '/rooms/7/messages': page([message(4)], 4),
    '/rooms/7/members': async () => {
      if (store.get().epoch === 'e') await rooms.startOver();
      return { members: [member(1, 4)] };
    },
  });
  await rooms.open(7);
  assert.equal(store.get().epoch, 'f');
  assert.equal(store.get().timelines[7].lastSeq, 4);
});

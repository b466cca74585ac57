// One event taken into the list of chats, the timeline and the read marks together.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { knownSeq, receive, withRoomAnew } from '../../static/js/state/receive.js';
import { applyRead, asksForRoom, byNewest, mergeRoom, totalUnread } from '../../static/js/state/rooms.js';
import { applyReads, readsAfterEvent, unreadBy } from '../../static/js/state/reads.js';
import { fromPage } from '../../static/js/state/timeline.js';

const me = 1;
const room = (extra = {}) => ({ id: 7, kind: 'group', members: [], memberCount: 3, lastSeq: 4, lastOrdinal: 3, readOrdinal: 3, unread: 0, createdAt: '2026-11-22T08:00:00.000Z', ...extra });
const message = (seq, ordinal, extra = {}) => ({ roomId: 7, seq, kind: 'message', ordinal, authorId: 2, text: 'hello', createdAt: '2026-11-22T09:00:00.000Z', ...extra });
const stateWith = (extra = {}) => ({ me: { id: me }, rooms: { 7: room() }, timelines: {}, reads: {}, members: {}, quoted: {}, outbox: [], ...extra });

test('somebody else’s message counts as unread, my own does not', () => {
  const { state } = receive(stateWith(), message(5, 4));
  assert.equal(state.rooms[7].unread, 1);
  assert.equal(state.rooms[7].lastMessage.text, 'hello');
  const after = receive(state, message(6, 5, { authorId: me })).state;
  assert.equal(after.rooms[7].unread, 0);
});

test('an event of an unknown room, a known one and one after a gap change nothing', () => {
  const state = stateWith();
  assert.deepEqual(receive(state, { ...message(5, 4), roomId: 8 }), { state, outcome: 'unknown' });
  assert.deepEqual(receive(state, message(4, 3)), { state, outcome: 'known' });
  assert.deepEqual(receive(state, message(6, 5)), { state, outcome: 'gap' });
});

test('a timeline that lags behind its room is repaired from its own position', () => {
  const timelines = { 7: fromPage({ messages: [message(2, 2)], lastSeq: 2, hasMore: false }) };
  const state = stateWith({ timelines });
  assert.equal(knownSeq(state, 7), 2);
  assert.equal(receive(state, message(5, 4)).outcome, 'gap');
  const once = receive(state, message(3, 3));
  assert.equal(once.outcome, 'applied');
  assert.equal(once.state.timelines[7].lastSeq, 3);
  assert.equal(once.state.rooms[7].lastSeq, 4, 'the room knew this event already');
});

test('my own leaving takes the room away', () => {
  const { state, outcome } = receive(stateWith({ reads: { 7: { 1: 3 } } }), { roomId: 7, seq: 5, kind: 'leave', authorId: me, userId: me, createdAt: 'x' });
  assert.equal(outcome, 'left');
  assert.deepEqual([state.rooms, state.reads], [{}, {}]);
});

test('an edit and a deletion of the last message show in the list', () => {
  const first = receive(stateWith(), message(5, 4)).state;
  const edited = receive(first, { roomId: 7, seq: 6, kind: 'edit', authorId: 2, targetSeq: 5, text: 'hi', createdAt: 'x' }).state;
  assert.equal(edited.rooms[7].lastMessage.text, 'hi');
  const deleted = receive(edited, { roomId: 7, seq: 7, kind: 'delete', authorId: 2, targetSeq: 5, createdAt: 'x' }).state;
  assert.equal(deleted.rooms[7].lastMessage.text, undefined);
  assert.equal(deleted.rooms[7].lastMessage.deletedAt, 'x');
});

test('a quoted message is forgotten when it is edited or deleted, and only then', () => {
  const state = stateWith({ quoted: { 7: { 1: { text: 'old' }, 2: { text: 'other' } }, 8: { 1: { text: 'elsewhere' } } } });
  const change = (kind, extra) => receive(state, { roomId: 7, seq: 5, kind, authorId: 2, targetSeq: 1, createdAt: 'x', ...extra }).state.quoted;
  for (const [kind, extra] of [['edit', { text: 'new' }], ['delete', {}]]) assert.deepEqual(change(kind, extra), { 7: { 2: { text: 'other' } }, 8: { 1: { text: 'elsewhere' } } }, kind);
  assert.equal(change('reaction', { emoji: '👍', on: true }), state.quoted);
});

test('only events that do not say everything ask for the room, and the next one does not ask again', () => {
  assert.deepEqual(['message', 'edit', 'delete', 'reaction', 'rename', 'join', 'leave', 'role'].filter((kind) => asksForRoom({ kind })), ['join', 'leave', 'role']);
});

test('a room that begins anew takes the newest page where it has a timeline, keeps its marks, and drops what will never come as an event', () => {
  const outbox = [{ key: 'a', roomId: 7, seq: 9 }, { key: 'b', roomId: 7, seq: 12 }, { key: 'c', roomId: 7 }, { key: 'd', roomId: 8, seq: 1 }];
  const state = stateWith({ timelines: { 7: fromPage({ messages: [message(2, 2)], lastSeq: 2 }) }, reads: { 7: { 1: 3 } }, quoted: { 7: { 1: {} } }, outbox });
  const next = withRoomAnew(state, room({ lastSeq: 10 }), { messages: [message(10, 8)], lastSeq: 10, hasMore: true });
  assert.deepEqual([next.rooms[7].lastSeq, knownSeq(next, 7), next.timelines[7].hasOlder], [10, 10, true]);
  assert.deepEqual([next.reads, next.quoted[7]], [{ 7: { 1: 3 } }, {}]);
  assert.deepEqual(next.outbox.map(({ key }) => key), ['b', 'c', 'd']);
  assert.deepEqual(withRoomAnew(stateWith(), room({ lastSeq: 10 })).timelines, {});
});

test('a read mark never goes back', () => {
  const behind = room({ lastOrdinal: 9, readOrdinal: 5, unread: 4 });
  assert.equal(applyRead(behind, 7).unread, 2);
  assert.equal(applyRead(behind, 3), behind);
});

test('a room that is read again keeps our position, so that its events still arrive', () => {
  const merged = mergeRoom(room({ lastSeq: 4, readOrdinal: 3 }), room({ lastSeq: 6, lastOrdinal: 5, readOrdinal: 2, memberCount: 9 }));
  assert.equal(merged.lastSeq, 4);
  assert.equal(merged.memberCount, 9);
  assert.equal(merged.readOrdinal, 3);
  assert.equal(merged.unread, 2);
});

test('the list is ordered by the newest message, and muted rooms do not count', () => {
  const rooms = { 1: room({ id: 1, unread: 2 }), 2: room({ id: 2, unread: 5, muted: true, lastMessage: { createdAt: '2026-11-23T00:00:00.000Z' } }) };
  assert.deepEqual(byNewest(rooms).map(({ id }) => id), [2, 1]);
  assert.equal(totalUnread(rooms), 2);
});

test('the number beside a message counts members who have not read it, without its author', () => {
  let reads = { 1: 2, 2: 2, 3: 2 };
  const fourth = message(5, 3);
  reads = readsAfterEvent(reads, fourth, 2);
  assert.equal(unreadBy(fourth, reads), 2);
  reads = applyReads(reads, [{ userId: 1, ordinal: 3 }, { userId: 3, ordinal: 1 }, { userId: 99, ordinal: 3 }]);
  assert.equal(unreadBy(fourth, reads), 1);
  reads = readsAfterEvent(reads, { kind: 'join', userIds: [4] }, 3);
  assert.equal(unreadBy(fourth, reads), 1, 'who joins starts at the end');
  reads = readsAfterEvent(reads, { kind: 'leave', userId: 3 }, 3);
  assert.equal(unreadBy(fourth, reads), 0);
});

test('without read marks the server’s number is shown', () => {
  assert.equal(unreadBy(message(5, 3, { unreadBy: 120 }), undefined), 120);
});

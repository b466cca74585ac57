// How a timeline becomes rows.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstUnread, layOut } from '../../static/js/state/rows.js';

const message = (seq, authorId, createdAt) => ({ seq, kind: 'message', authorId, createdAt });
const dayOf = (iso) => iso.slice(0, 10);
const rowsOf = (items, extra = {}) => layOut(items, { dayOf, ...extra });

test('each day begins with a separator', () => {
  const rows = rowsOf([message(1, 1, '2026-11-21T23:59:00Z'), message(2, 1, '2026-11-22T00:00:00Z'), message(3, 2, '2026-11-22T01:00:00Z')]);
  assert.deepEqual(rows.map(({ type }) => type), ['day', 'message', 'day', 'message', 'message']);
});

test('messages of one person within a minute are joined: name at the first, time at the last', () => {
  const rows = rowsOf([message(1, 1, '2026-11-22T10:00:05Z'), message(2, 1, '2026-11-22T10:00:50Z'), message(3, 1, '2026-11-22T10:01:00Z'), message(4, 2, '2026-11-22T10:01:01Z')]).slice(1);
  assert.deepEqual(rows.map(({ first, last }) => [first, last]), [[true, false], [false, true], [true, true], [true, true]]);
});

test('a notice stands alone and parts messages', () => {
  const rows = rowsOf([message(1, 1, '2026-11-22T10:00:05Z'), { seq: 2, kind: 'leave', authorId: 3, createdAt: '2026-11-22T10:00:06Z' }, message(3, 1, '2026-11-22T10:00:07Z')]);
  assert.deepEqual(rows.map(({ type }) => type), ['day', 'message', 'notice', 'message']);
  assert.equal(rows[3].first, true);
});

test('the line before the first unread message', () => {
  const rows = rowsOf([message(1, 1, '2026-11-22T10:00:05Z'), message(2, 1, '2026-11-22T10:00:06Z')], { firstUnreadSeq: 2 });
  assert.deepEqual(rows.map(({ type }) => type), ['day', 'message', 'unread', 'message']);
});

test('the line stands where reading had stopped, and nowhere while that place may lie further up', () => {
  const said = (seq, authorId) => ({ ...message(seq, authorId, '2026-11-22T10:00:05Z'), ordinal: seq });
  const items = [said(51, 2), said(52, 1), said(53, 2)];
  assert.equal(firstUnread({ items, hasOlder: true }, 51, 1), 53, 'my own message is not unread');
  assert.equal(firstUnread({ items, hasOlder: true }, 10, 1), undefined);
  assert.equal(firstUnread({ items: [said(10, 2), said(11, 2), ...items], hasOlder: true }, 10, 1), 11);
  assert.equal(firstUnread({ items, hasOlder: false }, 0, 1), 51);
  assert.equal(firstUnread({ items, hasOlder: false }, undefined, 1), undefined, 'nothing was unread');
});

// How a timeline becomes rows.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layOut } from '../../static/js/state/rows.js';

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

// The timeline of a room as the page holds it: whatever order pages and events arrive in, the seq decides.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyEvent, emptyTimeline, findItem, fromPage, isInFront, prepend, trim } from '../../static/js/state/timeline.js';

const me = 1;
const other = 2;
const at = (seq) => `2026-11-22T08:${String(seq).padStart(2, '0')}:00.000Z`;
const message = (seq, extra = {}) => ({ roomId: 7, seq, kind: 'message', ordinal: seq, authorId: other, text: `text ${seq}`, createdAt: at(seq), ...extra });
const event = (seq, kind, extra = {}) => ({ roomId: 7, seq, kind, authorId: other, createdAt: at(seq), ...extra });
const page = (messages, lastSeq, hasMore = false) => ({ messages, lastSeq, hasMore, epoch: 'e' });
const take = (timeline, ...events) => events.reduce((now, one) => applyEvent(now, one, me).timeline, timeline);
const seqs = (timeline) => timeline.items.map(({ seq }) => seq);

test('the next event is appended and moves the position', () => {
  const { timeline, outcome } = applyEvent(fromPage(page([message(1)], 1)), message(2), me);
  assert.equal(outcome, 'applied');
  assert.deepEqual(seqs(timeline), [1, 2]);
  assert.equal(timeline.lastSeq, 2);
});

test('an event that comes twice is shown once', () => {
  const timeline = take(emptyTimeline(), message(1), message(2));
  const again = applyEvent(timeline, message(1), me);
  assert.equal(again.outcome, 'known');
  assert.equal(again.timeline, timeline);
});

test('an event whose predecessor is missing changes nothing and asks for a repair', () => {
  const timeline = take(emptyTimeline(), message(1));
  const { outcome, timeline: after } = applyEvent(timeline, message(3), me);
  assert.equal(outcome, 'gap');
  assert.equal(after, timeline);
  assert.deepEqual(seqs(take(timeline, message(2), message(3))), [1, 2, 3]);
});

test('edits, deletions and reactions take a seq but no row', () => {
  const timeline = take(emptyTimeline(), message(1), event(2, 'edit', { targetSeq: 1, text: 'better' }), event(3, 'reaction', { targetSeq: 1, emoji: '👍', on: true }));
  assert.deepEqual(seqs(timeline), [1]);
  assert.equal(timeline.lastSeq, 3);
  const [item] = timeline.items;
  assert.equal(item.text, 'better');
  assert.equal(item.editedAt, at(2));
  assert.deepEqual(item.reactions, [{ emoji: '👍', count: 1, mine: false }]);
});

test('a deleted message keeps its place and loses text, file and reactions', () => {
  const timeline = take(emptyTimeline(), message(1, { file: { id: 1 } }), event(2, 'reaction', { targetSeq: 1, emoji: '👍', on: true }), event(3, 'delete', { targetSeq: 1 }));
  const [item] = timeline.items;
  assert.equal(item.text, undefined);
  assert.equal(item.file, undefined);
  assert.deepEqual(item.reactions, []);
  assert.equal(item.deletedAt, at(3));
});

test('an edit without content, because the message was deleted later, changes nothing', () => {
  const timeline = take(emptyTimeline(), message(1), event(2, 'edit', { targetSeq: 1 }));
  assert.equal(timeline.items[0].text, 'text 1');
  assert.equal(timeline.lastSeq, 2);
});

test('an event whose target is not loaded only moves the position', () => {
  const timeline = take(fromPage(page([message(5)], 5, true)), event(6, 'edit', { targetSeq: 2, text: 'x' }));
  assert.deepEqual(seqs(timeline), [5]);
  assert.equal(timeline.lastSeq, 6);
});

test('reactions are counted for each emoji, know mine, and go when nobody is left', () => {
  const on = (seq, authorId, emoji, value) => event(seq, 'reaction', { targetSeq: 1, authorId, emoji, on: value });
  let timeline = take(emptyTimeline(), message(1), on(2, me, '👍', true), on(3, other, '👍', true), on(4, other, '🎉', true));
  assert.deepEqual(timeline.items[0].reactions, [{ emoji: '👍', count: 2, mine: true }, { emoji: '🎉', count: 1, mine: false }]);
  timeline = take(timeline, on(5, me, '👍', false), on(6, other, '🎉', false));
  assert.deepEqual(timeline.items[0].reactions, [{ emoji: '👍', count: 1, mine: false }]);
});

test('a page that already counts a reaction is not counted again when its event arrives', () => {
  const counted = message(1, { reactions: [{ emoji: '👍', count: 1, mine: false }] });
  const present = fromPage(page([message(5)], 5, true));
  // The older page was read when the room stood at 6; the reaction of seq 6 is in it, and its event is still on the way.
  const both = prepend(present, page([counted], 6));
  const after = take(both, event(6, 'reaction', { targetSeq: 1, emoji: '👍', on: true }), event(7, 'reaction', { targetSeq: 1, emoji: '👍', on: true, authorId: 3 }));
  assert.deepEqual(findItem(after, 1).reactions, [{ emoji: '👍', count: 2, mine: false }]);
});

test('an older page comes in front, without what is there already, and does not move the position', () => {
  const timeline = prepend(fromPage(page([message(5), message(6)], 6, true)), page([message(3), message(4), message(5)], 9, true));
  assert.deepEqual(seqs(timeline), [3, 4, 5, 6]);
  assert.equal(timeline.lastSeq, 6);
  assert.equal(timeline.hasOlder, true);
  assert.equal(prepend(timeline, page([message(2)], 9)).hasOlder, false);
});

test('what has passed a timeline without its message is remembered, so that an older page must know of it', () => {
  const loaded = fromPage(page([message(5)], 5, true));
  assert.equal(take(loaded, message(6), event(7, 'edit', { targetSeq: 5, text: 'x' })).passedSeq, 0);
  assert.equal(take(loaded, event(6, 'delete', { targetSeq: 2 }), message(7)).passedSeq, 6);
  assert.equal(take(loaded, event(6, 'role', { userId: 2, role: 'admin' })).passedSeq, 0);
});

test('a timeline that was shortened or begun again has something else in front', () => {
  const timeline = fromPage(page([message(5), message(6)], 6, true));
  assert.equal(isInFront(timeline, 5), true);
  assert.equal(isInFront(trim(timeline, 1), 5), false);
  assert.equal(isInFront(emptyTimeline(), 5), false);
});

test('a long timeline can forget its beginning and read it again', () => {
  const timeline = fromPage(page([1, 2, 3, 4].map((seq) => message(seq)), 4));
  const short = trim(timeline, 2);
  assert.deepEqual(seqs(short), [3, 4]);
  assert.equal(short.hasOlder, true);
  assert.deepEqual(seqs(prepend(short, page([message(1), message(2)], 4))), [1, 2, 3, 4]);
  assert.equal(trim(timeline, 10), timeline);
});

// Waiting messages: their order, what a refusal means, and when they disappear from the screen.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { afterRefusal, newEntry, newKey, resent, retryDelay, sendable, visibleEntries } from '../../static/js/state/outbox.js';

const entry = (key, order, extra = {}) => ({ ...newEntry({ roomId: 7, text: key }, { key, now: 0, order }), ...extra });
const timeline = (items, lastSeq = 0) => ({ items, lastSeq });

test('a key has the form that the server accepts', () => {
  assert.match(newKey(new Uint8Array([0, 1, 171, 255])), /^[A-Za-z0-9._-]{1,64}$/);
  assert.equal(newKey(new Uint8Array([0, 1, 171, 255])), '0001abff');
});

test('a room’s messages are sent in the order in which they were written; failed and sent ones are passed over', () => {
  const entries = [entry('c', 3), entry('a', 1), entry('x', 2, { state: 'failed' }), entry('y', 0, { seq: 9 }), entry('b', 2.5), { ...entry('z', 0), roomId: 8 }];
  assert.deepEqual(sendable(entries, 7).map(({ key }) => key), ['a', 'b', 'c']);
});

test('refusals that pass by themselves keep the message waiting', () => {
  for (const code of ['rate_limited', 'too_busy', 'unavailable', 'offline', 'disconnected', 'token_expired']) {
    const before = entry('a', 1);
    assert.deepEqual(afterRefusal(before, code), { verdict: 'later', entry: before }, code);
  }
});

test('a refusal for good is a failure with its reason, and can be sent again with the same key', () => {
  const { verdict, entry: failed } = afterRefusal(entry('a', 1), 'blocked');
  assert.equal(verdict, 'failed');
  assert.equal(failed.state, 'failed');
  assert.equal(failed.code, 'blocked');
  const again = resent(failed);
  assert.deepEqual([again.state, again.key, again.code], ['waiting', 'a', undefined]);
});

test('the first time-out is tried again, the second one is a failure', () => {
  const first = afterRefusal(entry('a', 1), 'timeout');
  assert.equal(first.verdict, 'later');
  const second = afterRefusal(first.entry, 'timeout');
  assert.equal(second.verdict, 'failed');
  assert.equal(second.entry.code, 'timeout');
});

test('a time-out without a connection says nothing about the message', () => {
  const before = entry('a', 1, { timeouts: 1 });
  assert.deepEqual(afterRefusal(before, 'timeout', { online: false }), { verdict: 'later', entry: before });
});

test('the pause before another attempt doubles up to ten seconds and respects Retry-After', () => {
  assert.deepEqual([0, 1, 2, 3, 10].map((attempt) => retryDelay(attempt, undefined, 0)), [500, 1000, 2000, 4000, 10_000]);
  assert.equal(retryDelay(0, 3, 0), 3000);
  assert.equal(retryDelay(0, undefined, 1), 625);
});

test('a message is hidden as soon as its event is in the timeline, by key or by seq', () => {
  const entries = [entry('a', 1), entry('b', 2, { seq: 5 }), entry('c', 3, { seq: 6 })];
  const shown = visibleEntries(entries, 7, timeline([{ authorId: 1, key: 'a' }], 5), 1);
  assert.deepEqual(shown.map(({ key }) => key), ['c']);
});

test('somebody else’s key hides nothing of mine', () => {
  assert.equal(visibleEntries([entry('a', 1)], 7, timeline([{ authorId: 2, key: 'a' }]), 1).length, 1);
});

// The judge of the random history (cache.test.mjs) itself: it lets pass what is promised, and nothing older.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fact, now, Promises } from '../support/fact.mjs';

// A fact that was 'old', and written 'new' on node 0 so many ms ago; null: the write is not answered yet.
function written(ago, promises = new Promises({ bound: 1000, ttl: 3000 })) {
  const fact = new Fact(promises, 'old');
  fact.begin('new', 0, now() - (ago ?? 0) - 5, ago === null ? Infinity : now() - ago);
  return { fact, promises };
}

const check = (fact, node, shown, certain) => fact.check({ node, began: now(), ended: now() }, 'it', shown, (value) => value, certain);
const stale = /it, read on node \d in .* shows "old"/;

test('a write that is not answered may be seen or not, on every node', () => {
  const { fact } = written(null);
  for (const node of [0, 1]) for (const shown of ['old', 'new']) check(fact, node, shown);
});

test('the node of a write shows it at once, others after a second', () => {
  const { fact, promises } = written(20);
  assert.throws(() => check(fact, 0, 'old'), stale);
  check(fact, 0, 'new');
  check(fact, 1, 'new');
  assert.equal(promises.worst.calm, 0);
  check(fact, 1, 'old');
  assert.ok(promises.worst.calm >= 20 && promises.worst.calm < 1000, `${promises.worst.calm}`);
  assert.throws(() => check(written(1001).fact, 1, 'old'), stale);
});

test('what is never cached binds every node at once', () => {
  assert.throws(() => check(written(20).fact, 1, 'old', true), stale);
});

test('of two writes on two nodes each binds by its own time', () => {
  const { fact } = written(50);
  fact.begin('newer', 1, now() - 30, now() - 20);
  assert.throws(() => check(fact, 0, 'old'), stale);
  check(fact, 0, 'new');
  assert.throws(() => check(fact, 1, 'new'), /shows "new"/);
  check(fact, 2, 'old');
});

test('what was never written is never right', () => {
  assert.throws(() => check(written(20).fact, 1, 'invented'), /shows "invented"/);
});

test('a write while Redis is away binds others cache.ttl after its return, and its own node at once', () => {
  const promises = new Promises({ bound: 10, ttl: 0 });
  promises.away();
  const fact = new Fact(promises, 'old');
  fact.begin('new', 0, now() - 1, now());
  const later = now() + 100;
  const shown = (node, began) => fact.check({ node, began, ended: began }, 'it', 'old', (value) => value);
  shown(1, later);
  assert.throws(() => shown(0, later), stale);
  promises.back();
  promises.whole();
  assert.throws(() => shown(1, later), stale);
});

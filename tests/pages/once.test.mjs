// Work that is done once at a time for each name.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onceAtATime } from '../../static/js/once.js';

// Work that ends when it is told to.
function slowWork() {
  const runs = [];
  const run = onceAtATime((name) => new Promise((resolve, reject) => { runs.push({ name, resolve, reject }); }));
  return { runs, run };
}
const turn = () => new Promise((resolve) => { setImmediate(resolve); });

test('however many ask while it is under way, it is done once more, and they wait for that', async () => {
  const { runs, run } = slowWork();
  const first = run('a');
  const others = [run('a'), run('a'), run('a')];
  assert.equal(runs.length, 1);
  runs[0].resolve();
  await turn();
  assert.equal(runs.length, 2);
  runs[1].resolve();
  await Promise.all([first, ...others]);
  assert.equal(runs.length, 2);
});

test('names do not wait for each other, and what has ended begins anew', async () => {
  const { runs, run } = slowWork();
  const [a, b] = [run('a'), run('b')];
  assert.deepEqual(runs.map(({ name }) => name), ['a', 'b']);
  for (const { resolve } of runs) resolve();
  await Promise.all([a, b]);
  run('a');
  assert.equal(runs.length, 3);
});

test('a failure is told and does not stand in the way of the next time', async () => {
  const { runs, run } = slowWork();
  const failing = run('a');
  runs[0].reject(new Error('no'));
  await assert.rejects(failing, /no/);
  run('a');
  assert.equal(runs.length, 2);
});

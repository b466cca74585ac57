import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { done, eventsOf, newGroup, newPeople, newPerson, refused, say } from '../support/people.mjs';
import { startServer } from '../support/server.mjs';

let server;
let ana;
let room;
// A join (seq 1) and the messages m2 to m21, whose names are their seqs.
before(async () => {
  server = await startServer();
  ana = await newPerson(server, 'ana');
  room = await newGroup(ana);
  for (let seq = 2; seq <= 21; seq += 1) await say(ana, room, `m${seq}`);
});
after(() => server?.stop());

const page = (query) => done(ana.get(`/rooms/${room.id}/messages?${query}`), 200);
const seqs = ({ messages }) => messages.map(({ seq }) => seq);
const range = (from, to) => Array.from({ length: to - from + 1 }, (_, at) => from + at);

test('without a place, the newest page comes, oldest first', async () => {
  const newest = await page('limit=5');
  assert.deepEqual(seqs(newest), range(17, 21));
  assert.equal(newest.hasMore, true);
  assert.equal(newest.lastSeq, 21);
  assert.equal(newest.epoch, (await done(ana.get('/rooms'), 200)).epoch);
});

test('before pages backwards to the beginning', async () => {
  const middle = await page('before=17&limit=10');
  assert.deepEqual(seqs(middle), range(7, 16));
  assert.equal(middle.hasMore, true);
  const first = await page('before=7&limit=10');
  assert.deepEqual(seqs(first), range(1, 6));
  assert.equal(first.hasMore, false);
  const nothing = await page('before=1');
  assert.deepEqual([seqs(nothing), nothing.hasMore], [[], false]);
});

test('after pages forwards to the end', async () => {
  const middle = await page('after=5&limit=10');
  assert.deepEqual(seqs(middle), range(6, 15));
  assert.equal(middle.hasMore, true);
  const last = await page('after=15&limit=10');
  assert.deepEqual(seqs(last), range(16, 21));
  assert.equal(last.hasMore, false);
  assert.deepEqual(seqs(await page('after=21')), []);
  assert.deepEqual(seqs(await page('after=0&limit=2')), [1, 2]);
});

test('a page that ends exactly at the end has no more', async () => {
  assert.equal((await page('after=11&limit=10')).hasMore, false);
  assert.equal((await page('before=11&limit=10')).hasMore, false);
  assert.equal((await page('limit=21')).hasMore, false);
});

test('around shows both sides of a message', async () => {
  const around = await page('around=10&limit=5');
  assert.ok(seqs(around).includes(10));
  assert.ok(seqs(around).some((seq) => seq < 10));
  assert.ok(seqs(around).some((seq) => seq > 10));
  assert.ok(around.messages.length <= 5);
  assert.equal(around.hasMore, true);
  assert.deepEqual(seqs(await page('around=10&limit=1000')), range(1, 21));
});

test('of before, after and around one at most', async () => {
  for (const query of ['before=5&after=2', 'before=5&around=5', 'after=1&around=5']) {
    await refused(ana.get(`/rooms/${room.id}/messages?${query}`), 400, 'invalid_request');
  }
  for (const [name, value] of [['before', 'x'], ['after', '-1'], ['around', ''], ['limit', '1001'], ['limit', '0']]) {
    await refused(ana.get(`/rooms/${room.id}/messages?${name}=${value}`), 400, 'invalid_request', name);
  }
});

test('the event log is contiguous and pages forwards', async () => {
  const read = (query) => done(ana.get(`/rooms/${room.id}/events?${query}`), 200);
  const first = await read('limit=10');
  assert.deepEqual(first.events.map(({ seq }) => seq), range(1, 10));
  assert.deepEqual([first.hasMore, first.lastSeq], [true, 21]);
  const rest = await read('after=10&limit=1000');
  assert.deepEqual(rest.events.map(({ seq }) => seq), range(11, 21));
  assert.equal(rest.hasMore, false);
  await refused(ana.get(`/rooms/${room.id}/events?limit=1001`), 400, 'invalid_request', 'limit');
  await refused(ana.get(`/rooms/${room.id}/events?after=x`), 400, 'invalid_request', 'after');
});

test('an entry that never was is not found', async () => {
  for (const seq of ['22', '0', '-1', 'x', '9007199254740992']) {
    await refused(ana.get(`/rooms/${room.id}/messages/${seq}`), 404, 'not_found');
  }
});

test('edits, deletions and reactions are applied and not listed', async () => {
  const other = await newGroup(ana);
  const said = await say(ana, other, 'first');
  await done(ana.patch(`/rooms/${other.id}/messages/${said.seq}`, { text: 'second' }), 200);
  await done(ana.put(`/rooms/${other.id}/messages/${said.seq}/reactions/${encodeURIComponent('👍')}`));
  const { messages, lastSeq } = await done(ana.get(`/rooms/${other.id}/messages`), 200);
  assert.deepEqual(messages.map(({ kind }) => kind), ['join', 'message']);
  assert.equal(messages[1].text, 'second');
  assert.ok(messages[1].editedAt);
  assert.deepEqual(messages[1].reactions, [{ emoji: '👍', count: 1, mine: true }]);
  assert.equal(lastSeq, 4, 'they have taken seqs all the same');
});

test('who joins later sees from the joining on, founders see all', async () => {
  const [bo, cy] = await newPeople(server, 'bo', 'cy');
  const shared = await newGroup(bo);
  const secret = await say(bo, shared, 'before you came');
  await done(bo.post('/friends', { userId: cy.user.id }), 201);
  await done(cy.post(`/friends/requests/${bo.user.id}/accept`));
  await done(bo.post(`/rooms/${shared.id}/members`, { userIds: [cy.user.id] }), 200);
  await say(bo, shared, 'welcome');

  const { messages, hasMore } = await done(cy.get(`/rooms/${shared.id}/messages`), 200);
  assert.deepEqual(messages.map(({ seq, kind }) => [seq, kind]), [[3, 'join'], [4, 'message']]);
  assert.equal(hasMore, false);
  assert.deepEqual((await eventsOf(cy, shared)).map(({ seq }) => seq), [3, 4]);
  assert.deepEqual((await done(cy.get(`/rooms/${shared.id}/messages?before=4`), 200)).messages.map(({ seq }) => seq), [3]);
  await refused(cy.get(`/rooms/${shared.id}/messages/${secret.seq}`), 404, 'not_found');
  await refused(cy.post(`/rooms/${shared.id}/messages`, { text: 'what?', replyTo: secret.seq }), 400, 'invalid_request', 'replyTo');
  await refused(cy.put(`/rooms/${shared.id}/messages/${secret.seq}/reactions/${encodeURIComponent('👍')}`), 404, 'not_found');
  assert.deepEqual((await eventsOf(bo, shared)).map(({ seq }) => seq), [1, 2, 3, 4]);
});

test('an event whose target is out of sight keeps its seq and says nothing', async () => {
  const [bo, cy] = await newPeople(server, 'bo', 'cy');
  const shared = await newGroup(bo);
  const one = await say(bo, shared, 'one');
  const two = await say(bo, shared, 'two');
  await done(bo.post('/friends', { userId: cy.user.id }), 201);
  await done(cy.post(`/friends/requests/${bo.user.id}/accept`));
  await done(bo.post(`/rooms/${shared.id}/members`, { userIds: [cy.user.id] }), 200);
  await done(bo.patch(`/rooms/${shared.id}/messages/${one.seq}`, { text: 'edited secret' }), 200);
  await done(bo.put(`/rooms/${shared.id}/messages/${one.seq}/reactions/${encodeURIComponent('👍')}`));
  await done(bo.delete(`/rooms/${shared.id}/messages/${two.seq}`));

  const [, edit, reaction, deletion] = await eventsOf(cy, shared);
  assert.deepEqual([edit.seq, edit.kind, edit.targetSeq, edit.text], [5, 'edit', one.seq, undefined]);
  assert.deepEqual([reaction.seq, reaction.kind, reaction.targetSeq, reaction.emoji, reaction.on], [6, 'reaction', one.seq, undefined, undefined]);
  assert.deepEqual([deletion.seq, deletion.kind, deletion.targetSeq], [7, 'delete', two.seq]);
  const [full] = (await eventsOf(bo, shared)).filter(({ kind }) => kind === 'edit');
  assert.equal(full.text, 'edited secret');
});

test('a page of long messages is cut at about a mebibyte, and paging on misses and repeats nothing', async () => {
  const long = await newGroup(ana);
  const text = '마'.repeat(8000);
  await Promise.all(Array.from({ length: 120 }, () => say(ana, long, text)));
  const all = range(1, 121);
  const read = async (query) => {
    const { status, text: json, body } = await ana.get(`/rooms/${long.id}/messages?limit=1000&${query}`);
    assert.equal(status, 200);
    assert.ok(Buffer.byteLength(json) < 1.2 * 1024 * 1024, `${query}: ${Buffer.byteLength(json)} bytes`);
    assert.equal(body.lastSeq, 121);
    return body;
  };
  const cut = ({ messages, hasMore }) => hasMore && messages.length * text.length * 3 > 0.9 * 1024 * 1024;
  // What follows in one direction, page by page until nothing is left there.
  const onward = async (first, next) => {
    const pages = [first];
    while (pages.at(-1).hasMore) {
      const page = await next(pages.at(-1));
      assert.ok(page.messages.length > 0, 'a page that is not the last holds something');
      pages.push(page);
    }
    return pages.map(seqs);
  };
  const older = (page) => read(`before=${page.messages[0].seq}`);
  const newer = (page) => read(`after=${page.messages.at(-1).seq}`);

  const newest = await read('');
  assert.ok(cut(newest), `${newest.messages.length} messages`);
  assert.equal(newest.messages.at(-1).seq, 121);
  const backwards = await onward(newest, older);
  assert.ok(backwards.length >= 3);
  assert.deepEqual(backwards.reverse().flat(), all);

  const oldest = await read('after=0');
  assert.ok(cut(oldest), `${oldest.messages.length} messages`);
  const forwards = await onward(oldest, newer);
  assert.ok(forwards.length >= 3);
  assert.deepEqual(forwards.flat(), all);

  for (const seq of [1, 2, 60, 120, 121]) {
    const around = await read(`around=${seq}`);
    assert.ok(seqs(around).includes(seq), `${seq} in ${seqs(around)}`);
    assert.ok(around.hasMore);
    const [before, later] = [await onward(await older(around), older), await onward(await newer(around), newer)];
    assert.deepEqual([...before.reverse().flat(), ...seqs(around), ...later.flat()], all, `around ${seq}`);
  }
});

test('a log of long messages is cut at about a mebibyte as well', async () => {
  const long = await newGroup(ana);
  await Promise.all(Array.from({ length: 60 }, () => say(ana, long, '마'.repeat(8000))));
  const pages = [];
  for (let last = 0, more = true; more;) {
    const { status, text, body } = await ana.get(`/rooms/${long.id}/events?after=${last}&limit=1000`);
    assert.equal(status, 200);
    assert.ok(Buffer.byteLength(text) < 1.2 * 1024 * 1024, `${Buffer.byteLength(text)} bytes`);
    assert.ok(body.events.length > 0);
    pages.push(body.events.map(({ seq }) => seq));
    last = body.events.at(-1).seq;
    more = body.hasMore;
  }
  assert.ok(pages.length >= 2);
  assert.deepEqual(pages.flat(), range(1, 61));
});

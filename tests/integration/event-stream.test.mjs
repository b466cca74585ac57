// GET /rooms/{id}/events as a stream: the raw log, and then what comes, for clients that have no WebSocket.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { EventSource } from '../support/event-source.mjs';
import { exchange } from '../support/http.mjs';
import { done, eventsOf, newGroup, newPeople, say } from '../support/people.mjs';
import { startServer } from '../support/server.mjs';

let server;
before(async () => { server = await startServer(); });
after(() => server.stop());

const stream = (person, room, { query = '', headers = {} } = {}) =>
  EventSource.open(`${server.url}/api/v1/rooms/${room.id}/events${query}`, { Authorization: `Bearer ${person.token}`, ...headers });

test('the log and then what comes, each event with its position, in order and once', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const room = await newGroup(ana, [bo]);
  await say(ana, room, 'before\nthe stream');
  const source = await stream(bo, room);
  assert.equal(source.headers['content-type'], 'text/event-stream');
  assert.equal(source.headers['cache-control'], 'no-store');
  await source.count(2);
  await Promise.all(Array.from({ length: 30 }, (_, i) => say(i % 2 ? ana : bo, room, `text ${i}`)));
  await source.count(32);
  const { epoch, events } = await done(ana.get(`/rooms/${room.id}/events?limit=1000`), 200);
  assert.deepEqual(source.events.map(({ data }) => data), events);
  assert.deepEqual(source.events.map(({ id }) => id), events.map(({ seq }) => `${epoch}.${seq}`));
  source.close();
});

test('who comes back with Last-Event-ID goes on behind it, and `after` says where to begin', async () => {
  const [ana] = await newPeople(server, 'ana');
  const room = await newGroup(ana);
  const first = await stream(ana, room);
  const [{ id }] = await first.count(1);
  first.close();
  const missed = await say(ana, room, 'missed');
  const second = await stream(ana, room, { headers: { 'Last-Event-ID': id } });
  assert.deepEqual((await second.count(1)).map(({ data }) => data.seq), [missed.seq]);
  const next = await say(ana, room, 'next');
  await second.count(2);
  second.close();
  const third = await stream(ana, room, { query: `?after=${missed.seq}` });
  assert.deepEqual((await third.count(1)).map(({ data }) => data.seq), [next.seq]);
  third.close();
});

test('a position of another epoch, from the future or of no sense is answered with a reset, and it goes on live', async () => {
  const [ana] = await newPeople(server, 'ana');
  const room = await newGroup(ana);
  const [{ seq }] = await eventsOf(ana, room);
  const { epoch } = await done(ana.get('/rooms'), 200);
  for (const id of ['another.1', `${epoch}.999`, `${epoch}.x`, `${epoch}.-1`, 'nonsense']) {
    const source = await stream(ana, room, { headers: { 'Last-Event-ID': id } });
    const [reset] = await source.count(1);
    assert.equal(reset.event, 'reset', id);
    assert.equal(reset.data.epoch, epoch);
    assert.ok(reset.data.lastSeq >= seq);
    assert.equal(reset.id, `${epoch}.${reset.data.lastSeq}`);
    const said = await say(ana, room, 'live');
    assert.equal((await source.count(2))[1].data.seq, said.seq);
    source.close();
  }
});

test('strangers are refused, and who is removed or signed out hears nothing more', async () => {
  const [ana, bo, cem] = await newPeople(server, 'ana', 'bo', 'cem');
  const room = await newGroup(ana, [bo]);
  const refused = await stream(cem, room);
  assert.deepEqual([refused.status, refused.body.code], [403, 'not_a_member']);
  const none = await EventSource.open(`${server.url}/api/v1/rooms/${room.id}/events`);
  assert.deepEqual([none.status, none.body.code], [401, 'unauthenticated']);
  const wrong = await stream(ana, room, { query: '?after=x' });
  assert.deepEqual([wrong.status, wrong.body.code], [400, 'invalid_request']);

  const source = await stream(bo, room);
  await source.count(1);
  await done(ana.delete(`/rooms/${room.id}/members/${bo.user.id}`));
  await source.end();
  assert.ok(source.events.every(({ data }) => data.kind !== 'message'));

  const other = await stream(ana, room);
  await other.count(1);
  await done(ana.delete('/sessions/current'));
  await other.end(3000);
});

test('an edit of what the reader may not see comes without content', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const room = await newGroup(ana);
  const { seq } = await say(ana, room, 'before bo');
  await done(ana.post('/friends', { userId: bo.user.id }), 201);
  await done(bo.post(`/friends/requests/${ana.user.id}/accept`));
  await done(ana.post(`/rooms/${room.id}/members`, { userIds: [bo.user.id] }), 200);
  const source = await stream(bo, room);
  assert.equal((await source.count(1))[0].data.kind, 'join');
  await done(ana.patch(`/rooms/${room.id}/messages/${seq}`, { text: 'a secret' }), 200);
  const [, { data }] = await source.count(2);
  assert.deepEqual([data.kind, data.targetSeq, data.text], ['edit', seq, undefined]);
  source.close();
});

test('an orderly stop ends streams at once, and a reader that does not read does not hold it up', async () => {
  const own = await startServer();
  const [ana] = await newPeople(own, 'ana');
  const room = await newGroup(ana);
  const open = () => EventSource.open(`${own.url}/api/v1/rooms/${room.id}/events`, { Authorization: `Bearer ${ana.token}` });
  const source = await open();
  const deaf = await open();
  deaf.request.socket.pause();
  await source.count(1);
  const began = Date.now();
  own.terminate();
  await source.end(5000);
  assert.deepEqual(await own.exited(), { code: 0, signal: null });
  assert.ok(Date.now() - began < 10_000);
  deaf.close();
  await own.stop();
});

test('HEAD says what GET would, and sends no events', async () => {
  const [ana] = await newPeople(server, 'ana');
  const room = await newGroup(ana);
  const answer = await exchange(new URL(`${server.url}/api/v1/rooms/${room.id}/events`),
    { method: 'HEAD', headers: { Authorization: `Bearer ${ana.token}`, Accept: 'text/event-stream' } });
  assert.deepEqual([answer.status, answer.headers['content-type'], answer.text], [200, 'text/event-stream', '']);
});

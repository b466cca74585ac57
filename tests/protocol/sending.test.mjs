import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { checkShape } from '../support/openapi.mjs';
import { done, eventsOf, newDirect, newGroup, newPeople, newPerson, say } from '../support/people.mjs';
import { startServer } from '../support/server.mjs';
import { Stomp } from '../support/stomp.mjs';

let server;
let ana;
before(async () => {
  server = await startServer();
  ana = await newPerson(server, 'ana');
});
after(() => server?.stop());

const json = (room, body, headers = {}) => [
  'SEND', { destination: `/app/rooms/${room.id}/messages`, 'content-type': 'application/json', ...headers }, JSON.stringify(body)];

// A refusal on /user/queue/errors: code and receipt-id in the headers, the problem in the body.
async function refusal(socket, errors, receipt, code) {
  const frame = await socket.message(errors, ({ headers }) => headers['receipt-id'] === receipt);
  assert.equal(frame.headers.code, code);
  assert.equal(frame.headers.destination, '/user/queue/errors');
  const problem = checkShape('Problem', frame.json());
  assert.equal(problem.code, code);
  return problem;
}

test('the RECEIPT of a message comes after commit, with its place', async () => {
  const room = await newGroup(ana);
  const socket = await Stomp.signedIn(server, ana);
  const { headers } = await socket.say(room, '안녕');
  assert.deepEqual([headers['x-seq'], headers['x-ordinal'], headers['x-duplicate']], ['2', '1', undefined]);
  assert.equal((await done(ana.get(`/rooms/${room.id}/messages/2`), 200)).text, '안녕');
  await socket.close();
});

test('a body in JSON is like that of POST', async () => {
  const room = await newGroup(ana);
  const socket = await Stomp.signedIn(server, ana);
  const first = await socket.acknowledged(...json(room, { text: 'question', key: 'q-1' }));
  const second = await socket.acknowledged(...json(room, { text: 'answer', replyTo: Number(first.headers['x-seq']) }));
  const [, question, answer] = await eventsOf(ana, room);
  assert.deepEqual([question.text, question.key], ['question', 'q-1']);
  assert.deepEqual([answer.seq, answer.replyTo], [Number(second.headers['x-seq']), question.seq]);
  await socket.close();
});

test('a repeated key is answered with the first place and "x-duplicate"', async () => {
  const room = await newGroup(ana);
  const socket = await Stomp.signedIn(server, ana);
  const first = await socket.say(room, 'once', { 'x-key': 'k-1' });
  const again = await socket.say(room, 'once more', { 'x-key': 'k-1' });
  assert.equal(again.headers['x-duplicate'], 'true');
  assert.equal(again.headers['x-seq'], first.headers['x-seq']);
  assert.equal(again.headers['x-ordinal'], first.headers['x-ordinal']);
  const inBody = await socket.acknowledged(...json(room, { text: 'in the body', key: 'k-1' }));
  assert.equal(inBody.headers['x-duplicate'], 'true');
  const overRest = await done(ana.post(`/rooms/${room.id}/messages`, { text: 'by REST', key: 'k-1' }), 200);
  assert.equal(String(overRest.seq), first.headers['x-seq']);
  assert.equal((await eventsOf(ana, room)).length, 2);
  await socket.close();
});

test('a repeat on another socket while the first is in flight is one message', async () => {
  const room = await newGroup(ana);
  const sockets = await Promise.all([1, 2, 3, 4].map(() => Stomp.signedIn(server, ana)));
  const receipts = await Promise.all(sockets.flatMap((socket) => Array.from({ length: 10 }, (_, at) => socket.say(room, 'racing', { 'x-key': `k${at}` }))));
  assert.equal(new Set(receipts.map(({ headers }) => headers['x-seq'])).size, 10);
  assert.equal(receipts.filter(({ headers }) => headers['x-duplicate'] !== 'true').length, 10);
  assert.equal((await eventsOf(ana, room)).length, 11);
  for (const socket of sockets) await socket.close();
});

test('every kind of frame that asks gets a RECEIPT', async () => {
  const room = await newGroup(ana);
  await say(ana, room, 'one');
  const socket = await Stomp.signedIn(server, ana);
  await socket.acknowledged('SUBSCRIBE', { id: 's', destination: `/topic/rooms/${room.id}` });
  await socket.acknowledged('SEND', { destination: `/app/rooms/${room.id}/typing` });
  await socket.acknowledged('SEND', { destination: `/app/rooms/${room.id}/read`, 'content-type': 'application/json' }, '{"ordinal":1}');
  await socket.acknowledged('UNSUBSCRIBE', { id: 's' });
  await socket.say(room, 'two');
  await socket.acknowledged('DISCONNECT');
  await socket.closing();
});

test('a frame that asks for no RECEIPT gets none', async () => {
  const room = await newGroup(ana);
  const socket = await Stomp.signedIn(server, ana);
  socket.send('SEND', { destination: `/app/rooms/${room.id}/messages`, 'content-type': 'text/plain' }, 'quiet');
  await socket.acknowledged('DISCONNECT', { receipt: 'bye' });
  assert.deepEqual(socket.frames.map(({ command }) => command), ['CONNECTED', 'RECEIPT']);
  assert.equal((await eventsOf(ana, room)).at(-1).text, 'quiet');
});

test('refusals go to the errors queue, and the connection goes on', async () => {
  const [bo, eve] = await newPeople(server, 'bo', 'eve');
  const room = await newGroup(bo);
  const socket = await Stomp.signedIn(server, eve);
  const errors = await socket.subscribe('/user/queue/errors');
  const own = await newGroup(eve);
  const attempt = (receipt, ...frame) => socket.send(frame[0], { ...frame[1], receipt }, frame[2]);

  attempt('1', ...json(room, { text: 'hi' }));
  await refusal(socket, errors, '1', 'not_a_member');
  attempt('2', ...json({ id: 999999999 }, { text: 'hi' }));
  await refusal(socket, errors, '2', 'not_a_member');
  attempt('3', ...json(own, { text: ' ' }));
  assert.equal((await refusal(socket, errors, '3', 'invalid_request')).errors[0].field, 'text');
  attempt('4', ...json(own, { txet: 'x' }));
  await refusal(socket, errors, '4', 'invalid_request');
  attempt('5', 'SEND', { destination: `/app/rooms/${own.id}/messages`, 'content-type': 'application/json' }, '{');
  await refusal(socket, errors, '5', 'malformed_json');
  attempt('6', 'SEND', { destination: '/app/nowhere' });
  await refusal(socket, errors, '6', 'not_found');
  attempt('7', 'SEND', { destination: `/topic/rooms/${own.id}` }, '{}');
  await refusal(socket, errors, '7', 'not_found');
  attempt('8', 'SEND', { destination: `/app/rooms/${room.id}/typing` });
  await refusal(socket, errors, '8', 'not_a_member');
  attempt('9', 'SEND', { destination: `/app/rooms/${own.id}/read`, 'content-type': 'application/json' }, '{"ordinal":5}');
  await refusal(socket, errors, '9', 'invalid_request');
  attempt('10', ...json(own, { text: 'x', key: 'a' }, { 'x-key': 'b' }));
  await refusal(socket, errors, '10', 'invalid_request');

  assert.equal((await socket.say(own, 'unharmed')).headers['x-ordinal'], '1');
  assert.equal((await eventsOf(bo, room)).length, 1);
  await socket.close();
});

test('a refusal of a frame without a receipt names none', async () => {
  const socket = await Stomp.signedIn(server, ana);
  const errors = await socket.subscribe('/user/queue/errors');
  socket.send('SEND', { destination: '/app/nowhere' });
  const { headers } = await socket.message(errors);
  assert.equal(headers['receipt-id'], undefined);
  assert.ok(headers['message-id']);
  await socket.close();
});

test('without the errors queue a refusal is an ERROR and the end', async () => {
  const [bo, eve] = await newPeople(server, 'bo', 'eve');
  const room = await newGroup(bo);
  const socket = await Stomp.signedIn(server, eve);
  socket.send('SEND', { destination: `/app/rooms/${room.id}/messages`, 'content-type': 'text/plain', receipt: 'r' }, 'hi');
  const { headers, json: problem } = await socket.error();
  assert.equal(headers['receipt-id'], 'r');
  assert.equal(headers.code, 'not_a_member');
  assert.equal(checkShape('Problem', problem()).code, 'not_a_member');
  await socket.closing();
});

test('a block refuses direct messages over STOMP too', async () => {
  const [bo, cy] = await newPeople(server, 'bo', 'cy');
  const room = await newDirect(bo, cy);
  await done(bo.put(`/blocks/${cy.user.id}`));
  const socket = await Stomp.signedIn(server, cy);
  const errors = await socket.subscribe('/user/queue/errors');
  socket.send(...json(room, { text: 'hi' }, { receipt: 'b' }));
  await refusal(socket, errors, 'b', 'blocked');
  await socket.close();
});

test('sends over the rate are refused one by one', async () => {
  const strict = await startServer({ env: { MADANG_LIMITS_SENDS_PER_SECOND: '1', MADANG_LIMITS_SENDS_BURST: '2' } });
  try {
    const bo = await newPerson(strict, 'bo');
    const room = await newGroup(bo);
    const socket = await Stomp.signedIn(strict, bo);
    const errors = await socket.subscribe('/user/queue/errors');
    for (let count = 0; count < 10; count += 1) socket.send(...json(room, { text: `${count}` }, { receipt: `r${count}` }));
    const answered = await Promise.all(Array.from({ length: 10 }, (_, at) => socket.waitFor(({ headers }) => headers['receipt-id'] === `r${at}`)));
    assert.ok(answered.filter(({ command }) => command === 'RECEIPT').length >= 2);
    const refusals = answered.filter(({ command }) => command === 'MESSAGE');
    assert.ok(refusals.length > 0);
    for (const { headers } of refusals) assert.deepEqual([headers.code, headers.subscription], ['rate_limited', errors.id]);
    await socket.close();
  } finally {
    await strict.stop();
  }
});

test('a thousand sends in flight are all answered and stand in one order', async () => {
  const room = await newGroup(ana);
  const socket = await Stomp.signedIn(server, ana);
  const receipts = await Promise.all(Array.from({ length: 1000 }, (_, at) => socket.say(room, `${at}`, { receipt: `m${at}` })));
  const seqs = receipts.map(({ headers }) => Number(headers['x-seq']));
  assert.deepEqual(seqs, Array.from({ length: 1000 }, (_, at) => at + 2), 'what one socket sends to one room keeps its order');
  const texts = (await eventsOf(ana, room)).slice(1).map(({ text }) => text);
  assert.deepEqual(texts, Array.from({ length: 999 }, (_, at) => `${at}`), 'a page of the log has 1000 events');
  await socket.close();
});

for (const command of ['ACK', 'NACK', 'BEGIN', 'COMMIT', 'ABORT']) {
  test(`${command} is refused until it exists`, async () => {
    const socket = await Stomp.signedIn(server, ana);
    socket.send(command, { id: '1', transaction: 't' });
    const { headers } = await socket.error();
    assert.equal(headers.code, 'invalid_request');
    await socket.closing();
  });
}

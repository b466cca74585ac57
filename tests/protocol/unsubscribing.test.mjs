import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newGroup, newPerson } from '../support/people.mjs';
import { startServer } from '../support/server.mjs';
import { Stomp } from '../support/stomp.mjs';

let server;
let ana;
let bo;
before(async () => {
  server = await startServer();
  [ana, bo] = [await newPerson(server, 'ana'), await newPerson(server, 'bo')];
});
after(() => server?.stop());

test('who was refused a subscription may unsubscribe from it like from any other', async () => {
  const [own, foreign] = [await newGroup(ana), await newGroup(bo)];
  const socket = await Stomp.signedIn(server, ana);
  const errors = await socket.subscribe('/user/queue/errors');
  socket.send('SUBSCRIBE', { id: 's', destination: `/topic/rooms/${foreign.id}`, receipt: 'r' });
  const refusal = await socket.message(errors);
  assert.equal(refusal.headers.code, 'not_a_member');
  assert.equal(refusal.headers['receipt-id'], 'r');
  await socket.acknowledged('UNSUBSCRIBE', { id: 's' });
  await socket.say(own, 'still here');
  await socket.subscribe(`/topic/rooms/${own.id}`, { id: 's' });
  await socket.close();
});

test('an UNSUBSCRIBE of what is not there is answered, as often as it comes', async () => {
  const room = await newGroup(ana);
  const socket = await Stomp.signedIn(server, ana);
  await socket.acknowledged('UNSUBSCRIBE', { id: 'never' });
  const { id } = await socket.subscribe(`/topic/rooms/${room.id}`);
  await socket.acknowledged('UNSUBSCRIBE', { id });
  await socket.acknowledged('UNSUBSCRIBE', { id });
  await socket.say(room, 'still here');
  await socket.close();
});

test('an UNSUBSCRIBE without an id is an ERROR and the end', async () => {
  const socket = await Stomp.signedIn(server, ana);
  socket.send('UNSUBSCRIBE', { destination: '/user/queue/errors' });
  await socket.error();
  assert.deepEqual(await socket.closing(), { code: 1008, reason: 'protocol' });
});

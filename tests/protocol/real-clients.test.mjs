// The STOMP libraries that people use, as they are.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client as Stompjs } from '@stomp/stompjs';
import webstomp from 'webstomp-client';
import WebSocket from 'ws';
import { patience, within } from '../support/deadline.mjs';
import { eventsOf, newGroup, newPerson, say } from '../support/people.mjs';
import { startServer } from '../support/server.mjs';

let server;
let ana;
let room;
before(async () => {
  server = await startServer();
  ana = await newPerson(server, 'ana');
  room = await newGroup(ana);
});
after(() => server?.stop());

const topic = () => `/topic/rooms/${room.id}`;
const messages = () => `/app/rooms/${room.id}/messages`;

// Resolves with what the callback gets first.
function promised(start, what) {
  return within(new Promise(start), patience, what);
}

function stompjs(settings = {}) {
  return new Stompjs({
    webSocketFactory: () => new WebSocket(server.wsUrl, ['v12.stomp', 'v11.stomp', 'v10.stomp']),
    connectHeaders: { Authorization: `Bearer ${ana.token}` },
    reconnectDelay: 0,
    ...settings,
  });
}

const active = (client) => promised((connected, failed) => {
  client.onConnect = connected;
  client.onStompError = ({ headers }) => failed(new Error(headers.message));
  client.activate();
}, 'stompjs to connect');

const receiptOf = (client, id) => promised((received) => client.watchForReceipt(id, received), `the receipt ${id}`);

test('stompjs connects with 1.2, subscribes, publishes and disconnects', async () => {
  const client = stompjs();
  const { headers } = await active(client);
  assert.equal(client.connectedVersion, '1.2');
  assert.equal(headers['user-id'], String(ana.user.id));

  const subscribed = receiptOf(client, 'sub');
  let subscription;
  const shown = promised((received) => { subscription = client.subscribe(topic(), received, { receipt: 'sub' }); }, 'a message');
  assert.ok((await subscribed).headers['x-epoch']);
  const sent = receiptOf(client, 'send-1');
  client.publish({ destination: messages(), body: JSON.stringify({ text: '안녕 👋' }), headers: { 'content-type': 'application/json', receipt: 'send-1' } });
  const [receipt, message] = await Promise.all([sent, shown]);
  assert.equal(JSON.parse(message.body).text, '안녕 👋');
  assert.equal(message.headers['x-seq'], receipt.headers['x-seq']);
  assert.equal(message.headers['message-id'], `${room.id}.${receipt.headers['x-seq']}`);

  const unsubscribed = receiptOf(client, 'unsub');
  subscription.unsubscribe({ receipt: 'unsub' });
  await unsubscribed;
  await within(client.deactivate(), patience, 'stompjs to disconnect');
  assert.equal(client.connected, false);
});

test('stompjs is refused a text of 500 kB politely, and goes on', async () => {
  const client = stompjs({ splitLargeFrames: true });
  await active(client);
  const ready = receiptOf(client, 'errors');
  const refused = promised((received) => client.subscribe('/user/queue/errors', received, { receipt: 'errors' }), 'a refusal');
  await ready;
  client.publish({ destination: messages(), body: 'x'.repeat(500_000), headers: { 'content-type': 'text/plain', receipt: 'huge' } });
  const refusal = await refused;
  assert.equal(refusal.headers.code, 'invalid_request');
  assert.equal(refusal.headers['receipt-id'], 'huge');
  const sent = receiptOf(client, 'small');
  client.publish({ destination: messages(), body: 'small', headers: { 'content-type': 'text/plain', receipt: 'small' } });
  await sent;
  await within(client.deactivate(), patience, 'stompjs to disconnect');
});

test('stompjs comes back by itself and resumes', async () => {
  let connections = 0;
  let position;
  const seen = [];
  const client = stompjs({ reconnectDelay: 50 });
  const complete = promised((all, failed) => {
    client.onStompError = ({ headers }) => failed(new Error(headers.message));
    client.onConnect = () => {
      connections += 1;
      client.watchForReceipt(`sub-${connections}`, ({ headers }) => {
        position ??= `${headers['x-epoch']}.${headers['x-seq']}`;
        if (connections === 1) {
          say(ana, room, 'first').catch(failed);
        }
      });
      client.subscribe(topic(), ({ headers, body }) => {
        position = `${headers['x-epoch']}.${headers['x-seq']}`;
        seen.push(JSON.parse(body).text);
        if (seen.length === 2) all();
        // The network goes away under the client, and another message is said meanwhile.
        if (seen.length === 1) {
          client.forceDisconnect();
          say(ana, room, 'second').catch(failed);
        }
      }, { receipt: `sub-${connections}`, ...(position ? { 'x-since': position } : {}) });
    };
    client.activate();
  }, 'the second message');
  await complete;
  assert.deepEqual(seen, ['first', 'second']);
  assert.equal(connections, 2);
  await within(client.deactivate(), patience, 'stompjs to disconnect');
});

test('stompjs signs in by name and password', async () => {
  const client = stompjs({ connectHeaders: { login: ana.username, passcode: ana.password } });
  const { headers } = await active(client);
  assert.equal(headers['user-id'], String(ana.user.id));
  await within(client.deactivate(), patience, 'stompjs to disconnect');
});

test('stompjs hears why it is turned away', async () => {
  const client = stompjs({ connectHeaders: { login: ana.username, passcode: 'wrong wrong' } });
  const error = await promised((refused) => {
    client.onStompError = refused;
    client.activate();
  }, 'the error');
  assert.equal(error.headers.code, 'bad_credentials');
  await within(client.deactivate(), patience, 'stompjs to give up');
});

test('webstomp-client connects, subscribes, sends and disconnects', async () => {
  const socket = new WebSocket(server.wsUrl, ['v10.stomp', 'v11.stomp', 'v12.stomp']);
  const client = webstomp.over(socket, { debug: false, heartbeat: { outgoing: 10_000, incoming: 10_000 } });
  await promised((connected, failed) => {
    client.connect({ passcode: ana.token, host: 'madang' }, connected, (error) => failed(new Error(JSON.stringify(error))));
  }, 'webstomp to connect');
  const receipts = new Map();
  const receipt = (id) => promised((received) => receipts.set(id, received), `the receipt ${id}`);
  client.onreceipt = ({ headers }) => receipts.get(headers['receipt-id'])?.();

  const subscribed = receipt('sub');
  const shown = promised((received) => client.subscribe(topic(), received, { receipt: 'sub' }), 'a message');
  await subscribed;
  // Over 16 KiB webstomp cuts a frame into several messages by itself.
  const sent = receipt('send');
  const text = '웹'.repeat(7000);
  client.send(messages(), JSON.stringify({ text }), { 'content-type': 'application/json', receipt: 'send' });
  await sent;
  assert.equal(JSON.parse((await shown).body).text, text);
  assert.equal((await eventsOf(ana, room)).at(-1).text, text);

  const closed = promised((over) => socket.on('close', over), 'the socket to close');
  client.disconnect();
  await closed;
});

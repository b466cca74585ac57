// Several nodes behind the Nginx of config/nginx: nobody needs to know on which of them they are, and one that goes is not missed.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { after, before, test } from 'node:test';
import { WebSocketServer } from 'ws';
import { eventually, patience, within } from '../support/deadline.mjs';
import { figure } from '../support/figures.mjs';
import { exchange } from '../support/http.mjs';
import { startNginx } from '../support/nginx.mjs';
import { freePort } from '../support/ports.mjs';
import { Nodes } from '../support/nodes.mjs';
import { done, newGroup, newPeople, newPerson, password, say } from '../support/people.mjs';
import { Stomp } from '../support/stomp.mjs';

let nodes, nginx;
const urls = () => nodes.all.map(({ url }) => url);
before(async () => {
  nodes = await Nodes.start(2, { env: { MADANG_SERVER_TRUSTED_PROXIES: '127.0.0.1', MADANG_LIMITS_SENDS_PER_SECOND: '0' } });
  nginx = await startNginx(urls());
});
after(async () => {
  await nginx?.stop();
  await nodes?.stop();
});

const topic = (room) => `/topic/rooms/${room.id}`;
const upgrades = (node) => figure(node, 'madang_http_upgrades_total{listener="http"}');
const isText = (text) => (frame) => frame.json().text === text;

// A socket through Nginx that has come to this node.
async function socketOn(node, person) {
  const elsewhere = [];
  try {
    for (let i = 0; i < 10; i += 1) {
      const known = await upgrades(node);
      const socket = await Stomp.signedIn(nginx, person);
      if (await upgrades(node) > known) return socket;
      elsewhere.push(socket);
    }
  } finally {
    await Promise.all(elsewhere.map((socket) => socket.close()));
  }
  throw new Error('ten sockets, and none of them came to the node');
}

// Asks through Nginx, so many at a time, from before something happens until a hundred answers after it; what went wrong.
async function failuresOf(ask, atOnce, whatHappens) {
  const failures = [];
  let answers = 0;
  let enough = Infinity;
  const all = Array.from({ length: atOnce }, async () => {
    for (; answers < enough; answers += 1) await ask().catch((error) => failures.push(error.message));
  });
  await whatHappens();
  enough = answers + 100;
  await within(Promise.all(all), patience * 3, 'a hundred answers');
  return failures;
}

test('people sign up, sign in and post through Nginx', async () => {
  const [ana, bo] = await newPeople(nginx, 'ana', 'bo');
  const room = await newGroup(ana, [bo]);
  const { seq } = await say(ana, room, '안녕');
  const { messages } = await done(bo.get(`/rooms/${room.id}/messages`), 200);
  assert.equal(messages.at(-1).seq, seq);
  assert.equal((await exchange(`${nginx.url}/login`)).status, 200);
});

test('sockets come to both nodes, and people on different ones talk', async () => {
  const [ana, bo] = await newPeople(nginx, 'ana', 'bo');
  const room = await newGroup(ana, [bo]);
  const [here, there] = [await socketOn(nodes.all[0], ana), await socketOn(nodes.all[1], bo)];
  const [ours, theirs] = [await here.subscribe(topic(room)), await there.subscribe(topic(room))];
  await here.say(room, 'ping');
  await there.message(theirs, isText('ping'));
  await there.say(room, 'pong');
  await here.message(ours, isText('pong'));
  await Promise.all([here.close(), there.close()]);
});

test('who says to come from elsewhere is seen with the real address and scheme', async () => {
  const { username, token } = await newPerson(nginx, 'ana');
  const forged = { 'X-Forwarded-For': ['203.0.113.7', '203.0.113.8'], 'X-Forwarded-Proto': 'https', 'X-Real-IP': '203.0.113.9', Forwarded: 'for=203.0.113.10;proto=https' };
  // Also from the address whose word the nodes take.
  for (const localAddress of ['127.0.0.1', '127.0.0.2']) {
    const { status, headers } = await exchange(`${nginx.url}/api/v1/sessions`, { method: 'POST', agent: new http.Agent({ localAddress }),
      headers: { ...forged, 'Content-Type': 'application/json' }, body: JSON.stringify({ username, password }) });
    assert.equal(status, 200);
    for (const cookie of headers['set-cookie']) assert.doesNotMatch(cookie, /Secure/);
  }
  const socket = await Stomp.open(nginx.wsUrl, { headers: forged, localAddress: '127.0.0.3' });
  await socket.connect({ login: username, passcode: password });
  const { body: { sessions } } = await exchange(`${nginx.url}/api/v1/sessions`, { headers: { Authorization: `Bearer ${token}` } });
  assert.deepEqual(sessions.map(({ address }) => address).sort(), ['127.0.0.1', '127.0.0.1', '127.0.0.2', '127.0.0.3']);
  await socket.close();
});

test('what is too large for a file ends at Nginx, and for anything else at Madang', async () => {
  const ana = await newPerson(nginx, 'ana');
  assert.equal((await done(ana.request('POST', '/rooms', { bytes: Buffer.alloc(10 << 20, 'x') }), 413)).code, 'payload_too_large');
  const { status, headers } = await exchange(`${nginx.url}/api/v1/rooms`, { method: 'POST', body: Buffer.alloc(12 << 20, 'x') });
  assert.deepEqual([status, headers['content-type']], [413, 'text/html']);
});

test('a silent socket is left to Madang to judge: Nginx waits for longer', async () => {
  const [, location] = /location = \/ws \{([^}]*)\}/.exec(await nginx.configuration());
  for (const way of ['read', 'send']) {
    const [, seconds] = new RegExp(`proxy_${way}_timeout +(\\d+)s;`).exec(location);
    assert.ok(Number(seconds) > 60, `proxy_${way}_timeout is ${seconds} s`);
  }
});

// Nodes that a test makes up; each hears of every request, and how often that came to any of them.
async function madeUp(count, answer, prepare = () => {}) {
  const seen = [];
  const servers = await Promise.all(Array.from({ length: count }, async (_, i) => {
    const server = http.createServer((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      answer(request, response, seen.filter((one) => one === seen.at(-1)).length);
    }).listen(0, '127.0.0.1');
    prepare(server, i);
    await once(server, 'listening');
    return server;
  }));
  return {
    seen,
    urls: servers.map((server) => `http://127.0.0.1:${server.address().port}`),
    close() {
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
}

async function behindNginx(fakes, use, others = []) {
  let front;
  try {
    front = await startNginx([...others, ...fakes.urls]);
    await use(front);
  } finally {
    await front?.stop();
    fakes.close();
  }
}

test('what a node received before it broke off is repeated only if it changes nothing the second time', async () => {
  const fakes = await madeUp(6, (request, response, time) => (time === 1 ? request.socket.destroy() : response.end('well')));
  await behindNginx(fakes, async (front) => {
    for (const [method, times] of [['POST', 1], ['PATCH', 1], ['GET', 2], ['PUT', 2], ['DELETE', 2]]) {
      const body = method === 'GET' ? undefined : '{}';
      const { status } = await exchange(`${front.url}/${method}`, { method, body });
      assert.equal(status, times === 1 ? 502 : 200, method);
      assert.equal(fakes.seen.filter((one) => one === `${method} /${method}`).length, times, method);
    }
  });
});

test('what a node has not received goes to another one, a POST too, and the node is left alone for a while', async () => {
  const fakes = await madeUp(1, (request, response) => response.end('well'));
  await behindNginx(fakes, async (front) => {
    const requests = 40;
    for (let i = 0; i < requests; i += 1) assert.equal((await exchange(front.url, { method: 'POST', body: '{}' })).status, 200);
    assert.equal(fakes.seen.length, requests);
    const refusals = front.log().match(/Connection refused/g).length;
    assert.ok(refusals < requests / 4, `asked in vain ${refusals} times`);
  }, [`http://127.0.0.1:${await freePort()}`]);
});

test('a refusal with 503 is the answer, and takes no node out', async () => {
  const fakes = await madeUp(2, (request, response) => response.writeHead(503, { 'Retry-After': '7' }).end('too busy'));
  await behindNginx(fakes, async (front) => {
    for (let i = 0; i < 10; i += 1) {
      const answer = await exchange(front.url);
      assert.deepEqual([answer.status, answer.headers['retry-after'], answer.text], [503, '7', 'too busy']);
    }
    assert.equal(fakes.seen.length, 10);
  });
});

test('an upgrade that a node refuses because it is being stopped goes to another one', async () => {
  let refused = 0;
  const refuse = (request, socket) => {
    refused += 1;
    socket.end('HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
  };
  const fakes = await madeUp(2, () => {}, (server, i) => (i === 0 ? server.on('upgrade', refuse) : new WebSocketServer({ server })));
  await behindNginx(fakes, async (front) => {
    for (let i = 0; i < 3; i += 1) await (await Stomp.open(front.wsUrl, { protocols: [] })).close();
    assert.ok(refused > 0);
  });
});

test('events of a stream arrive when they happen', async () => {
  let stream;
  const fakes = await madeUp(1, (request, response) => {
    // Without chunks: with them Nginx holds little back in any case.
    response.useChunkedEncodingByDefault = false;
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write('data: 1\n\n');
    stream = response;
  });
  await behindNginx(fakes, async (front) => {
    const [answer] = await within(once(http.get(`${front.url}/api/v1/rooms/7/events`), 'response'), patience, 'the head');
    assert.equal(String((await within(once(answer, 'data'), patience, 'the first event'))[0]), 'data: 1\n\n');
    stream.write('data: 2\n\n');
    assert.equal(String((await within(once(answer, 'data'), patience, 'the second event'))[0]), 'data: 2\n\n');
    answer.destroy();
  });
});

test('over TLS people sign in with cookies that are Secure, sockets open, and HTTP leads there', async () => {
  const { username } = await newPerson(nginx, 'ana');
  const front = await startNginx(urls(), { tls: true });
  try {
    const agent = new https.Agent({ rejectUnauthorized: false });
    const signedIn = await exchange(`${front.url}/api/v1/sessions`, { method: 'POST', agent,
      headers: { 'Content-Type': 'application/json', Origin: front.url }, body: JSON.stringify({ username, password }) });
    assert.equal(signedIn.status, 200, signedIn.text);
    assert.match(signedIn.headers['strict-transport-security'], /^max-age=\d{8}$/);
    for (const cookie of signedIn.headers['set-cookie']) assert.match(cookie, /; Secure/);
    const Cookie = signedIn.headers['set-cookie'].map((line) => line.split(';')[0]).join('; ');
    const socket = await Stomp.open(front.wsUrl, { headers: { Cookie }, origin: front.url, rejectUnauthorized: false });
    const { headers } = await socket.connect();
    assert.equal(Number(headers['user-id']), signedIn.body.user.id);
    await socket.close();
    const plain = await exchange(`${front.plainUrl}/chats?a=b`);
    assert.deepEqual([plain.status, plain.headers.location], [308, 'https://chat.example.org/chats?a=b']);
    assert.match(await front.configuration(), /ssl_protocols TLSv1\.2 TLSv1\.3;/);
  } finally {
    await front.stop();
  }
});

test('a reload with other nodes keeps the sockets that are open', async () => {
  const ana = await newPerson(nginx, 'ana');
  const [here, there] = nodes.all;
  const socket = await socketOn(there, ana);
  const room = await newGroup(ana);
  const subscription = await socket.subscribe(topic(room));
  await nginx.reload([here.url]);
  const known = await upgrades(there);
  await (await Stomp.signedIn(nginx, ana)).close();
  await (await Stomp.signedIn(nginx, ana)).close();
  assert.equal(await upgrades(there), known);
  await socket.say(room, 'still here');
  await socket.message(subscription, isText('still here'));
  await socket.close();
  await nginx.reload(urls());
});

for (const [what, end, closing] of [
  ['is killed', (node) => node.kill(), { code: 1006, reason: '' }],
  ['is stopped', (node) => node.terminate(), { code: 1012, reason: 'restart' }],
])
  test(`when a node ${what}, reading goes on without an error and its sockets come back on the other`, async () => {
    const [ana, bo] = await newPeople(nginx, 'ana', 'bo');
    const room = await newGroup(ana, [bo]);
    const [goes, stays] = nodes.all;
    const [socket, witness] = [await socketOn(goes, ana), await socketOn(stays, bo)];
    const subscription = await socket.subscribe(topic(room));
    const { headers } = subscription.receipt;
    const failures = await failuresOf(() => done(ana.get('/rooms'), 200), 4, async () => {
      await end(goes);
      assert.deepEqual(await socket.closing(), closing);
      const { seq } = await say(bo, room, 'meanwhile');
      const back = await Stomp.signedIn(nginx, ana);
      const again = await back.subscribe(topic(room), { 'x-since': `${headers['x-epoch']}.${headers['x-seq']}` });
      assert.equal((await back.message(again)).json().seq, seq);
      await back.close();
      await goes.exited();
    });
    assert.deepEqual(failures, []);
    await witness.acknowledged('SEND', { destination: `/app/rooms/${room.id}/typing` });
    await witness.close();
    await goes.restart();
    await nginx.reload();  // it forgets what had failed
  });

test('when a node is stopped and started again, three times, no message is refused', async () => {
  const ana = await newPerson(nginx);
  const room = await newGroup(ana);
  const [goes] = nodes.all;
  const accepted = () => figure(goes, 'madang_http_answers_total{listener="http",status="2xx"}');
  const failures = await failuresOf(() => say(ana, room, 'text'), 16, async () => {
    for (let time = 0; time < 3; time += 1) {
      const known = await accepted();
      await eventually(async () => await accepted() > known + 200, 'Nginx to give the node its share again');
      goes.terminate();
      assert.deepEqual(await goes.exited(), { code: 0, signal: null });
      await goes.restart();
    }
  });
  assert.deepEqual(failures, []);
  await nginx.reload();
});

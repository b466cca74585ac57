// What proper clients never write, over a bare TCP connection.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { done, newPerson } from '../support/people.mjs';
import { RawConnection, rawExchange } from '../support/raw.mjs';
import { startServer } from '../support/server.mjs';

let server;
let ana;
before(async () => {
  server = await startServer({ env: { MADANG_LIMITS_HTTP_HEAD_TIMEOUT: '1' } });
  ana = await newPerson(server, 'ana');
});
after(() => server?.stop());

const get = (more = '', version = '1.1') => `GET /api/v1/openapi.json HTTP/${version}\r\nHost: madang\r\n${more}\r\n`;
const patch = (more, body = '') =>
  `PATCH /api/v1/me HTTP/1.1\r\nHost: madang\r\nAuthorization: Bearer ${ana.token}\r\nContent-Type: application/json\r\n${more}\r\n${body}`;
const status = (text) => `{"statusMessage":"${text}"}`;

async function refusedAndClosed(bytes, expected, code) {
  const answer = await rawExchange(server.url, bytes);
  assert.equal(answer.status, expected, answer.text);
  assert.equal(answer.body.code, code);
  await answer.connection.closing();
}

const malformed = {
  'a request line without a target': 'GET\r\n\r\n',
  'noise': '\u0016\u0003\u0001\u0002\r\n\r\n',
  'a head without a Host': 'GET /api/v1/openapi.json HTTP/1.1\r\n\r\n',
  'a blank before the colon': get('X-A : b\r\n'),
  'a header without a colon': get('nonsense\r\n'),
  'a NUL in a header': get('X-A: a\u0000b\r\n'),
  'a bare CR in a header': get('X-A: a\rb\r\n'),
  'a Content-Length that is no number': get('Content-Length: x\r\n'),
  'a negative Content-Length': get('Content-Length: -1\r\n'),
  'a Content-Length with a sign': get('Content-Length: +1\r\n'),
  'two different Content-Lengths': get('Content-Length: 1\r\nContent-Length: 2\r\n'),
  'chunked in HTTP/1.0': get('Transfer-Encoding: chunked\r\n', '1.0'),
  'chunked that is not the last coding': get('Transfer-Encoding: chunked, gzip\r\n'),
  'a coding that nobody knows': get('Transfer-Encoding: xchunked\r\n'),
  'Content-Length and Transfer-Encoding together': get('Content-Length: 5\r\nTransfer-Encoding: chunked\r\n'),
};
for (const [what, bytes] of Object.entries(malformed)) {
  test(`${what} is refused and the connection closes`, async () => {
    await refusedAndClosed(bytes, 400, 'invalid_request');
  });
}

test('a chunk whose size is no number is refused', async () => {
  await refusedAndClosed(patch('Transfer-Encoding: chunked\r\n', 'zz\r\n{}\r\n0\r\n\r\n'), 400, 'invalid_request');
});

test('nothing is read after a refused head', async () => {
  const smuggled = get('Content-Length: 6\r\nTransfer-Encoding: chunked\r\n') + `0\r\n\r\n${get()}`;
  const { connection } = await rawExchange(server.url, smuggled);
  await connection.closing();
  await assert.rejects(connection.answer(), /closed after ""/);
});

test('a chunked body is a body', async () => {
  const body = status('한 조각씩');
  const bytes = Buffer.from(body);
  const chunk = (part) => Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]);
  const connection = await RawConnection.to(server.url);
  connection.write(patch('Transfer-Encoding: chunked\r\n'));
  for (const byte of bytes) connection.write(chunk(Buffer.from([byte])));
  connection.write('0\r\n\r\n');
  const answer = await connection.answer();
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.body.statusMessage, '한 조각씩');
  connection.close();
});

test('a head that comes byte by byte is a head', async () => {
  const connection = await RawConnection.to(server.url);
  connection.socket.setNoDelay(true);
  for (const character of get()) connection.write(character);
  assert.equal((await connection.answer()).status, 200);
  connection.close();
});

test('a head over its limit is 413', async () => {
  await refusedAndClosed(get(`X-A: ${'x'.repeat(17_000)}\r\n`), 413, 'payload_too_large');
  await refusedAndClosed(get(Array.from({ length: 2000 }, (_, at) => `X-${at}: y\r\n`).join('')), 413, 'payload_too_large');
  await refusedAndClosed(`GET /${'x'.repeat(17_000)} HTTP/1.1\r\nHost: madang\r\n\r\n`, 413, 'payload_too_large');
});

test('a body over its limit is 413, by its length before it is sent', async () => {
  await refusedAndClosed(patch(`Content-Length: ${1024 * 1024 + 1}\r\n`), 413, 'payload_too_large');
});

test('a length that no number holds is refused, one way or the other', async () => {
  const { connection, ...answer } = await rawExchange(server.url, patch('Content-Length: 99999999999999999999\r\n'));
  assert.ok([400, 413].includes(answer.status), answer.statusLine);
  await connection.closing();
});

test('a chunked body over its limit is 413', async () => {
  const connection = await RawConnection.to(server.url);
  connection.write(patch('Transfer-Encoding: chunked\r\n'));
  const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
  for (let count = 0; count < 17; count += 1) connection.write(chunk);
  const answer = await connection.answer();
  assert.equal(answer.status, 413);
  await connection.closing();
});

test('a head that does not come is not waited for', async () => {
  const silent = await RawConnection.to(server.url);
  const slow = await RawConnection.to(server.url);
  slow.write('GET / HTTP/1.1\r\nHost:');
  await Promise.all([silent.closing(), slow.closing()]);
  await done(ana.get('/me'), 200);
});

test('a body that does not come is not waited for', async () => {
  const slow = await RawConnection.to(server.url);
  slow.write(patch('Content-Length: 100\r\n', '{"status'));
  await slow.closing(90_000);
});

test('pipelined requests are answered in their order', async () => {
  const connection = await RawConnection.to(server.url);
  const missing = 'GET /api/v1/nothing HTTP/1.1\r\nHost: madang\r\n\r\n';
  const body = status('pipelined');
  connection.write(get() + missing + patch(`Content-Length: ${body.length}\r\n`, body) + get());
  const answers = [];
  for (let count = 0; count < 4; count += 1) answers.push(await connection.answer());
  assert.deepEqual(answers.map((answer) => answer.status), [200, 404, 200, 200]);
  assert.equal(answers[2].body.statusMessage, 'pipelined');
  connection.close();
});

test('HEAD is answered like GET, without the body', async () => {
  const connection = await RawConnection.to(server.url);
  connection.write(get().replace('GET', 'HEAD'));
  const head = await connection.answer({ bodiless: true });
  connection.write(get());
  const full = await connection.answer();
  assert.equal(head.status, 200);
  assert.equal(head.headers['content-type'], full.headers['content-type']);
  if (head.headers['content-length']) assert.equal(head.headers['content-length'], full.headers['content-length']);
  connection.close();
});

test('a connection is kept for the next request, unless it asks to be closed', async () => {
  const connection = await RawConnection.to(server.url);
  for (let count = 0; count < 3; count += 1) {
    connection.write(get());
    assert.equal((await connection.answer()).status, 200);
  }
  connection.write(get('Connection: close\r\n'));
  const last = await connection.answer();
  assert.equal(last.headers.connection.toLowerCase(), 'close');
  await connection.closing();
});

test('HTTP/1.0 closes after the answer', async () => {
  const { connection, ...answer } = await rawExchange(server.url, get('', '1.0'));
  assert.equal(answer.status, 200);
  await connection.closing();
});

test('Expect: 100-continue is answered before the body comes', async () => {
  const body = status('expected');
  const connection = await RawConnection.to(server.url);
  connection.write(patch(`Content-Length: ${body.length}\r\nExpect: 100-continue\r\n`));
  const hint = await connection.answer({ bodiless: true });
  assert.equal(hint.status, 100);
  connection.write(body);
  assert.equal((await connection.answer()).status, 200);
  connection.close();
});

test('a target in absolute form is a target', async () => {
  const { connection, ...answer } = await rawExchange(server.url, get().replace('/api', 'http://madang/api'));
  assert.equal(answer.status, 200);
  connection.close();
});

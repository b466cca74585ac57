import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { done, newGroup, newPerson } from '../support/people.mjs';
import { startServer } from '../support/server.mjs';
import { encode, Stomp } from '../support/stomp.mjs';

let server;
let ana;
let room;
before(async () => {
  server = await startServer();
  ana = await newPerson(server, 'ana');
  room = await newGroup(ana);
});
after(() => server?.stop());

const connected = (version = '1.2') => Stomp.signedIn(server, ana, { protocols: [], connect: { 'accept-version': version } });
const destination = () => `/app/rooms/${room.id}/messages`;
const send = (receipt, text, more = {}) => encode('SEND', { destination: destination(), 'content-type': 'text/plain', receipt, ...more }, text);
const textOf = async ({ headers }) => (await done(ana.get(`/rooms/${room.id}/messages/${headers['x-seq']}`), 200)).text;

async function violation(bytes, options) {
  const socket = await connected();
  socket.write(bytes, options);
  const error = await socket.error();
  const { code } = await socket.closing();
  assert.ok(code === 1008 || code === 1009, `${code}`);
  return error;
}

test('several frames in one message are several frames', async () => {
  const socket = await connected();
  socket.write(Buffer.concat([send('a', 'one'), Buffer.from('\n\r\n\n'), send('b', 'two'), send('c', 'three')]));
  assert.equal(await textOf(await socket.receipt('a')), 'one');
  assert.equal(await textOf(await socket.receipt('b')), 'two');
  assert.equal(await textOf(await socket.receipt('c')), 'three');
  await socket.close();
});

test('a frame is the same wherever it is cut into messages', async () => {
  const socket = await connected();
  const length = send('r000', '안녕 👋').length;
  for (let cut = 1; cut < length; cut += 1) {
    const id = `r${String(cut).padStart(3, '0')}`;
    const bytes = send(id, '안녕 👋');
    socket.write(bytes.subarray(0, cut), { binary: true });
    socket.write(bytes.subarray(cut), { binary: true });
    assert.equal(await textOf(await socket.receipt(id)), '안녕 👋');
  }
  await socket.close();
});

test('a frame is the same when every byte is a message', async () => {
  const socket = await connected();
  for (const byte of send('bytes', '한 글자씩', { 'content-length': 13 })) socket.write(Buffer.from([byte]), { binary: true });
  assert.equal(await textOf(await socket.receipt('bytes')), '한 글자씩');
  await socket.close();
});

test('a frame is the same when every byte is a fragment of a text message', async () => {
  const socket = await connected();
  const bytes = send('fragments', '조각조각');
  bytes.forEach((byte, at) => socket.write(Buffer.from([byte]), { binary: false, fin: at === bytes.length - 1 }));
  assert.equal(await textOf(await socket.receipt('fragments')), '조각조각');
  await socket.close();
});

test('text and binary messages are one stream', async () => {
  const socket = await connected();
  const bytes = send('mixed', 'half and half');
  socket.write(bytes.subarray(0, 20), { binary: false });
  socket.write(bytes.subarray(20), { binary: true });
  assert.equal(await textOf(await socket.receipt('mixed')), 'half and half');
  await socket.close();
});

test('lines may end with CRLF', async () => {
  const socket = await connected();
  socket.write(`SEND\r\ndestination:${destination()}\r\ncontent-type:text/plain\r\nreceipt:crlf\r\n\r\nwith CRLF\0\r\n`);
  assert.equal(await textOf(await socket.receipt('crlf')), 'with CRLF');
  await socket.close();
});

test('a content-length counts bytes', async () => {
  const socket = await connected();
  socket.write(send('length', '한글', { 'content-length': 6 }));
  assert.equal(await textOf(await socket.receipt('length')), '한글');
  await socket.close();
});

test('a NUL inside a content-length is content, and as content refused', async () => {
  const socket = await connected();
  const { id } = await socket.subscribe('/user/queue/errors');
  socket.write(send('nul', 'a\0b', { 'content-length': 3 }));
  const refusal = await socket.message({ id });
  assert.equal(refusal.headers.code, 'invalid_request');
  assert.equal(refusal.headers['receipt-id'], 'nul');
  socket.write(send('after', 'the stream goes on'));
  assert.equal(await textOf(await socket.receipt('after')), 'the stream goes on');
  await socket.close();
});

test('what the server sends has its length in bytes', async () => {
  const socket = await connected();
  const subscription = await socket.subscribe(`/topic/rooms/${room.id}`);
  await socket.say(room, '길이 📏');
  const { headers, body } = await socket.message(subscription);
  assert.equal(Number(headers['content-length']), Buffer.byteLength(body));
  assert.equal(headers['content-type'], 'application/json');
  await socket.close();
});

for (const length of ['2', '4', 'x', '-1', '99999999999999999999', '1.5']) {
  test(`content-length ${length} for three bytes is an ERROR and the end`, async () => {
    const socket = await connected();
    socket.write(Buffer.concat([send('bad', 'abc', { 'content-length': length }), send('more', 'more')]));
    await socket.error();
    assert.ok([1008, 1009].includes((await socket.closing()).code));
  });
}

test('of repeated headers the first counts', async () => {
  const socket = await connected();
  const headers = [['destination', destination()], ['destination', '/app/nowhere'], ['content-type', 'text/plain'], ['receipt', 'first'], ['receipt', 'second']];
  socket.write(encode('SEND', headers, 'repeated'));
  assert.equal(await textOf(await socket.receipt('first')), 'repeated');
  await socket.close();
});

test('a repeated content-length counts by its first too', async () => {
  const socket = await connected();
  const headers = [['destination', destination()], ['content-type', 'text/plain'], ['content-length', '3'], ['content-length', '3'], ['receipt', 'twice']];
  socket.write(encode('SEND', headers, 'abc'));
  assert.equal(await textOf(await socket.receipt('twice')), 'abc');
  await socket.close();
});

test('a value may have a colon of its own', async () => {
  const socket = await connected();
  await socket.acknowledged('SUBSCRIBE', { id: 'a', destination: '/user/queue/errors', 'x-note': 'a:b:c' });
  await socket.close();
});

// A receipt comes back as it went, so it shows how values are read and written.
for (const [version, value] of [['1.2', 'a\\cb\\\\c\\nd\\re'], ['1.1', 'a\\cb\\\\c\\nd'], ['1.0', 'a\\cb\\tc'], ['1.2', '영수증 '], ['1.2', ' padded ']]) {
  test(`in ${version} the receipt ${JSON.stringify(value)} comes back the same`, async () => {
    const socket = await connected(version);
    const receipt = await socket.acknowledged('SUBSCRIBE', { id: 'a', destination: '/user/queue/errors', receipt: value });
    assert.equal(receipt.headers['receipt-id'], value);
    await socket.close();
  });
}

for (const [version, value] of [['1.2', 'a\\tb'], ['1.2', 'a\\'], ['1.1', 'a\\rb'], ['1.1', 'a\\xb']]) {
  test(`in ${version} the escape in ${JSON.stringify(value)} is an ERROR and the end`, async () => {
    const socket = await connected(version);
    socket.send('SUBSCRIBE', { id: 'a', destination: '/user/queue/errors', receipt: value });
    await socket.error();
    assert.deepEqual(await socket.closing(), { code: 1008, reason: 'protocol' });
  });
}

test('CONNECT has no escapes', async () => {
  const socket = await Stomp.open(server.wsUrl);
  await socket.connect({ passcode: ana.token, 'x-path': 'C:\\temp' });
  await socket.close();
});

test('a header line without a colon is an ERROR and the end', async () => {
  await violation('SEND\nnonsense\n\n\0');
});

test('a body where none may be is an ERROR and the end', async () => {
  await violation('SUBSCRIBE\nid:1\ndestination:/user/queue/errors\n\nbody\0');
});

test('SEND without a destination and SUBSCRIBE without an id are ERRORs', async () => {
  await violation(encode('SEND', {}, 'x'));
  await violation(encode('SUBSCRIBE', { destination: '/user/queue/errors' }));
  await violation(encode('SUBSCRIBE', { id: '1' }));
});

test('64 headers are enough, 65 are too many', async () => {
  const headers = (count) => ({ id: 'many', destination: '/user/queue/errors', receipt: 'many',
    ...Object.fromEntries(Array.from({ length: count - 3 }, (_, at) => [`x-${at}`, 'y'])) });
  const socket = await connected();
  socket.send('SUBSCRIBE', headers(64));
  await socket.receipt('many');
  await socket.close();
  await violation(encode('SUBSCRIBE', headers(65)));
});

test('a header line has its limit, also while it is still coming', async () => {
  await violation(encode('SUBSCRIBE', { id: 'long', destination: '/user/queue/errors', 'x-long': 'y'.repeat(9000) }));
  await violation(`SUBSCRIBE\nx-endless:${'y'.repeat(9000)}`);
  await violation('S'.repeat(9000));
});

test('a message over its limit is too large', async () => {
  const socket = await connected();
  socket.write(send('huge', 'x'.repeat(1024 * 1024)));
  assert.deepEqual(await socket.closing(), { code: 1009, reason: 'too_large' });
});

test('a frame over many messages is not larger than one over one', async () => {
  const socket = await connected();
  socket.write(send('huge', '').subarray(0, -1));
  for (let count = 0; count < 40; count += 1) socket.write('x'.repeat(32 * 1024));
  assert.deepEqual(await socket.closing(), { code: 1009, reason: 'too_large' });
});

test('a text just over 8000 characters in a frame under the limit is a refusal, not the end', async () => {
  const socket = await connected();
  const { id } = await socket.subscribe('/user/queue/errors');
  socket.write(send('long', 'x'.repeat(500_000)));
  const refusal = await socket.message({ id });
  assert.equal(refusal.json().errors[0].code, 'too_long');
  await socket.say(room, 'and on');
  await socket.close();
});

test('before CONNECT 64 KiB are the limit, over all messages', async () => {
  const once = await Stomp.open(server.wsUrl);
  const long = Object.fromEntries([...Array(20).keys()].map((n) => [`x-${n}`, 'x'.repeat(4000)]));
  once.send('CONNECT', { 'accept-version': '1.2', host: 'madang', ...long });
  assert.equal((await once.closing()).code, 1009);
  const many = await Stomp.open(server.wsUrl);
  for (let count = 0; count < 20; count += 1) many.write('\n'.repeat(4096));
  assert.equal((await many.closing()).code, 1009);
});

test('text that is not UTF-8 ends a text message as WebSocket says, and is refused in a binary one', async () => {
  const broken = await connected();
  broken.write(Buffer.from([0x53, 0xff, 0xfe]), { binary: false });
  assert.ok([1007, 1008].includes((await broken.closing()).code));
  const socket = await connected();
  const { id } = await socket.subscribe('/user/queue/errors');
  socket.write(send('bad', Buffer.from([0x61, 0xc3, 0x28])), { binary: true });
  assert.equal((await socket.message({ id })).headers.code, 'invalid_request');
  await socket.close();
});

test('EOLs between frames are nothing but a sign of life', async () => {
  const socket = await connected();
  for (const eols of ['\n', '\r\n', '\n\n\n', '\r\n\r\n']) socket.write(eols);
  await socket.say(room, 'alive');
  await socket.close();
});

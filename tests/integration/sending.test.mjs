import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { done, eventsOf, newGroup, newPeople, newPerson, refused, say } from '../support/people.mjs';
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

const post = (fields, options) => ana.post(`/rooms/${room.id}/messages`, fields, options);

test('a message is answered 201 with its place in the room', async () => {
  const quiet = await newGroup(ana);
  const answer = await ana.post(`/rooms/${quiet.id}/messages`, { text: '안녕, 마당!' });
  const said = await done(answer, 201);
  assert.equal(answer.headers.location, `/api/v1/rooms/${quiet.id}/messages/2`);
  assert.deepEqual([said.roomId, said.seq, said.ordinal, said.kind, said.authorId], [quiet.id, 2, 1, 'message', ana.user.id]);
  assert.equal(said.text, '안녕, 마당!');
  assert.equal(said.key, undefined, 'a key that the server made is not shown');
  assert.deepEqual(said.reactions, []);
  assert.deepEqual(await done(ana.get(`/rooms/${quiet.id}/messages/2`), 200), said);
});

test('a key used twice answers with the first message, even with another text', async () => {
  const first = await done(post({ text: 'once', key: 'k-1' }), 201);
  assert.equal(first.key, 'k-1');
  const second = await done(post({ text: 'another', key: 'k-1' }), 200);
  assert.deepEqual(second, first);
  const texts = (await eventsOf(ana, room)).filter(({ key }) => key === 'k-1').map(({ text }) => text);
  assert.deepEqual(texts, ['once']);
});

test('a key in the header is a key', async () => {
  const headers = { 'Idempotency-Key': 'k-2' };
  const first = await done(post({ text: 'by header' }, { headers }), 201);
  assert.equal((await done(post({ text: 'by body', key: 'k-2' }), 200)).seq, first.seq);
  await done(post({ text: 'both', key: 'k-2' }, { headers }), 200);
  await refused(post({ text: 'both', key: 'k-3' }, { headers }), 400, 'invalid_request', 'key');
});

test('of many sends with one key at once, one is the message', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => post({ text: 'racing', key: 'k-race' })));
  assert.equal(new Set(answers.map(({ body }) => body.seq)).size, 1);
  assert.deepEqual(answers.map(({ status }) => status).sort(), [...Array(19).fill(200), 201]);
});

test('a key belongs to its author and its room', async () => {
  const [bo, cy] = await newPeople(server, 'bo', 'cy');
  const shared = await newGroup(bo, [cy]);
  const other = await newGroup(bo);
  const first = await say(bo, shared, 'mine', { key: 'same' });
  assert.notEqual((await say(cy, shared, 'mine too', { key: 'same' })).seq, first.seq);
  await say(bo, other, 'and here', { key: 'same' });
});

test('a key is answered to its author also after leaving the room', async () => {
  const [bo, cy] = await newPeople(server, 'bo', 'cy');
  const shared = await newGroup(bo, [cy]);
  const first = await say(cy, shared, 'last words', { key: 'bye' });
  await done(cy.delete(`/rooms/${shared.id}/members/me`));
  const answer = await cy.post(`/rooms/${shared.id}/messages`, { text: 'last words', key: 'bye' });
  assert.equal((await done(answer, 200)).seq, first.seq);
  await refused(cy.post(`/rooms/${shared.id}/messages`, { text: 'more' }), 403, 'not_a_member');
});

test('a key cannot be anything', async () => {
  for (const key of ['', 'with space', 'x'.repeat(65), 'a:b', '한글']) {
    await refused(post({ text: 'hi', key }), 400, 'invalid_request', 'key');
  }
  await refused(post({ text: 'hi' }, { headers: { 'Idempotency-Key': 'with space' } }), 400, 'invalid_request', 'key');
  await done(post({ text: 'hi', key: `A.b_c-${'9'.repeat(58)}` }), 201);
});

test('text has 1 to 8000 code points, whatever they take in bytes', async () => {
  await done(post({ text: 'x' }), 201);
  for (const character of ['x', '한', '\u{1f600}']) {
    const text = character.repeat(8000);
    assert.equal((await done(post({ text }), 201)).text, text);
    const { errors } = await refused(post({ text: text + character }), 400, 'invalid_request', 'text');
    assert.equal(errors[0].code, 'too_long');
  }
});

test('text is kept as sent', async () => {
  for (const text of ['  leading and trailing  ', 'a\n\tb', 'e\u0301', '\u{1f469}\u200d\u{1f680}', 'a\u202eb', '<b>&amp;"\\/', '\u2028\ufeff.']) {
    const { seq } = await done(post({ text }), 201);
    assert.equal((await done(ana.get(`/rooms/${room.id}/messages/${seq}`), 200)).text, text);
  }
});

const badTexts = {
  empty: '', blank: ' \n\t ', 'only wide blanks': '\u3000\u00a0', 'with a NUL': 'a\u0000b', 'with a carriage return': 'a\r\nb',
  'with a bell': 'a\u0007b', 'with an escape': 'a\u001b[31m', 'that is a number': 7, 'that is null': null, 'that is a list': ['a'],
};
for (const [what, text] of Object.entries(badTexts)) {
  test(`text ${what} is refused`, async () => {
    await refused(post({ text }), 400, 'invalid_request', 'text');
  });
}

test('bytes that are not UTF-8 are refused', async () => {
  for (const bad of [[0xff], [0xc3, 0x28], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]]) {
    const bytes = Buffer.concat([Buffer.from('{"text":"a'), Buffer.from(bad), Buffer.from('"}')]);
    const { status } = await ana.request('POST', `/rooms/${room.id}/messages`, { bytes });
    assert.equal(status, 400);
  }
});

test('half of a surrogate pair is refused', async () => {
  for (const text of ['\\ud83d', '\\ude00\\ud83d', '\\ud83dx']) {
    const { status } = await ana.request('POST', `/rooms/${room.id}/messages`, { bytes: `{"text":"${text}"}` });
    assert.equal(status, 400);
  }
});

test('a reply points to a message of the same room that the author may see', async () => {
  const first = await done(post({ text: 'question' }), 201);
  assert.equal((await done(post({ text: 'answer', replyTo: first.seq }), 201)).replyTo, first.seq);
  for (const replyTo of [1, 999999, 0, -1, 1.5, '2', null]) {
    await refused(post({ text: 'answer', replyTo }), 400, 'invalid_request', 'replyTo');
  }
});

test('orders of many senders at once are contiguous', async () => {
  const [bo, cy] = await newPeople(server, 'bo', 'cy');
  const shared = await newGroup(bo, [cy]);
  const sends = Array.from({ length: 60 }, (_, at) => say(at % 2 ? bo : cy, shared, `${at}`));
  const said = await Promise.all(sends);
  assert.deepEqual(said.map(({ seq }) => seq).sort((a, b) => a - b), Array.from({ length: 60 }, (_, at) => at + 2));
  const log = await eventsOf(bo, shared);
  assert.deepEqual(log.map(({ seq }) => seq), Array.from({ length: 61 }, (_, at) => at + 1));
  assert.deepEqual(log.slice(1).map(({ ordinal }) => ordinal), Array.from({ length: 60 }, (_, at) => at + 1));
  assert.deepEqual(await eventsOf(cy, shared), log, 'all readers see the same');
});

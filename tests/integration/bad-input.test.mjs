import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client } from '../support/api.mjs';
import { exchange } from '../support/http.mjs';
import { checkShape } from '../support/openapi.mjs';
import { done, newGroup, newPerson, refused } from '../support/people.mjs';
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

const send = (bytes, headers) => ana.request('POST', `/rooms/${room.id}/messages`, { bytes, headers });

for (const bytes of ['', '{', '{"text":"a"', '{"text":"a",}', "{'text':'a'}", '{"text":"a"} {}', '{"text":"\u0001"}', 'null{}', '{"text":NaN}', '{"text":"\\x"}']) {
  test(`${JSON.stringify(bytes)} is malformed`, async () => {
    await refused(send(bytes), 400, 'malformed_json');
  });
}

for (const bytes of ['null', '[]', '"text"', '7', 'true']) {
  test(`${bytes} is JSON and no object`, async () => {
    await refused(send(bytes), 400, 'invalid_request');
  });
}

test('a missing field, an unknown field and a wrong type are named', async () => {
  const missing = await refused(send('{}'), 400, 'invalid_request', 'text');
  assert.equal(missing.errors[0].code, 'required');
  const unknown = await refused(send('{"text":"a","txet":"b"}'), 400, 'invalid_request', 'txet');
  assert.equal(unknown.errors[0].code, 'unknown');
  const wrong = await refused(send('{"text":["a"]}'), 400, 'invalid_request', 'text');
  assert.equal(wrong.errors[0].code, 'wrong_type');
});

test('nothing that was refused is stored', async () => {
  const { lastSeq } = await done(ana.get(`/rooms/${room.id}/events`), 200);
  assert.equal(lastSeq, 1);
});

test('deep nesting is refused and the server lives', async () => {
  for (const bytes of ['['.repeat(100_000), `{"text":${'['.repeat(50_000)}${']'.repeat(50_000)}}`, '{"a":'.repeat(50_000)]) {
    assert.equal((await send(bytes)).status, 400);
  }
  await done(ana.get('/me'), 200);
});

test('numbers beyond 2^53, with a fraction or an exponent out of bounds are no ids', async () => {
  for (const ordinal of ['9007199254740993', '1e400', '-1', '0.5', '18446744073709551617']) {
    const { status } = await ana.request('PUT', `/rooms/${room.id}/read`, { bytes: `{"ordinal":${ordinal}}` });
    assert.equal(status, 400, ordinal);
  }
});

test('a body that is not JSON by its type is 415', async () => {
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', undefined]) {
    await refused(send('{"text":"a"}', { 'Content-Type': type }), 415, 'unsupported_media_type');
  }
  await done(send('{"text":"a"}', { 'Content-Type': 'application/json; charset=utf-8' }), 201);
  await done(send('{"text":"a"}', { 'Content-Type': 'Application/JSON' }), 201);
});

test('who is not signed in hears that first, whatever the body', async () => {
  const guest = new Client(server.url);
  await refused(guest.request('POST', '/rooms', { bytes: '{' }), 401, 'unauthenticated');
  await refused(guest.request('POST', '/rooms', { bytes: 'x', headers: { 'Content-Type': 'text/plain' } }), 401, 'unauthenticated');
});

test('a path that does not exist, and a method that does not, are not found', async () => {
  for (const [method, path] of [['GET', '/api/v1/nothing'], ['GET', '/api/v2/me'], ['PUT', '/api/v1/users'], ['DELETE', '/api/v1/rooms'], ['BREW', '/api/v1/me'], ['GET', '/api/v1/me/']]) {
    const { status, body, headers } = await exchange(server.url + path, { method: method === 'BREW' ? 'PROPFIND' : method, headers: { Authorization: `Bearer ${ana.token}` } });
    assert.equal(status, 404, `${method} ${path}`);
    assert.match(headers['content-type'], /^application\/problem\+json/);
    assert.equal(checkShape('Problem', body).code, 'not_found');
    assert.equal(body.type, '/problems/not-found');
  }
});

test('titles come in the language of the caller, codes do not', async () => {
  const ask = async (language) => refused(ana.get('/users/999999999', { headers: { 'Accept-Language': language } }), 404, 'not_found');
  assert.match((await ask('ko-KR,ko;q=0.9,en;q=0.5')).title, /[\uac00-\ud7a3]/);
  const english = (await ask('en-US,en;q=0.9,ko;q=0.1')).title;
  assert.match(english, /^[\x20-\x7e]+$/);
  assert.match((await ask('fr, ko;q=0.8, en;q=0.2')).title, /[\uac00-\ud7a3]/);
  assert.equal((await ask('fr')).title, english);
  assert.equal((await ask(';;;q=,,')).title, english);
});

test('every answer carries an id of its own', async () => {
  const first = (await ana.get('/me')).headers['x-request-id'];
  const second = (await ana.get('/me')).headers['x-request-id'];
  assert.ok(first);
  assert.notEqual(first, second);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exchange } from '../support/http.mjs';
import { done, eventsOf, newGroup, newPerson, refused } from '../support/people.mjs';
import { onPostgres, startServer } from '../support/server.mjs';

test('a full database refuses writes with "unavailable", goes on reading and keeps what it acknowledged', { skip: onPostgres && 'of the embedded database' }, async () => {
  const server = await startServer({ env: { MADANG_STORAGE_MAX_SIZE: '1' } });
  try {
    const ana = await newPerson(server);
    const room = await newGroup(ana);
    const post = (text) => ana.post(`/rooms/${room.id}/messages`, { text });
    const acknowledged = [];
    let answer;
    do {
      answer = await post('\u{1f600}'.repeat(8000));
      if (answer.status === 201) acknowledged.push(answer.body.seq);
      assert.ok(acknowledged.length < 200, 'one MiB is full before 200 messages of 32 kB');
    } while (answer.status === 201);
    await refused(answer, 503, 'unavailable');
    assert.match(answer.headers['retry-after'], /^\d+$/);

    await done(ana.get('/me'), 200);
    assert.deepEqual((await eventsOf(ana, room)).slice(1).map(({ seq }) => seq), acknowledged);
    await refused(post('\u{1f600}'.repeat(8000)), 503, 'unavailable');
    assert.equal((await exchange(`${server.adminUrl}/healthz`)).status, 200);
    assert.equal((await exchange(`${server.adminUrl}/readyz`)).status, 200, 'a lost database does not take the node out of the balancer');
    assert.equal((await exchange(`${server.url}/login`)).status, 200);
  } finally {
    await server.stop();
  }
});

test('room for the database again means writes again, without a hole', { skip: onPostgres && 'of the embedded database' }, async () => {
  const server = await startServer({ env: { MADANG_STORAGE_MAX_SIZE: '1' } });
  let roomy;
  try {
    const ana = await newPerson(server);
    const room = await newGroup(ana);
    let answer;
    do answer = await ana.post(`/rooms/${room.id}/messages`, { text: '\u{1f600}'.repeat(8000) });
    while (answer.status === 201);
    await refused(answer, 503, 'unavailable');
    const before = (await eventsOf(ana, room)).length;
    await server.kill();
    roomy = await startServer({ dataDir: server.dataDir });
    ana.url = roomy.url;
    const said = await done(ana.post(`/rooms/${room.id}/messages`, { text: 'space!' }), 201);
    assert.equal(said.seq, before + 1);
  } finally {
    await roomy?.stop();
    await server.stop();
  }
});

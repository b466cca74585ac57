import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomName } from '../support/people.mjs';
import { startServer } from '../support/server.mjs';
import { Stomp } from '../support/stomp.mjs';

test('a password that is not checked in time is the server\'s fault: the client is told to come back', async () => {
  // One hash takes seconds.
  const server = await startServer({ env: {
    MADANG_LIMITS_CONNECT_TIMEOUT: '500ms', MADANG_AUTH_HASH_MEMORY: '32MiB', MADANG_AUTH_HASH_PASSES: '100' } });
  try {
    const socket = await Stomp.open(server.wsUrl);
    socket.send('CONNECT', { 'accept-version': '1.2', host: 'madang', login: randomName(), passcode: 'correct horse battery' });
    assert.equal((await socket.error()).headers.code, 'too_busy');
    assert.deepEqual(await socket.closing(), { code: 1011, reason: 'internal' });
  } finally {
    await server.stop();
  }
});

// Signing in, as somebody would who means others harm.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client } from '../support/api.mjs';
import { exchange } from '../support/http.mjs';
import { done, newPerson, password, refused } from '../support/people.mjs';
import { withServer } from '../support/server.mjs';

test('a foreign page signs nobody in, however it writes the path', async () => {
  await withServer({}, async (server) => {
    const ana = await newPerson(server);
    const signIn = (path, origin) => exchange(server.url + path, {
      method: 'POST', headers: { Origin: origin, 'Content-Type': 'application/json' },
      body: JSON.stringify({ username: ana.username, password }),
    });
    for (const path of ['/api/v1/sessions', '/api/v1/%73essions', '/api/v1/session%73', '/api/%76%31/sessions']) {
      const answer = await signIn(path, 'https://evil.example');
      assert.equal(answer.status, 403, path);
      assert.equal(answer.body.code, 'forbidden');
      assert.equal(answer.headers['set-cookie'], undefined);
      assert.equal((await signIn(path, server.url)).status, 200, path);
    }
    const refresh = await exchange(`${server.url}/api/v1/sessions/%72efresh`, {
      method: 'POST', headers: { Origin: 'https://evil.example', 'Content-Type': 'application/json' },
      body: JSON.stringify({ refreshToken: ana.refreshToken }),
    });
    assert.equal(refresh.status, 403);
  });
});

test('a stranger cannot use up the attempts of who is signed in, whatever name they try', async () => {
  await withServer({ MADANG_LIMITS_FAILED_LOGINS: '2' }, async (server) => {
    const ana = await newPerson(server);
    const guest = new Client(server.url);
    const attempt = () => guest.signIn({ username: `#${ana.user.id}`, password: 'wrong wrong' });
    await refused(attempt(), 401, 'bad_credentials');
    await refused(attempt(), 401, 'bad_credentials');
    await refused(attempt(), 429, 'rate_limited');
    await done(ana.put('/me/password', { currentPassword: password, newPassword: 'another good one' }));
  });
});

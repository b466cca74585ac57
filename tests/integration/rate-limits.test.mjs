import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client } from '../support/api.mjs';
import { done, newGroup, newPerson, password, randomName, refused, say } from '../support/people.mjs';
import { withServer } from '../support/server.mjs';

function saysWhenToComeBack({ headers }) {
  assert.match(headers['retry-after'], /^[1-9]\d*$/);
  assert.ok(headers.ratelimit);
  assert.ok(headers['ratelimit-policy']);
}

test('failed logins of one account are limited, and the answer says when to come back', async () => {
  await withServer({ MADANG_LIMITS_FAILED_LOGINS: '3' }, async (server) => {
    const ana = await newPerson(server);
    const bo = await newPerson(server);
    const guest = new Client(server.url);
    const wrong = () => guest.signIn({ username: ana.username, password: 'wrong wrong' });
    for (let count = 0; count < 3; count += 1) await refused(wrong(), 401, 'bad_credentials');
    const limited = await wrong();
    await refused(limited, 429, 'rate_limited');
    saysWhenToComeBack(limited);
    await done(guest.signIn({ username: bo.username, password }), 200);
  });
});

test('failed logins of a name that nobody has are limited like those of an account', async () => {
  await withServer({ MADANG_LIMITS_FAILED_LOGINS: '2' }, async (server) => {
    const guest = new Client(server.url);
    const wrong = { username: randomName(), password };
    await refused(guest.signIn(wrong), 401, 'bad_credentials');
    await refused(guest.signIn(wrong), 401, 'bad_credentials');
    await refused(guest.signIn(wrong), 429, 'rate_limited');
  });
});

test('wrong passwords that come at once count as many', async () => {
  await withServer({ MADANG_LIMITS_FAILED_LOGINS: '5' }, async (server) => {
    const ana = await newPerson(server);
    const answers = await Promise.all(Array.from({ length: 60 }, (_, at) =>
      new Client(server.url).signIn({ username: ana.username, password: `wrong wrong ${at}` })));
    const statuses = answers.map(({ status }) => status);
    assert.equal(statuses.filter((status) => status === 401).length, 5);
    assert.equal(statuses.filter((status) => status === 429).length, 55);
  });
});

test('right passwords are not counted', async () => {
  await withServer({ MADANG_LIMITS_FAILED_LOGINS: '5' }, async (server) => {
    const ana = await newPerson(server);
    for (let count = 0; count < 12; count += 1) await done(new Client(server.url).signIn(ana), 200);
  });
});

for (const [what, guess] of Object.entries({
  'a new password': (person, current) => person.put('/me/password', { currentPassword: current, newPassword: 'another good one' }),
  'deleting oneself': (person, current) => person.delete('/me', { password: current }),
})) {
  test(`guessing the password for ${what} is limited`, async () => {
    await withServer({ MADANG_LIMITS_FAILED_LOGINS: '3' }, async (server) => {
      const [ana, bo] = [await newPerson(server), await newPerson(server)];
      for (let count = 0; count < 3; count += 1) await refused(guess(ana, `wrong wrong ${count}`), 401, 'bad_credentials');
      const limited = await guess(ana, password);
      await refused(limited, 429, 'rate_limited');
      saysWhenToComeBack(limited);
      assert.match(limited.headers['ratelimit-policy'], /;q=3;w=900$/, 'the rate of logins');
      await done(ana.get('/me'), 200);
      await done(guess(bo, password));
    });
  });
}

test('sign-ups of one address are limited', async () => {
  await withServer({ MADANG_LIMITS_SIGNUPS_PER_HOUR: '2' }, async (server) => {
    await newPerson(server);
    await newPerson(server);
    const limited = await new Client(server.url).signUp({ username: randomName(), password });
    await refused(limited, 429, 'rate_limited');
    saysWhenToComeBack(limited);
  });
});

test('a limit is told before the body is looked at', async () => {
  await withServer({ MADANG_LIMITS_SIGNUPS_PER_HOUR: '1' }, async (server) => {
    await newPerson(server);
    await refused(new Client(server.url).request('POST', '/users', { bytes: '{' }), 429, 'rate_limited');
  });
});

test('sends of one person are limited, and those of another are not', async () => {
  await withServer({ MADANG_LIMITS_SENDS_PER_SECOND: '1', MADANG_LIMITS_SENDS_BURST: '2' }, async (server) => {
    const [ana, bo] = [await newPerson(server), await newPerson(server)];
    const room = await newGroup(ana, [bo]);
    const answers = await Promise.all(Array.from({ length: 10 }, () => ana.post(`/rooms/${room.id}/messages`, { text: 'hi' })));
    const limited = answers.filter(({ status }) => status === 429);
    assert.ok(answers.filter(({ status }) => status === 201).length >= 2, 'the burst goes through');
    assert.ok(limited.length > 0, 'what is beyond it does not');
    saysWhenToComeBack(limited[0]);
    await say(bo, room, 'I may');
  });
});

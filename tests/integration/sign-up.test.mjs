import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client } from '../support/api.mjs';
import { done, newPerson, password, randomName, refused } from '../support/people.mjs';
import { startServer } from '../support/server.mjs';

let server;
let guest;
before(async () => {
  server = await startServer();
  guest = new Client(server.url);
});
after(() => server?.stop());

const signUp = (fields) => guest.post('/users', { username: randomName(), displayName: 'Ana', password, ...fields });

test('signing up answers 201 with the user and where it is, and does not sign in', async () => {
  const username = randomName();
  const answer = await signUp({ username, email: 'ana@example.org' });
  const user = await done(answer, 201);
  assert.equal(user.username, username);
  assert.equal(user.displayName, 'Ana');
  assert.equal(user.statusMessage, '');
  assert.equal(answer.headers.location, `/api/v1/users/${user.id}`);
  assert.equal(answer.headers['set-cookie'], undefined);
});

test('upper case in a username is folded', async () => {
  const username = randomName();
  const user = await done(signUp({ username: username.toUpperCase() }), 201);
  assert.equal(user.username, username);
  await done(guest.post('/sessions', { username: username.toUpperCase(), password }), 200);
});

test('a username is given once', async () => {
  const { username } = await newPerson(server);
  await refused(signUp({ username }), 409, 'username_taken');
  await refused(signUp({ username: username.toUpperCase() }), 409, 'username_taken');
});

test('of many who ask for one username at once, one gets it', async () => {
  const username = randomName();
  const answers = await Promise.all(Array.from({ length: 5 }, () => signUp({ username })));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 409, 409, 409, 409]);
});

test('a display name is trimmed and brought to NFC', async () => {
  const user = await done(signUp({ displayName: '  Zoe\u0308 \u1112\u1161\u11ab  ' }), 201);
  assert.equal(user.displayName, 'Zo\u00eb \ud55c');
});

test('a display name is counted in code points after trimming', async () => {
  const fifty = '\u{1f600}'.repeat(50);
  assert.equal((await done(signUp({ displayName: ` ${fifty} ` }), 201)).displayName, fifty);
  await refused(signUp({ displayName: `${fifty}x` }), 400, 'invalid_request', 'displayName');
});

const badNames = {
  'of blanks': '   ',
  'that is empty': '',
  'with a line feed': 'A\nna',
  'with a NUL': 'A\u0000na',
  'with a control character': 'A\u0007na',
  'with a bidirectional override': 'A\u202ena',
  'with a bidirectional isolate': 'A\u2066na',
};
for (const [what, displayName] of Object.entries(badNames)) {
  test(`a display name ${what} is refused`, async () => {
    await refused(signUp({ displayName }), 400, 'invalid_request', 'displayName');
  });
}

for (const username of ['ab', 'a'.repeat(33), 'with space', 'slash/es', 'ümlaut', '안녕하세요', '']) {
  test(`the username ${JSON.stringify(username)} is refused`, async () => {
    await refused(signUp({ username }), 400, 'invalid_request', 'username');
  });
}

test('a username has every allowed character, and 3 to 32 of them', async () => {
  const short = randomName('').slice(0, 3);
  await signUp({ username: short });
  const long = randomName('a.b_c-').padEnd(32, '0');
  assert.equal((await done(signUp({ username: long }), 201)).username, long);
});

test('a password has 8 to 128 characters', async () => {
  await refused(signUp({ password: '1234567' }), 400, 'invalid_request', 'password');
  await refused(signUp({ password: 'x'.repeat(129) }), 400, 'invalid_request', 'password');
  await done(signUp({ password: '\u{1f511}'.repeat(8) }), 201);
  await done(signUp({ password: '\u{1f511}'.repeat(128) }), 201);
});

for (const email of ['no-at-sign', 'two@@example.org', 'a@', '@b', `${'x'.repeat(251)}@b.c`]) {
  test(`the e-mail address ${email.slice(0, 16)} is refused`, async () => {
    await refused(signUp({ email }), 400, 'invalid_request', 'email');
  });
}

test('all that is wrong is said at once', async () => {
  const { errors } = await refused(guest.post('/users', { username: 'x', displayName: '', password: 'short' }), 400, 'invalid_request');
  assert.deepEqual(errors.map(({ field }) => field).sort(), ['displayName', 'password', 'username']);
});

test('nobody becomes administrator by saying so', async () => {
  await refused(signUp({ role: 'admin' }), 400, 'invalid_request', 'role');
});

test('a closed house takes nobody in', async () => {
  const closed = await startServer({ env: { MADANG_AUTH_SIGNUP: 'closed' } });
  try {
    const answer = new Client(closed.url).signUp({ username: randomName(), password });
    await refused(answer, 403, 'forbidden');
  } finally {
    await closed.stop();
  }
});

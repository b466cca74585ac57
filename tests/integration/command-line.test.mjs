// The commands that an administrator types, beside a running server where that matters.
import assert from 'node:assert/strict';
import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Client } from '../support/api.mjs';
import { command } from '../support/command.mjs';
import { eventually } from '../support/deadline.mjs';
import { done, newPerson, password, randomName, refused } from '../support/people.mjs';
import { freshDirectory, onPostgres, startServer } from '../support/server.mjs';
import { Stomp } from '../support/stomp.mjs';

let server;
before(async () => { server = await startServer({ env: { MADANG_AUTH_REVOCATION_POLL: '0.1' } }); });
after(() => server?.stop());

const run = async (args, options = {}) => {
  const ended = await command(args, { dataDir: server.dataDir, ...options });
  assert.equal(ended.code, 0, ended.stderr);
  return ended.stdout;
};

async function signedIn(name, secret) {
  const client = new Client(server.url);
  return { client, answer: await client.signIn({ username: name, password: secret }) };
}

test('an account that the command makes can sign in, and has its role', async () => {
  const name = randomName('op');
  assert.match(await run(['user', 'create', name, '--display-name', '관리자', '--role', 'admin', '--password-stdin'], { input: `${password}\n` }),
    new RegExp(`^created \\d+ ${name}\n$`));
  const { answer } = await signedIn(name, password);
  assert.deepEqual([answer.status, answer.body.user.role, answer.body.user.displayName], [200, 'admin', '관리자']);
  assert.match(await run(['user', 'list']), new RegExp(`\\t${name}\\tadmin\\tactive\\t관리자\\n`));
  await run(['user', 'set-role', name, 'user']);
  assert.match(await run(['user', 'list']), new RegExp(`\\t${name}\\tuser\\tactive`));
});

test('a command that cannot be done says why in one line, and fails', async () => {
  const taken = await newPerson(server);
  for (const [args, input, says] of [
    [['user', 'create', taken.username, '--password-stdin'], `${password}\n`, /username_taken/],
    [['user', 'create', 'x', '--password-stdin'], `${password}\n`, /3 to 32/],
    [['user', 'create', randomName(), '--password-stdin'], 'short\n', /8 to 128/],
    [['user', 'reset', 'nobody.at.all'], '', /no user nobody\.at\.all/],
  ]) {
    const ended = await command(args, { dataDir: server.dataDir, input });
    assert.equal(ended.code, 1);
    assert.match(ended.stderr, says);
    assert.equal(ended.stderr.trim().split('\n').length, 1, ended.stderr);
  }
  assert.equal((await command(['user', 'promote'], { dataDir: server.dataDir })).code, 2);
});

test('disabling reaches a running server: sockets close, tokens are void, and nobody signs in', async () => {
  const person = await newPerson(server);
  const socket = await Stomp.signedIn(server, person);
  await run(['user', 'disable', person.username]);
  assert.deepEqual({ ...(await socket.closing()) }, { code: 1008, reason: 'revoked' });
  await refused(person.get('/me'), 401, 'unauthenticated');
  assert.equal((await signedIn(person.username, password)).answer.body.code, 'bad_credentials');
  await run(['user', 'enable', person.username]);
  assert.equal((await signedIn(person.username, password)).answer.status, 200);
});

test('a new password ends all sessions, whoever sets it', async () => {
  const person = await newPerson(server);
  await run(['user', 'set-password', person.username, '--password-stdin'], { input: 'another good one\n' });
  await eventually(async () => (await person.get('/me')).status === 401, 'the old session to end');
  assert.equal((await signedIn(person.username, 'another good one')).answer.status, 200);
  const made = (await run(['user', 'reset', person.username])).trim();
  assert.equal((await signedIn(person.username, made)).answer.status, 200);
  assert.match(await run(['user', 'sign-out', person.username]), /^1 sessions/);
});

test('a rotated key signs new tokens and the old ones still count, unless they are revoked', async () => {
  const person = await newPerson(server);
  const [kid] = (await run(['keys', 'rotate'])).split(' ');
  const kids = async () => (await (await fetch(`${server.url}/.well-known/jwks.json`)).json()).keys.map((key) => key.kid);
  await eventually(async () => (await kids()).length === 2, 'the new key to be published');
  await done(person.get('/me'), 200);
  const listed = await run(['keys', 'list']);
  assert.match(listed, /\tsigns\n.*\tverifies\n$/);
  assert.ok(listed.startsWith(`${kid}\t${new Date().getUTCFullYear()}`), 'the new one signs from now on');

  await run(['keys', 'rotate', '--revoke']);
  await eventually(async () => (await kids()).length === 1, 'the old keys to be gone');
  await refused(person.get('/me'), 401, 'unauthenticated');
  await done((await signedIn(person.username, password)).client.get('/me'), 200);
});

test('migrate prints what it would do, does it once, and keeps the folder private', { skip: onPostgres && 'of the embedded database' }, async () => {
  const dataDir = join(await freshDirectory(), 'new');
  try {
    assert.match((await command(['migrate', '--plan'], { dataDir })).stdout, /^would apply 0001_/);
    await assert.rejects(stat(dataDir), { code: 'ENOENT' });
    assert.match((await command(['migrate'], { dataDir })).stdout, /^applied 0001_/);
    assert.equal((await command(['migrate'], { dataDir })).stdout, 'the schema is up to date\n');
    assert.equal((await stat(dataDir)).mode & 0o777, 0o700);
  } finally {
    await rm(join(dataDir, '..'), { recursive: true, force: true });
  }
});

test('the configuration is checked as a whole and printed as it is in force', async () => {
  const folder = await freshDirectory();
  try {
    const file = join(folder, 'madang.toml');
    await writeFile(file, '[server]\nlisten = "127.0.0.1:99999"\n\n[limits]\nsends_brust = 3\n');
    const { code, stderr } = await command(['config', 'check', '--config', file], { dataDir: folder, env: { MADANG_SERVER_LISTEN: undefined, MADANG_LIMITS_REPLAY: 'x' } });
    assert.equal(code, 1);
    assert.match(stderr, /madang\.toml:2.*server\.listen/);
    assert.match(stderr, /madang\.toml:5.*sends_brust/);
    assert.match(stderr, /MADANG_LIMITS_REPLAY/);

    await writeFile(file, '[limits]\nsends_burst = 77\n');
    const printed = (await command(['config', 'print', '--config', file, '--log.level', 'debug'], { dataDir: folder })).stdout;
    assert.match(printed, /sends_burst = 77/);
    assert.match((await command(['config', 'check', '--config', file], { dataDir: folder })).stdout, /sound/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('a secret is no flag', async () => {
  const ended = await command(['config', 'check', '--storage.url', 'sqlite://x'], { dataDir: server.dataDir });
  assert.notEqual(ended.code, 0);
});

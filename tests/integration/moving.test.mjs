// Everything in the database as a file: backups, and the way from SQLite to PostgreSQL and home again.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { command } from '../support/command.mjs';
import { eventually } from '../support/deadline.mjs';
import { Follower } from '../support/follower.mjs';
import { anotherDevice, befriend, done, newDirect, newGroup, newPeople, newPerson, say } from '../support/people.mjs';
import { Postgres } from '../support/postgres.mjs';
import { binary, environment, startServer } from '../support/server.mjs';
import { Stomp } from '../support/stomp.mjs';

let postgres;
let directory;
before(async () => {
  postgres = await Postgres.start();
  directory = await mkdtemp(join(tmpdir(), 'madang-moving-'));
});
after(async () => {
  for (const server of servers) await server.stop();
  await postgres?.stop();
  await rm(directory, { recursive: true, force: true });
});

const servers = [];  // some run on where a test has failed
let count = 0;
const embedded = () => `sqlite://${directory}/${count += 1}/madang.db`;
const production = async () => {
  const name = `moving${count += 1}`;
  await postgres.createDatabase(name);
  return postgres.url(name);
};
const file = (name) => join(directory, `${count += 1}-${name}`);

const serve = async (url, port = 0) => {
  servers.push(await startServer({ dataDir: directory, port, env: { MADANG_STORAGE_URL: url } }));
  return servers.at(-1);
};
const run = (url, ...args) => command(args, { dataDir: directory, env: { MADANG_STORAGE_URL: url } });
const well = async (url, ...args) => {
  const ended = await run(url, ...args);
  assert.equal(ended.code, 0, ended.stderr);
  return ended;
};
const badly = async (says, url, ...args) => {
  const ended = await run(url, ...args);
  assert.equal(ended.code, 1, ended.stderr);
  assert.match(ended.stderr, says);
  assert.equal(ended.stderr.trim().split('\n').length, 1, ended.stderr);
};
// How many lines an import has taken. Asked of the database itself: a command of ours would lock it, perhaps before the import does.
const linesTaken = async (url) => {
  const ask = "SELECT value FROM meta WHERE name = 'import'";
  const asked = url.startsWith('sqlite:')
    ? promisify(execFile)('sqlite3', ['-readonly', url.slice('sqlite://'.length), ask]).then(({ stdout }) => stdout)
    : postgres.query(/@\/(\w+)/.exec(url)[1], ask).then(String);
  return parseInt(await asked.catch(() => ''), 10) || 0;  // there is no such table yet
};
const linesOf = async (path) => (await readFile(path, 'utf8')).trimEnd().split('\n');

// People, friends, blocks, groups, direct rooms (one hidden), and everything that can happen to a message.
async function village(server) {
  const [ana, bo, cy, dee, eve] = await newPeople(server, 'ana', 'bo', 'cy', 'dee', 'eve');
  const group = await newGroup(ana, [bo, cy], '마당 "1"');
  const at = (seq) => `/rooms/${group.id}/messages/${seq}`;
  const first = await say(bo, group, '안녕\n😀 \\ "quoted" <b>');
  const second = await say(ana, group, 'a reply', { replyTo: first.seq });
  const third = await say(ana, group, 'to be deleted');
  await done(ana.patch(at(second.seq), { text: 'an edited reply' }), 200);
  await done(bo.put(`${at(third.seq)}/reactions/${encodeURIComponent('👍')}`));
  await done(ana.delete(at(third.seq)));
  for (const who of [ana, cy]) await done(who.put(`${at(first.seq)}/reactions/${encodeURIComponent('🎉')}`));
  await done(cy.delete(`${at(first.seq)}/reactions/${encodeURIComponent('🎉')}`));
  await done(ana.patch(`/rooms/${group.id}`, { name: '새 이름' }), 200);
  await done(ana.patch(`/rooms/${group.id}/members/${bo.user.id}`, { role: 'admin' }), 200);
  await done(cy.delete(`/rooms/${group.id}/members/me`));
  await befriend(ana, dee);
  await done(ana.post(`/rooms/${group.id}/members`, { userIds: [dee.user.id] }), 200);
  await done(bo.put(`/rooms/${group.id}/read`, { ordinal: 2 }));
  await done(dee.put(`/rooms/${group.id}/mute`));
  const direct = await done(ana.post('/rooms', { kind: 'direct', memberIds: [bo.user.id] }), 201);
  for (const text of ['one', 'two', 'three']) await say(bo, direct, text);
  const hidden = await newDirect(bo, dee);
  await say(dee, hidden, 'you will hide this');
  await done(bo.delete(`/rooms/${hidden.id}/members/me`));
  await say(ana, await done(ana.post('/rooms', { kind: 'direct', memberIds: [ana.user.id] }), 201), 'note to self');
  await done(cy.put(`/blocks/${dee.user.id}`));
  await done(eve.post('/friends', { userId: ana.user.id }), 201);
  await done(dee.patch('/me', { displayName: '디', statusMessage: 'brb' }), 200);
  const tablet = await anotherDevice(ana);
  const gone = await anotherDevice(bo);
  await done(gone.delete('/sessions/current'));
  const left = await newPerson(server, 'left');
  await done(left.delete('/me', { password: left.password }));
  return { people: [ana, bo, cy, dee, eve], tablet, gone, left, ana, bo, dee, group, hidden };
}

// All that a person can read, but for the epoch.
async function seenBy(person) {
  const get = async (path) => done(person.get(path), 200);
  const { epoch, ...list } = await get('/rooms');
  const inside = {};
  for (const { id } of list.rooms) {
    inside[id] = await Promise.all(['', '/members', '/messages?limit=100', '/events?after=0&limit=1000'].map((path) => get(`/rooms/${id}${path}`)));
    for (const part of inside[id]) delete part.epoch;
  }
  const own = await Promise.all(['/me', '/friends', '/friends/requests', '/blocks', '/sessions'].map(get));
  return { own, list, inside };
}

const move = (people, server) => { for (const person of people) person.url = server.url; };
const epochOf = async (person) => (await done(person.get('/rooms'), 200)).epoch;

async function subscribed(server, person, room, since) {
  const socket = await Stomp.signedIn(server, person);
  const { receipt } = await socket.subscribe(`/topic/rooms/${room.id}`, { 'x-since': since });
  await socket.close();
  return receipt.headers;
}

test('from SQLite to PostgreSQL and home: everything reads the same, people come in, and positions are void', async () => {
  const first = embedded();
  let server = await serve(first);
  const there = await village(server);
  const everybody = [...there.people, there.tablet, there.gone, there.left];
  const { ana, bo, dee, group, hidden } = there;
  const before = await Promise.all(there.people.map(seenBy));
  const oldEpoch = await epochOf(ana);
  const seq = (await done(ana.get(`/rooms/${group.id}`), 200)).lastSeq;
  const position = `${oldEpoch}.${seq - 2}`;
  assert.equal((await subscribed(server, ana, group, position))['x-recovered'], 'true');
  await server.stop();

  const texts = [];
  let from = first;
  for (const to of [await production(), embedded()]) {
    const path = file('all.jsonl');
    assert.match((await well(from, 'export', path)).stderr, /^exported \d+ rows in [\d.]+ s, epoch \w{12}\n$/);
    assert.match((await well(to, 'import', path)).stderr, /^imported \d+ rows in [\d.]+ s, epoch \w{12}\n$/);
    texts.push(await linesOf(path));
    server = await serve(to);
    move(everybody, server);
    assert.deepEqual(await Promise.all(there.people.map(seenBy)), before);
    const epoch = await epochOf(ana);
    assert.notEqual(epoch, oldEpoch);
    const { 'x-recovered': recovered, 'x-epoch': named } = await subscribed(server, ana, group, position);
    assert.deepEqual([recovered, named], ['false', epoch]);
    assert.equal((await subscribed(server, ana, group, `${epoch}.${seq - 2}`))['x-recovered'], 'true');
    from = to;
    await server.stop();
  }
  assert.deepEqual(texts[1].slice(1), texts[0].slice(1), 'the files are the same but for their first lines');

  server = await serve(from);
  move(everybody, server);
  await done(there.tablet.refresh(), 200);
  await done(there.tablet.get('/me'), 200);
  assert.equal((await there.gone.refresh()).status, 401);
  assert.equal((await there.left.signIn(there.left)).status, 401);
  for (const person of there.people) await done((await anotherDevice(person)).get('/me'), 200);
  assert.equal((await say(bo, group, 'we are here')).seq, seq + 1);
  await say(dee, hidden, 'come back');
  assert.deepEqual((await done(bo.get(`/rooms/${hidden.id}/messages`), 200)).messages.map(({ text }) => text), ['come back']);
  assert.equal((await newPerson(server)).user.id > Math.max(...there.people.map(({ user }) => user.id)), true);
  await server.stop();
});

test('a backup is made beside a running server, and restoring it brings everybody back to that moment, clients that follow too', async () => {
  for (const url of [embedded(), await production()]) {
    let server = await serve(url);
    const ana = await newPerson(server);
    const room = await newGroup(ana);
    await say(ana, room, 'before');
    const follower = await Follower.of(server, ana, room);
    const backup = file('backup.jsonl');
    // Somebody talks all the while.
    let talking = true;
    const talk = (async () => { while (talking) await say(ana, room, 'meanwhile'); })();
    await well(url, 'backup', backup);
    talking = false;
    await talk;
    await follower.leave();
    await follower.come(server);
    assert.equal(follower.reloads, 0, 'a backup changes nothing for those who go on');
    await badly(/exists/, url, 'backup', backup);
    assert.equal((await stat(backup)).mode & 0o777, 0o600);
    const lines = await linesOf(backup);
    const counts = JSON.parse(lines.at(-1)).rows;
    assert.deepEqual(counts, JSON.parse(lines[0]).rows);
    const kept = lines.filter((line) => line.startsWith('{"table":"events"')).length;
    const head = lines.map((line) => JSON.parse(line)).find(({ table }) => table === 'rooms').last_seq;
    assert.deepEqual([counts.events, head], [kept, kept], 'the room and its log are of one moment');

    await follower.sees((await say(ana, room, 'after')).seq);
    await follower.showsAll();
    await badly(/served by another madang|in use by another madang/, url, 'restore', '--replace', backup);
    const { port } = new URL(server.url);
    await server.stop();
    await badly(/is not empty/, url, 'restore', backup);
    await badly(/is not empty/, url, 'import', backup);
    await well(url, 'restore', '--replace', backup);
    server = await serve(url, Number(port));
    assert.equal((await ana.get('/me')).status, 401, 'a token of what has not been any more');
    await done(ana.refresh(), 200);
    assert.equal((await done(ana.get(`/rooms/${room.id}`), 200)).lastSeq, kept);
    await follower.goes();
    await follower.come(server);
    assert.equal(follower.reloads, 1, 'its position is of a log that is not any more');
    assert.equal(follower.log.length, kept);
    await follower.sees((await say(ana, room, 'and on')).seq);
    await follower.showsAll();
    await follower.leave();
    await server.stop();
  }
});

test('commands on a database that is not there fail, and make none', async () => {
  const nowhere = embedded();
  for (const args of [['backup', file('none')], ['export', '-'], ['epoch'], ['epoch', 'new']]) await badly(/there is no database .*MADANG_STORAGE_URL/, nowhere, ...args);
  await assert.rejects(stat(nowhere.slice('sqlite://'.length)), { code: 'ENOENT' });
  const empty = await production();
  for (const args of [['backup', file('none')], ['epoch', 'new']]) await badly(/schema is older than this madang, it lacks 0001_accounts/, empty, ...args);
});

test('commands migrate no database that somebody serves, and leave nothing out of one that is a step newer', async () => {
  const url = await production();
  const database = `moving${count}`;
  await well(url, 'user', 'list');  // a new one is made
  const server = await serve(url);
  const archive = file('all.jsonl');
  await well(url, 'export', archive);
  const last = 'SELECT max(version) FROM migrations';
  await postgres.query(database, `CREATE TABLE last AS SELECT * FROM migrations WHERE version = (${last})`);
  await postgres.query(database, `DELETE FROM migrations WHERE version = (${last})`);
  for (const args of [['user', 'list'], ['keys', 'list'], ['epoch']]) await badly(/older than this madang, it lacks \d{4}_\w+: .*madang migrate/, url, ...args);
  // The step that seems to be missing would fail, and say so.
  for (const args of [['import', archive], ['restore', '--replace', archive]]) await badly(/in use by another madang|older than this madang/, url, ...args);
  await postgres.query(database, 'INSERT INTO migrations SELECT * FROM last');
  await postgres.query(database, `INSERT INTO migrations SELECT version + 1, 'next', checksum, applied_at FROM last`);
  for (const args of [['backup', file('newer')], ['export', '-']]) await badly(/migrated by a newer madang/, url, ...args);
  for (const args of [['user', 'list'], ['epoch'], ['epoch', 'new']]) await well(url, ...args);
  await server.stop();
});

test('an import that was killed keeps everybody out until it is run again', async () => {
  const from = embedded();
  const server = await serve(from);
  const { people: [ana], group } = await village(server);
  await server.stop();
  const path = file('all.jsonl');
  await well(from, 'export', path);
  const text = await readFile(path, 'utf8');
  for (const url of [embedded(), await production()]) {
    const importing = spawn(binary, ['import', '-'], { env: environment({ dataDir: directory, env: { MADANG_STORAGE_URL: url } }), stdio: ['pipe', 'ignore', 'inherit'] });
    importing.stdin.write(text.slice(0, text.length * 0.8));
    await eventually(async () => await linesTaken(url) > 9, 'some rows to be there');
    const ended = once(importing, 'exit');
    importing.kill('SIGKILL');
    await ended;
    const unfinished = /an import into this database is unfinished .*restore/;
    await assert.rejects(serve(url), unfinished);
    for (const args of [['user', 'list'], ['keys', 'list'], ['epoch'], ['epoch', 'new'], ['export', '-'], ['backup', file('none')]]) await badly(unfinished, url, ...args);
    assert.match((await well(url, 'import', path)).stderr, /, [1-9]\d* of them in an earlier run,/);
    const moved = await serve(url);
    move([ana], moved);
    assert.equal((await done(ana.get(`/rooms/${group.id}/messages`), 200)).messages.length > 1, true);
    await moved.stop();
  }
});

test('on a terminal they say how far they are', async () => {
  const from = embedded();
  const server = await serve(from);
  await village(server);
  await server.stop();
  const path = file('all.jsonl');
  const onTerminal = async (url, ...args) => {
    const { stdout } = await promisify(execFile)('script', ['-qec', [binary, ...args].join(' '), '/dev/null'], { env: environment({ dataDir: directory, env: { MADANG_STORAGE_URL: url } }) });
    return stdout.replaceAll('\r', '');
  };
  for (const [url, ...args] of [[from, 'export', path], [await production(), 'import', path]]) {
    const said = await onTerminal(url, ...args);
    for (const table of ['users', 'rooms', 'members', 'events']) assert.match(said, new RegExp(`^${table}: [1-9]\\d* rows$`, 'm'));
  }
});

test('an export that was cut is completed, and a broken file is told with its line', async () => {
  const from = embedded();
  const server = await serve(from);
  await village(server);
  await server.stop();
  const path = file('all.jsonl');
  await well(from, 'export', path);
  const whole = await readFile(path);
  await badly(/exists/, from, 'export', path);
  await truncate(path, Math.floor(whole.length / 2));
  await badly(/all\.jsonl:\d+: the archive ends behind this line/, embedded(), 'import', path);
  assert.match((await well(from, 'export', '--resume', path)).stderr, /in an earlier run/);
  assert.deepEqual(await readFile(path), whole);
  assert.equal((await well(from, 'export', '-')).stdout.split('\n').slice(1).join('\n'), whole.toString().split('\n').slice(1).join('\n'));

  const lines = whole.toString().split('\n');
  lines[2] = lines[2].replace('"locale"', '"shoe"');
  await writeFile(path, lines.join('\n'));
  await badly(/all\.jsonl:3: the column locale of users is missing\n$/, embedded(), 'import', path);
  await badly(/cannot read .*nowhere: No such file/, embedded(), 'import', join(directory, 'nowhere'));
  await badly(/:1: is no JSON/, embedded(), 'import', binary);
});

// Each kind of write, one by one: everybody concerned has just read what it changes on every node, then sees it at once on the node of the
// write, and within a second on the others (design, chapter 6).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually } from '../support/deadline.mjs';
import { Nodes, on } from '../support/nodes.mjs';
import { befriend, done, newDirect, newGroup, newPeople, password, refused, say } from '../support/people.mjs';

const bound = 1000;

let nodes, here;
let worst = { ms: 0, what: 'nothing stale' };
before(async () => {
  nodes = await Nodes.start(3, { envOf: (i, { redis }) => ({ MADANG_CACHE_URL: redis.url, MADANG_CACHE_TTL: '30s' }) });
  [here] = nodes.all;
});
after(async () => {
  await nodes?.stop();
  console.log(`# worst staleness on another node ${worst.ms} ms: ${worst.what}`);
});

// Somebody's view of something: a path, and what is seen there.
const view = (person, path, see) => ({ person, path, see });
const listed = (person, room, see = () => 'listed') => view(person, '/rooms', ({ rooms }) => {
  const own = rooms.find(({ id }) => id === room.id);
  return own && see(own, rooms);
});
const paged = (person, room, see) => view(person, `/rooms/${room.id}/messages`, ({ messages }) => see(messages.at(-1)));
const member = (person, room, other, see = () => 'member') => view(person, `/rooms/${room.id}/members`, ({ members }) => {
  const found = members.find(({ user }) => user.id === other.user.id);
  return found && see(found);
});
const friend = (person, other, see = () => 'friend') => view(person, '/friends', ({ friends }) => {
  const found = friends.find(({ user }) => user.id === other.user.id);
  return found && see(found.user);
});
const self = (person, see) => view(person, '/me', see);
const user = (person, other, see) => view(person, `/users/${other.user.id}`, see);
const lastText = ({ lastMessage }) => lastMessage?.text ?? (lastMessage ? 'deleted' : 'none');
const memberCount = (room) => room.memberCount;
const nameOf = (person) => ({ members }) => {
  const { user: found } = members.find(({ user: { id } }) => id === person.user.id);
  return found.displayName ?? 'deleted';
};

async function seen(node, { person, path, see }) {
  return see(await done(on(node, person).get(path), 200));
}

// `expected`: [view, what it shows after `write`], and something else before.
async function becomes(what, write, expected) {
  // Twice: whatever keeps only what is asked for again keeps it now.
  for (const _ of [1, 2]) for (const node of nodes.all)
    for (const [one, then] of expected) assert.notDeepEqual(await seen(node, one), then, `${what}: ${one.path} shows it before`);
  await write();
  const answered = Date.now();
  for (const [one, then] of expected) assert.deepEqual(await seen(here, one), then, `${what}: ${one.path} of ${one.person.username} where it was written`);
  await Promise.all(nodes.all.slice(1).flatMap((node) => expected.map(async ([one, then]) => {
    let asked, stale = false;
    await eventually(async () => {
      asked = Date.now();
      try {
        assert.deepEqual(await seen(node, one), then);
        return true;
      } catch (error) {
        if (asked - answered > bound) throw new Error(`${what}: ${one.path} of ${one.person.username} on another node: ${error.message}`);
        stale = true;
        return false;
      }
    }, what, bound + 5000);
    if (stale && asked - answered > worst.ms) worst = { ms: asked - answered, what: `${what}, ${one.path.replace(/\d+/g, 'N')}` };
  })));
  for (const node of nodes.all) for (const [one, then] of expected) assert.deepEqual(await seen(node, one), then, `${what}: it stays`);
}

// A room of three, owned by the first, with one message; and another room that is newer.
async function scene() {
  const [ana, bo, cem] = await newPeople(here, 'ana', 'bo', 'cem');
  const room = await newGroup(ana, [bo, cem], 'first');
  const { seq, ordinal } = await say(ana, room, 'one');
  const other = await done(ana.post('/rooms', { kind: 'group', memberIds: [bo.user.id], name: 'other' }), 201);
  await say(ana, other, 'newer');
  return { ana, bo, cem, room, other, seq, ordinal, at: `/rooms/${room.id}` };
}

const each = (people, make, then) => people.map((person) => [make(person), then]);

const writes = {
  'a message': ({ ana, bo, cem, room, at }) => [() => done(bo.post(`${at}/messages`, { text: 'two' }), 201), [
    ...each([ana, bo, cem], (p) => listed(p, room, lastText), 'two'),
    ...each([ana, bo, cem], (p) => paged(p, room, ({ text }) => text), 'two'),
    ...each([ana, bo], (p) => listed(p, room, (own, rooms) => rooms[0].id === room.id), true),
    [listed(cem, room, ({ unread }) => unread), 2],
    [member(cem, room, bo, ({ readOrdinal }) => readOrdinal), 2],
  ]],
  'an edit': ({ ana, bo, cem, room, at, seq }) => [() => done(ana.patch(`${at}/messages/${seq}`, { text: 'changed' }), 200), [
    ...each([ana, bo, cem], (p) => listed(p, room, lastText), 'changed'),
    ...each([ana, bo, cem], (p) => paged(p, room, ({ text, editedAt }) => [text, editedAt !== undefined]), ['changed', true]),
  ]],
  'a deletion': ({ ana, bo, cem, room, at, seq }) => [() => done(ana.delete(`${at}/messages/${seq}`)), [
    ...each([ana, bo, cem], (p) => listed(p, room, lastText), 'deleted'),
    ...each([ana, bo, cem], (p) => paged(p, room, ({ text }) => text ?? 'deleted'), 'deleted'),
  ]],
  'a reaction': ({ ana, bo, cem, room, at, seq }) => [() => done(bo.put(`${at}/messages/${seq}/reactions/${encodeURIComponent('👍')}`)), [
    ...each([ana, cem], (p) => paged(p, room, ({ reactions }) => reactions), [{ emoji: '👍', count: 1, mine: false }]),
    [paged(bo, room, ({ reactions }) => reactions), [{ emoji: '👍', count: 1, mine: true }]],
  ]],
  'a read mark': ({ ana, bo, cem, room, at, ordinal }) => [() => done(bo.put(`${at}/read`, { ordinal })), [
    [listed(bo, room, ({ unread, readOrdinal }) => [unread, readOrdinal]), [0, ordinal]],
    ...each([ana, bo, cem], (p) => member(p, room, bo, ({ readOrdinal }) => readOrdinal), ordinal),
    ...each([ana, bo, cem], (p) => paged(p, room, ({ unreadBy }) => unreadBy), 1),
  ]],
  'a new name of a room': ({ ana, bo, cem, room, at }) => [() => done(ana.patch(at, { name: '마당' }), 200), [
    ...each([ana, bo, cem], (p) => listed(p, room, ({ name }) => name), '마당'),
    ...each([ana, bo, cem], (p) => paged(p, room, ({ kind, name }) => `${kind} ${name}`), 'rename 마당'),
  ]],
  'an invitation': ({ ana, bo, cem, other }) => [() => done(ana.post(`/rooms/${other.id}/members`, { userIds: [cem.user.id] }), 200), [
    [listed(cem, other, ({ name, unread }) => [name, unread]), ['other', 0]],
    ...each([ana, bo], (p) => listed(p, other, memberCount), 3),
    ...each([ana, bo], (p) => member(p, other, cem), 'member'),
    ...each([ana, bo], (p) => paged(p, other, ({ kind }) => kind), 'join'),
  ]],
  'a removal': ({ ana, bo, cem, room, at }) => [() => done(ana.delete(`${at}/members/${cem.user.id}`)), [
    [listed(cem, room), undefined],
    ...each([ana, bo], (p) => listed(p, room, memberCount), 2),
    ...each([ana, bo], (p) => member(p, room, cem), undefined),
    ...each([ana, bo], (p) => paged(p, room, ({ kind }) => kind), 'leave'),
  ]],
  'a leaving of the owner': ({ ana, bo, other }) => [() => done(ana.delete(`/rooms/${other.id}/members/me`)), [
    [listed(ana, other), undefined],
    [listed(bo, other, ({ role, memberCount: count }) => [role, count]), ['owner', 1]],
    [member(bo, other, ana), undefined],
    [member(bo, other, bo, ({ role }) => role), 'owner'],
  ]],
  'a role': ({ ana, bo, cem, room, at }) => [() => done(ana.patch(`${at}/members/${bo.user.id}`, { role: 'owner' }), 200), [
    [listed(bo, room, ({ role }) => role), 'owner'],
    [listed(ana, room, ({ role }) => role), 'admin'],
    ...each([ana, bo, cem], (p) => member(p, room, bo, ({ role }) => role), 'owner'),
    ...each([ana, bo, cem], (p) => member(p, room, ana, ({ role }) => role), 'admin'),
    ...each([ana, cem], (p) => listed(p, room, ({ members }) => members.find(({ role }) => role === 'owner').user.id), bo.user.id),
  ]],
  'muting': ({ bo, room, at }) => [() => done(bo.put(`${at}/mute`)), [[listed(bo, room, ({ muted }) => muted), true]]],
  'a new group': ({ ana, bo, cem }) => [() => done(ana.post('/rooms', { kind: 'group', memberIds: [bo.user.id, cem.user.id], name: 'brand new' }), 201),
    each([ana, bo, cem], (p) => view(p, '/rooms', ({ rooms }) => rooms[0].name), 'brand new')],
  'a direct room that is opened': ({ ana, bo }) => [() => done(ana.post('/rooms', { kind: 'direct', memberIds: [bo.user.id] }), 201),
    each([ana, bo], (p) => view(p, '/rooms', ({ rooms }) => rooms.filter(({ kind }) => kind === 'direct').length), 1)],
  'an accepted request': async ({ bo, cem }) => {
    await done(bo.post('/friends', { userId: cem.user.id }), 201);
    return [() => done(cem.post(`/friends/requests/${bo.user.id}/accept`)), [[friend(bo, cem), 'friend'], [friend(cem, bo), 'friend']]];
  },
  'a request that meets the other\'s': async ({ bo, cem }) => {
    await done(bo.post('/friends', { userId: cem.user.id }), 201);
    return [() => done(cem.post('/friends', { userId: bo.user.id }), 201), [[friend(bo, cem), 'friend'], [friend(cem, bo), 'friend']]];
  },
  'the end of a friendship': ({ ana, bo }) => [() => done(ana.delete(`/friends/${bo.user.id}`)), [[friend(ana, bo), undefined], [friend(bo, ana), undefined]]],
  'a block': ({ ana, bo }) => [() => done(ana.put(`/blocks/${bo.user.id}`)), [[friend(ana, bo), undefined], [friend(bo, ana), undefined]]],
  'a profile': ({ ana, bo, cem, room }) => [() => done(bo.patch('/me', { displayName: 'Bo the Second', statusMessage: 'away' }), 200), [
    [self(bo, ({ displayName, statusMessage }) => [displayName, statusMessage]), ['Bo the Second', 'away']],
    ...each([ana, cem], (p) => user(p, bo, ({ displayName }) => displayName), 'Bo the Second'),
    [friend(ana, bo, ({ displayName, statusMessage }) => [displayName, statusMessage]), ['Bo the Second', 'away']],
    ...each([ana, bo, cem], (p) => member(p, room, bo, ({ user: { displayName } }) => displayName), 'Bo the Second'),
    ...each([ana, bo, cem], (p) => listed(p, room, nameOf(bo)), 'Bo the Second'),
  ]],
};

for (const [what, prepare] of Object.entries(writes))
  test(`${what} is seen by everybody concerned, here at once and elsewhere within a second`, async () => becomes(what, ...await prepare(await scene())));

test('hiding a direct room, opening it again, and a message that brings it back are seen, and the other one keeps it', async () => {
  const [ana, bo] = await newPeople(here, 'ana', 'bo');
  const room = await newDirect(ana, bo);
  await say(bo, room, 'old');
  const hide = () => done(ana.delete(`/rooms/${room.id}/members/me`));
  await becomes('hiding', hide, [[listed(ana, room), undefined]]);
  await becomes('opening again', () => done(ana.post('/rooms', { kind: 'direct', memberIds: [bo.user.id] }), 200), [[listed(ana, room, lastText), 'none']]);
  await becomes('hiding again', hide, [[listed(ana, room), undefined]]);
  await becomes('coming back', () => say(bo, room, 'new'), [[listed(ana, room, lastText), 'new'], [listed(bo, room, lastText), 'new']]);
});

test('a new friendship after a block that was taken back is seen', async () => {
  const [ana, bo] = await newPeople(here, 'ana', 'bo');
  await befriend(ana, bo);
  await done(ana.put(`/blocks/${bo.user.id}`));
  await becomes('an unblocked friend', async () => {
    await done(ana.delete(`/blocks/${bo.user.id}`));
    await befriend(bo, ana);
  }, [[friend(ana, bo), 'friend'], [friend(bo, ana), 'friend']]);
});

test('a deleted person is gone from friends and groups, and from direct rooms by name', async () => {
  const { ana, bo, cem, room } = await scene();
  const direct = await done(ana.post('/rooms', { kind: 'direct', memberIds: [bo.user.id] }), 201);
  await becomes('a deleted person', () => done(bo.delete('/me', { password })), [
    ...each([ana, cem], (p) => user(p, bo, ({ deleted }) => deleted), true),
    [friend(ana, bo), undefined],
    ...each([ana, cem], (p) => member(p, room, bo), undefined),
    ...each([ana, cem], (p) => listed(p, room, memberCount), 2),
    [listed(ana, direct, nameOf(bo)), 'deleted'],
  ]);
});

test('who is removed reads nothing more on any node at once, and the list follows within a second', async () => {
  const { ana, bo, room, at } = await scene();
  const paths = [at, `${at}/messages`, `${at}/members`];
  for (const node of nodes.all) for (const path of paths) await done(on(node, bo).get(path), 200);
  await becomes('a removal', async () => {
    await done(ana.delete(`${at}/members/${bo.user.id}`));
    for (const node of nodes.all) for (const path of paths) await refused(on(node, bo).get(path), 403, 'not_a_member');
  }, [[listed(bo, room), undefined]]);
});

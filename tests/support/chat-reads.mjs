// The reads that a cache may answer, each judged piece by piece: the pieces of one answer may be of different age, none older than promised.
import assert from 'node:assert/strict';
import { now } from './fact.mjs';
import { memberOf, pageSize, seesRoom, unreadBy, visibleTo } from './chat-model.mjs';

// GET as a person on a node, judged.
export async function look(chat, kind, person, node, subject) {
  const read = { node, began: now() };
  const answer = await chat.as(person, node).get(paths[kind](subject, person)).catch((error) => {
    if (!person.gone) throw error;
  });
  read.ended = now();
  // What is answered to somebody whose account is being deleted meanwhile is not this test's.
  if (person.gone) return;
  chat.counts.reads += 1;
  chat.slowest[kind] = Math.max(chat.slowest[kind] ?? 0, read.ended - read.began);
  judges[kind](chat, read, person, answer, subject);
}

const paths = {
  rooms: () => '/rooms',
  room: (room) => `/rooms/${room.id}`,
  members: (room) => `/rooms/${room.id}/members?limit=100`,
  messages: (room) => `/rooms/${room.id}/messages`,
  friends: () => '/friends?limit=100',
  user: (other, person) => (other === person ? '/me' : `/users/${other.user.id}`),
};

const judges = {
  rooms(chat, read, person, { status, text, body }) {
    assert.equal(status, 200, text);
    const shown = new Map(body.rooms.map((room) => [room.id, room]));
    for (const room of chat.rooms.values()) {
      room.fact.check(read, `room ${room.id} in the list of ${person.name}`, shown.has(room.id), (value) => seesRoom(value, person.user.id));
      if (shown.has(room.id)) judgeRoom(chat, read, person, room, shown.get(room.id));
      shown.delete(room.id);
    }
    // Only a room whose making has not been answered yet is not known here.
    assert.ok(shown.size <= chat.births, `${person.name} sees a room that nobody made: ${[...shown.keys()]}`);
    judgeOrder(chat, read, body.rooms);
  },

  room(chat, read, person, answer, room) {
    if (mayRead(read, person, answer, room)) judgeRoom(chat, read, person, room, answer.body);
  },

  members(chat, read, person, answer, room) {
    if (!mayRead(read, person, answer, room)) return;
    judgeMembers(chat, read, room, answer.body.members, (value) => value.members);
    const times = answer.body.members.map(({ joinedAt }) => joinedAt);
    assert.deepEqual(times, [...times].sort(), `the members of room ${room.id} come in the order of joining`);
  },

  messages(chat, read, person, answer, room) {
    if (!mayRead(read, person, answer, room)) return;
    const me = person.user.id;
    const { messages, lastSeq, hasMore } = answer.body;
    const what = `the newest page of room ${room.id} for ${person.name}`;
    const page = (value) => visibleTo(value, me).slice(-pageSize);
    const check = (part, shown, view) => room.fact.check(read, `${part} of ${what}`, shown, (value) => (memberOf(value, me) ? view(value) : undefined));
    check('lastSeq', lastSeq, (value) => value.lastSeq);
    check('hasMore', hasMore, (value) => visibleTo(value, me).length > pageSize);
    check('entries', messages.map(outline), (value) => page(value).map(outline));
    for (const message of messages.filter(({ kind }) => kind === 'message')) {
      const checkOne = (part, shown, view) => check(`${part} of ${message.seq}`, shown, (value) => {
        const entry = value.entries.find(({ seq }) => seq === message.seq);
        return entry && view(entry, value);
      });
      checkOne('content', content(message), content);
      checkOne('edited', message.text !== undefined && message.editedAt !== undefined, (entry) => entry.text !== undefined && entry.edited);
      checkOne('reactions', Object.fromEntries(message.reactions.map(({ emoji, count, mine }) => [emoji, `${count} ${mine}`])), ({ reactions }) =>
        Object.fromEntries(Object.entries(reactions).filter(([, ids]) => ids.length > 0).map(([emoji, ids]) => [emoji, `${ids.length} ${ids.includes(me)}`])));
      checkOne('unreadBy', message.unreadBy, (entry, value) => unreadBy(value, entry));
    }
  },

  friends(chat, read, person, { status, text, body }) {
    assert.equal(status, 200, text);
    const shown = new Map(body.friends.map(({ user }) => [user.id, user]));
    assert.equal(shown.size, body.friends.length, 'each friend once');
    for (const other of chat.people) {
      if (other === person) continue;
      const { id } = other.user;
      chat.pair(person, other).check(read, `${other.name} in the friends of ${person.name}`, shown.has(id), (pair) => pair.friends);
      if (shown.has(id)) judgeUser(chat, read, shown.get(id), `in the friends of ${person.name}`);
    }
  },

  user(chat, read, person, { status, text, body }) {
    assert.equal(status, 200, text);
    judgeUser(chat, read, body, `as ${person.name} asks`);
  },
};

// Membership is never decided from a cache: what was answered anywhere holds everywhere at once.
function mayRead(read, person, { status, text, body }, room) {
  if (status !== 200) assert.equal(body?.code, 'not_a_member', `${status} ${text}`);
  room.fact.check(read, `whether ${person.name} may read room ${room.id}`, status === 200, (value) => seesRoom(value, person.user.id), true);
  return status === 200;
}

const outline = ({ seq, kind, userIds, userId, name }) => `${seq} ${kind} ${userIds ? [...userIds].sort((a, b) => a - b) : userId ?? name ?? ''}`;
const content = ({ authorId, ordinal, text }) => `${ordinal} by ${authorId}: ${text ?? 'deleted'}`;

function judgeRoom(chat, read, person, room, shown) {
  const me = person.user.id;
  const check = (part, view) =>
    room.fact.check(read, `${part} of room ${room.id} for ${person.name}`, shown[part] ?? null, (value) => value && (view(value) ?? null));
  check('kind', ({ kind }) => kind);
  check('name', ({ name }) => name);
  check('memberCount', ({ members }) => members.length);
  check('lastSeq', ({ lastSeq }) => lastSeq);
  check('lastOrdinal', ({ lastOrdinal }) => lastOrdinal);
  check('readOrdinal', (value) => memberOf(value, me)?.read);
  check('muted', (value) => memberOf(value, me)?.muted);
  check('role', (value) => memberOf(value, me)?.role);
  assert.equal(shown.unread, shown.lastOrdinal - shown.readOrdinal, `unread of room ${room.id}`);
  judgeLastMessage(read, room, person, shown.lastMessage);
  judgeMembers(chat, read, room, shown.members, (value) => value.members.slice(0, 5));
}

// The room's newest message, if the reader's own place in the room lets them see it; the two may be of different age.
function judgeLastMessage(read, room, person, shown) {
  const me = person.user.id;
  const newest = (entries) => entries.findLast(({ kind }) => kind === 'message');
  const seen = (value) => memberOf(value, me) && newest(visibleTo(value, me));
  if (!shown && room.fact.allowed(read, (value) => value && Boolean(seen(value))).some(({ value }) => !seen(value))) return;
  room.fact.check(read, `lastMessage of room ${room.id} for ${person.name}`, shown ? content(shown) : null, (value) => {
    const message = value && newest(value.entries);
    return message ? content(message) : null;
  });
}

function judgeMembers(chat, read, room, shown, of) {
  const roles = (members) => Object.fromEntries(members.map(({ id, user, role }) => [id ?? user.id, role]));
  room.fact.check(read, `the members of room ${room.id}`, roles(shown), (value) => value && roles(of(value)));
  for (const { user, readOrdinal } of shown) {
    room.fact.check(read, `the read mark of ${user.id} in room ${room.id}`, readOrdinal, (value) => memberOf(value, user.id)?.read);
    judgeUser(chat, read, user, `in room ${room.id}`);
  }
}

function judgeUser(chat, read, { id, deleted = false, displayName, statusMessage }, where) {
  chat.users.get(id).check(read, `person ${id} ${where}`, deleted ? 'deleted' : [displayName, statusMessage], (value) => value);
}

// Newest message first. Rooms whose newest message is hidden from the reader have a place that nothing shown explains.
function judgeOrder(chat, read, rooms) {
  let latest = Infinity;
  for (const { id, lastMessage, lastOrdinal } of rooms) {
    const room = chat.rooms.get(id);
    if (!room || (!lastMessage && lastOrdinal > 0)) continue;
    const newest = (value) => value?.entries.findLast(({ kind }) => kind === 'message');
    const times = room.fact.allowed(read, (value) => value && (newest(value)?.seq ?? 0)).filter(({ value }) => value).map(({ value }) => {
      const message = newest(value);
      return message ? room.times.get(message.seq) ?? Infinity : value.lastOrdinal > 0 ? NaN : room.times.get(1);
    });
    if (times.some(Number.isNaN)) continue;
    assert.ok(Math.min(...times) <= latest, `room ${id} comes too late in the list on node ${read.node}: ${rooms.map((one) => one.id)}`);
    latest = Math.min(latest, Math.max(...times));
  }
}

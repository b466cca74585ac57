// The random writes between people (chat-steps.mjs): rooms that are made, friends, blocks, profiles, and the end of an account.
import { blocked, friends, left, memberOf, newRoom, reopened, strangers, successor, unblocked } from './chat-model.mjs';
import { password } from './people.mjs';

const mostRooms = 14;

export function friendOf(chat, dice, person) {
  const all = chat.people.filter((other) => other !== person && chat.pair(person, other).newest.friends);
  return all.length > 0 ? dice.pick(all) : undefined;
}

export const peopleSteps = {
  group(chat, dice, person) {
    if ([...chat.rooms.values()].filter(({ fact }) => fact.newest.members.length > 0).length >= mostRooms) return undefined;
    const others = [...new Set([1, 2, 3, 4].map(() => friendOf(chat, dice, person)).filter(Boolean))];
    const ids = others.map(({ user }) => user.id);
    const name = chat.words('group');
    return {
      keys: [chat.users.get(person.user.id), ...others.map((other) => chat.pair(person, other))], changes: [], person, who: [person, ...others],
      born: newRoom('group', person.user.id, ids, name), send: ['POST', '/rooms', { kind: 'group', memberIds: ids, name }], status: 201,
    };
  },

  direct(chat, dice, person) {
    const other = friendOf(chat, dice, person);
    if (!other) return undefined;
    const [me, them] = [person.user.id, other.user.id];
    const room = [...chat.rooms.values()].find(({ fact: { newest } }) => newest.kind === 'direct' && memberOf(newest, me) && memberOf(newest, them));
    const send = ['POST', '/rooms', { kind: 'direct', memberIds: [them] }];
    const keys = [chat.pair(person, other)];
    const who = [person, other];
    if (!room) return { keys, changes: [], person, who, born: newRoom('direct', me, [them]), send, status: 201 };
    return { keys: [...keys, room.fact], changes: [[room.fact, reopened(room.fact.newest, me)]], person, who, room, send, status: 200 };
  },

  ask(chat, dice, person) {
    return toward(chat, dice, person, ({ friends: already, asked }) => !already && asked !== person.user.id, (pair, { user: { id } }) => {
      const send = ['POST', '/friends', { userId: id }];
      if (pair.blockers.length > 0) return { send, status: 403 };
      return { to: pair.asked ? friends : { ...strangers, asked: person.user.id }, send, status: 201 };
    });
  },

  accept(chat, dice, person) {
    return toward(chat, dice, person, ({ asked }, { user: { id } }) => asked === id, (pair, { user: { id } }) => (dice.below(4) > 0
      ? { to: friends, send: ['POST', `/friends/requests/${id}/accept`], status: 204 }
      : { to: strangers, send: ['POST', `/friends/requests/${id}/decline`], status: 204 }));
  },

  unfriend(chat, dice, person) {
    return toward(chat, dice, person, (pair) => pair.friends, (pair, { user: { id } }) => ({ to: strangers, send: ['DELETE', `/friends/${id}`], status: 204 }));
  },

  block(chat, dice, person) {
    const me = person.user.id;
    return toward(chat, dice, person, ({ blockers }) => !blockers.includes(me), (pair, { user: { id } }) => ({
      to: blocked(pair, me), send: ['PUT', `/blocks/${id}`], status: 204,
    }));
  },

  unblock(chat, dice, person) {
    const me = person.user.id;
    return toward(chat, dice, person, ({ blockers }) => blockers.includes(me), (pair, { user: { id } }) => ({
      to: unblocked(pair, me), send: ['DELETE', `/blocks/${id}`], status: 204,
    }));
  },

  profile(chat, dice, person) {
    const fact = chat.users.get(person.user.id);
    const [displayName, statusMessage] = fact.newest;
    const next = dice.below(2) ? [chat.words('name'), statusMessage] : [displayName, chat.words('status')];
    return { keys: [fact], changes: [[fact, next]], person, send: ['PATCH', '/me', { displayName: next[0], statusMessage: next[1] }], status: 200 };
  },

  // Out of all groups and friendships, all at once.
  delete(chat, dice, person) {
    const me = person.user.id;
    const rooms = [...chat.rooms.values()].filter(({ fact }) => memberOf(fact.newest, me));
    const groups = rooms.filter(({ fact }) => fact.newest.kind === 'group');
    if (groups.length === 0 || groups.some(({ fact }) => successor(fact.newest, me) === null)) return undefined;
    const user = chat.users.get(me);
    const pairs = chat.people.filter((other) => other !== person).map((other) => chat.pair(person, other));
    return {
      keys: [user, ...pairs, ...rooms.map(({ fact }) => fact)], person, room: groups[0], last: true, send: ['DELETE', '/me', { password }], status: 204,
      changes: [[user, 'deleted'], ...pairs.map((pair) => [pair, strangers]), ...groups.map(({ fact }) => [fact, left(fact.newest, me)])],
    };
  },
};

function toward(chat, dice, person, fits, make) {
  const others = chat.people.filter((other) => other !== person && !other.gone && fits(chat.pair(person, other).newest, other));
  if (others.length === 0) return undefined;
  const other = dice.pick(others);
  const fact = chat.pair(person, other);
  const { to, send, status } = make(fact.newest, other);
  return { keys: [fact], changes: to ? [[fact, to]] : [], person, who: [person, other], send, status };
}

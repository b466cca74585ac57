// The random writes inside a room (chat-steps.mjs): what is said, changed and read there, and who is in it.
import {
  edited, erased, hidden, joined, left, memberOf, muted, reacted, readUpTo, renamed, said, seesRoom, successor, visibleTo, withRole,
} from './chat-model.mjs';
import { friendOf } from './people-steps.mjs';

const emojis = ['👍', '🎉', '🙏', '🍚'];

export const roomSteps = {
  say(chat, dice, person) {
    const text = chat.words('said');
    return inRoom(chat, dice, person, () => true, (room, value) => ({
      ...refusedByBlock(chat, person, room), to: (me) => said(value, me, text), send: ['POST', '/messages', { text }], status: 201,
    }));
  },

  edit(chat, dice, person) {
    const text = chat.words('edited');
    return onMessage(chat, dice, person, ({ authorId }, me) => authorId === me.id, (room, value, { seq }) => unlessBlocked(chat, person, room, {
      to: () => edited(value, seq, text), send: ['PATCH', `/messages/${seq}`, { text }], status: 200,
    }));
  },

  erase(chat, dice, person) {
    return onMessage(chat, dice, person, ({ authorId }, me) => authorId === me.id || me.role !== 'member', (room, value, { seq }) => ({
      to: () => erased(value, seq), send: ['DELETE', `/messages/${seq}`], status: 204,
    }));
  },

  react(chat, dice, person) {
    const emoji = dice.pick(emojis);
    return onMessage(chat, dice, person, () => true, (room, value, { seq, reactions }, me) => {
      const on = !reactions[emoji]?.includes(me.id);
      return unlessBlocked(chat, person, room, {
        to: () => reacted(value, seq, me.id, emoji, on),
        send: [on ? 'PUT' : 'DELETE', `/messages/${seq}/reactions/${encodeURIComponent(emoji)}`], status: 204,
      });
    });
  },

  read(chat, dice, person) {
    return inRoom(chat, dice, person, ({ lastOrdinal }, { read }) => read < lastOrdinal, (room, value, { read }) => {
      const ordinal = dice.between(read + 1, value.lastOrdinal);
      return { to: (me) => readUpTo(value, me, ordinal), send: ['PUT', '/read', { ordinal }], status: 204 };
    });
  },

  rename(chat, dice, person) {
    const name = chat.words('room');
    return inRoom(chat, dice, person, ({ kind }, { role }) => kind === 'group' && role !== 'member', (room, value) => ({
      to: () => renamed(value, name), send: ['PATCH', '', { name }], status: 200,
    }));
  },

  invite(chat, dice, person) {
    const other = friendOf(chat, dice, person);
    return other && inRoom(chat, dice, person, ({ kind, members }) => kind === 'group' && !memberOf({ members }, other.user.id), (room, value) => ({
      keys: [chat.pair(person, other)], who: [other], to: () => joined(value, other.user.id), send: ['POST', '/members', { userIds: [other.user.id] }], status: 200,
    }));
  },

  remove(chat, dice, person) {
    return inRoom(chat, dice, person, ({ kind }, { role }) => kind === 'group' && role !== 'member', (room, value, me) => {
      const others = value.members.filter(({ id, role }) => id !== me.id && (me.role === 'owner' || role === 'member'));
      if (others.length === 0) return undefined;
      const { id } = dice.pick(others);
      return { who: [chat.personOf(id)], to: () => left(value, id), send: ['DELETE', `/members/${id}`], status: 204 };
    });
  },

  leave(chat, dice, person) {
    return inRoom(chat, dice, person, (value, me) => value.kind === 'group' && successor(value, me.id) !== null, (room, value) => ({
      to: (me) => left(value, me), send: ['DELETE', '/members/me'], status: 204,
    }));
  },

  role(chat, dice, person) {
    return inRoom(chat, dice, person, ({ kind, members }, { role }) => kind === 'group' && role === 'owner' && members.length > 1, (room, value, me) => {
      const { id, role: old } = dice.pick(value.members.filter((member) => member.id !== me.id));
      const role = dice.pick(['owner', 'admin', 'member'].filter((one) => one !== old));
      return { to: () => withRole(value, me.id, id, role), send: ['PATCH', `/members/${id}`, { role }], status: 200 };
    });
  },

  mute(chat, dice, person) {
    return inRoom(chat, dice, person, () => true, (room, value, me) => ({
      to: () => muted(value, me.id, !me.muted), send: [me.muted ? 'DELETE' : 'PUT', '/mute'], status: 204,
    }));
  },

  hide(chat, dice, person) {
    return inRoom(chat, dice, person, ({ kind }) => kind === 'direct', (room, value) => ({
      to: (me) => hidden(value, me), send: ['DELETE', '/members/me'], status: 204,
    }));
  },

  // Who is no member writes nothing, on whichever node.
  trespass(chat, dice, person) {
    const strange = [...chat.rooms.values()].filter(({ fact }) => !seesRoom(fact.newest, person.user.id));
    if (strange.length === 0) return undefined;
    const room = dice.pick(strange);
    return { keys: [room.fact], changes: [], person, room, send: ['POST', `/rooms/${room.id}/messages`, { text: 'let me in' }], status: 403 };
  },
};

// A step in one of the rooms of `person` for which it `fits`.
function inRoom(chat, dice, person, fits, make) {
  const me = person.user.id;
  const own = [...chat.rooms.values()].filter(({ fact: { newest } }) =>
    seesRoom(newest, me) && !deserted(chat, newest) && fits(newest, memberOf(newest, me)));
  if (own.length === 0) return undefined;
  const room = dice.pick(own);
  const made = make(room, room.fact.newest, memberOf(room.fact.newest, me));
  if (!made) return undefined;
  const { keys = [], who, to, send: [method, path, body], status, refused } = made;
  return {
    keys: [room.fact, ...keys], changes: refused ? [] : [[room.fact, to(me)]], person, who, room,
    send: [method, `/rooms/${room.id}${path}`, body], status: refused ? 403 : status,
  };
}

// Nothing is promised of what is said to somebody who is gone.
const deserted = (chat, { kind, members }) => kind === 'direct' && members.some(({ id }) => chat.personOf(id).gone);

function onMessage(chat, dice, person, fits, make) {
  const mine = (value) => visibleTo(value, person.user.id).filter((entry) => entry.text !== undefined && fits(entry, memberOf(value, person.user.id)));
  return inRoom(chat, dice, person, (value) => mine(value).length > 0, (room, value, me) => make(room, value, dice.pick(mine(value)), me));
}

// In a direct room with a block between the two nothing is said; whether there is one must not change meanwhile.
function refusedByBlock(chat, person, { fact: { newest } }) {
  if (newest.kind === 'group') return {};
  const { id } = newest.members.find((member) => member.id !== person.user.id);
  const pair = chat.pair(person, chat.personOf(id));
  return { keys: [pair], refused: pair.newest.blockers.length > 0 };
}

// Changes of messages are refused there as well; saying something is enough to know that the block is in force.
function unlessBlocked(chat, person, room, step) {
  const { keys, refused } = refusedByBlock(chat, person, room);
  return refused ? undefined : { ...step, keys };
}

// What a chat is expected to look like. A value never changes; each function answers the value after one write (contract, "Rules").
//
// Room { kind, name?, members, lastSeq, lastOrdinal, entries }; member { id, role, read, from, joined, muted, hidden }: who hides a direct
// room stays a member to the other. `entries` are the last of the timeline.
export const pageSize = 50;

const memberAs = (id, role, seq, read) => ({ id, role, read, from: seq, joined: seq, muted: false, hidden: false });

export const newRoom = (kind, creator, others, name) => ({
  kind, name, lastSeq: 1, lastOrdinal: 0,
  members: [memberAs(creator, kind === 'group' ? 'owner' : 'member', 1, 0), ...others.map((id) => memberAs(id, 'member', 1, 0))],
  entries: [{ seq: 1, kind: 'join', userIds: [creator, ...others].sort((a, b) => a - b) }],
});

export const memberOf = (room, id) => room?.members.find((member) => member.id === id);
export const seesRoom = (room, id) => memberOf(room, id)?.hidden === false;

const step = (room, count = 1) => ({ ...room, lastSeq: room.lastSeq + count });
// One more than a page is enough to know that there is more.
const append = (room, entry) => ({ ...step(room), entries: [...room.entries, { seq: room.lastSeq + 1, ...entry }].slice(-pageSize - 1) });
const change = (room, id, what) => ({ ...room, members: room.members.map((member) => (member.id === id ? { ...member, ...what } : member)) });
const changeEntry = (room, seq, what) => ({ ...step(room), entries: room.entries.map((entry) => (entry.seq === seq ? { ...entry, ...what } : entry)) });

export function said(room, author, text) {
  const ordinal = room.lastOrdinal + 1;
  const next = append(room, { kind: 'message', ordinal, authorId: author, text, edited: false, reactions: {} });
  const members = next.members.map((member) => ({ ...member, hidden: false, read: member.id === author ? ordinal : member.read }));
  return { ...next, lastOrdinal: ordinal, members };
}

export const edited = (room, seq, text) => changeEntry(room, seq, { text, edited: true });
export const erased = (room, seq) => changeEntry(room, seq, { text: undefined, reactions: {} });

export function reacted(room, seq, id, emoji, on) {
  const { reactions } = room.entries.find((entry) => entry.seq === seq);
  const others = (reactions[emoji] ?? []).filter((one) => one !== id);
  return changeEntry(room, seq, { reactions: { ...reactions, [emoji]: on ? [...others, id] : others } });
}

export const readUpTo = (room, id, ordinal) => change(room, id, { read: Math.max(ordinal, memberOf(room, id).read) });
export const muted = (room, id, on) => change(room, id, { muted: on });
export const renamed = (room, name) => append({ ...room, name }, { kind: 'rename', name });
export const hidden = (room, id) => change(room, id, { hidden: true, from: room.lastSeq + 1, read: room.lastOrdinal });
export const reopened = (room, id) => change(room, id, { hidden: false });

export function joined(room, id) {
  const next = append(room, { kind: 'join', userIds: [id] });
  return { ...next, members: [...room.members, memberAs(id, 'member', next.lastSeq, room.lastOrdinal)] };
}

export function withRole(room, owner, id, role) {
  const next = change(step(room), id, { role });
  return role === 'owner' ? change(step(next), owner, { role: 'admin' }) : next;
}

// Who owns the room when `id` leaves: undefined while nobody follows, null when several have stood equally long.
export function successor(room, id) {
  if (memberOf(room, id).role !== 'owner') return undefined;
  const rest = room.members.filter((member) => member.id !== id);
  const admins = rest.filter(({ role }) => role === 'admin');
  const heirs = admins.length > 0 ? admins : rest;
  const first = Math.min(...heirs.map(({ joined: at }) => at));
  const longest = heirs.filter(({ joined: at }) => at === first);
  return longest.length > 1 ? null : longest[0]?.id;
}

export function left(room, id) {
  const heir = successor(room, id);
  const next = append({ ...room, members: room.members.filter((member) => member.id !== id) }, { kind: 'leave', userId: id });
  return heir === undefined ? next : change(step(next), heir, { role: 'owner' });
}

// What somebody sees of it.
export const visibleTo = (room, id) => room.entries.filter(({ seq }) => seq >= memberOf(room, id).from);
export const unreadBy = (room, { authorId, ordinal }) => room.members.filter(({ id, read }) => id !== authorId && read < ordinal).length;

// A pair of people { friends, asked?, blockers }: `asked` is who waits for the other's answer.
export const strangers = { friends: false, asked: undefined, blockers: [] };
export const friends = { friends: true, asked: undefined, blockers: [] };
export const blocked = (pair, by) => ({ ...strangers, blockers: [...pair.blockers, by] });
export const unblocked = (pair, by) => ({ ...pair, blockers: pair.blockers.filter((id) => id !== by) });

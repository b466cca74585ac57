// What the list of chats knows of a room, moved on by events. Pure.

// These events do not carry everything that the list shows (members, their names): the room must be read again.
const incomplete = new Set(['role', 'join', 'leave']);

export function asksForRoom(event) {
  return incomplete.has(event.kind);
}

// Returns the room after the event. `lastSeq` decides as in a timeline.
export function applyToRoom(room, event, myId) {
  if (event.seq <= room.lastSeq) return { room, outcome: 'known' };
  if (event.seq > room.lastSeq + 1) return { room, outcome: 'gap' };
  const next = { ...room, lastSeq: event.seq };
  switch (event.kind) {
    case 'message':
      next.lastOrdinal = event.ordinal;
      next.lastMessage = event;
      if (event.authorId === myId) next.readOrdinal = Math.max(room.readOrdinal, event.ordinal);
      break;
    case 'edit':
      if (room.lastMessage?.seq === event.targetSeq && event.text !== undefined) next.lastMessage = { ...room.lastMessage, text: event.text };
      break;
    case 'delete':
      if (room.lastMessage?.seq === event.targetSeq) {
        const { text, file, ...rest } = room.lastMessage;
        next.lastMessage = { ...rest, deletedAt: event.createdAt };
      }
      break;
    case 'rename':
      next.name = event.name;
      break;
    case 'role':
      if (event.userId === myId) next.role = event.role;
      break;
    default:
      break;
  }
  next.unread = unreadOf(next);
  const outcome = event.kind === 'leave' && event.userId === myId ? 'left' : 'applied';
  return { room: next, outcome };
}

// My own read mark moved, here or on another device. It never goes back.
export function applyRead(room, ordinal) {
  if (ordinal <= room.readOrdinal) return room;
  const next = { ...room, readOrdinal: ordinal };
  return { ...next, unread: unreadOf(next) };
}

// A room that was read again. Its counters may be older than what events have told us since.
export function mergeRoom(known, fresh) {
  if (!known) return fresh;
  const newer = fresh.lastSeq >= known.lastSeq;
  const next = {
    ...fresh,
    lastSeq: known.lastSeq,
    lastOrdinal: newer ? fresh.lastOrdinal : known.lastOrdinal,
    lastMessage: newer ? fresh.lastMessage : known.lastMessage,
    name: newer ? fresh.name : known.name,
    readOrdinal: Math.max(known.readOrdinal, fresh.readOrdinal),
  };
  // What the fresh answer has beyond our seq still comes as events, so the position stays ours.
  return { ...next, unread: unreadOf(next) };
}

export function unreadOf(room) {
  return Math.max(0, room.lastOrdinal - room.readOrdinal);
}

// Newest message first; a room without one counts from its creation.
export function byNewest(rooms) {
  const time = (room) => room.lastMessage?.createdAt ?? room.createdAt;
  return Object.values(rooms).sort((a, b) => (time(a) < time(b) ? 1 : time(a) > time(b) ? -1 : b.id - a.id));
}

export function totalUnread(rooms) {
  return Object.values(rooms).reduce((sum, room) => sum + (room.muted ? 0 : room.unread), 0);
}

// The other person of a direct room; undefined in groups and in the note to self.
export function partnerOf(room, myId) {
  return room.kind === 'direct' ? room.members.map((member) => member.user ?? member).find((user) => user.id !== myId) : undefined;
}

export function isNoteToSelf(room) {
  return room.kind === 'direct' && room.memberCount <= 1;
}

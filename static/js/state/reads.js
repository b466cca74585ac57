// Who has read how far in a room: {userId: readOrdinal}. Pure.
// Read marks only move forward, so every report may come twice, late or not at all; the next one repairs it.

export function readsOf(members) {
  return Object.fromEntries(members.map(({ user, readOrdinal }) => [user.id, readOrdinal]));
}

// Marks that were read again. They say who is a member; how far somebody has read, a report may have told us meanwhile.
export function mergeReads(known, fresh) {
  return Object.fromEntries(Object.entries(fresh).map(([id, ordinal]) => [id, Math.max(ordinal, known?.[id] ?? 0)]));
}

export function applyReads(reads, reports) {
  let next = reads;
  for (const { userId, ordinal } of reports) {
    // Only members count; a report about somebody who has just left says nothing.
    if (next[userId] === undefined || next[userId] >= ordinal) continue;
    next = { ...next, [userId]: ordinal };
  }
  return next;
}

// A room event may move marks as well: who writes has read, who joins starts at the end.
export function readsAfterEvent(reads, event, lastOrdinal) {
  switch (event.kind) {
    case 'message':
      return applyReads(reads, [{ userId: event.authorId, ordinal: event.ordinal }]);
    case 'join': {
      const next = { ...reads };
      for (const id of event.userIds ?? []) next[id] ??= lastOrdinal;
      return next;
    }
    case 'leave': {
      const { [event.userId]: gone, ...rest } = reads;
      return rest;
    }
    default:
      return reads;
  }
}

// The small number beside a message: members other than its author who have not read it.
// Without the marks (a large room) the server's number is all there is.
export function unreadBy(message, reads) {
  if (!reads) return message.unreadBy ?? 0;
  let count = 0;
  for (const [id, ordinal] of Object.entries(reads)) {
    if (ordinal < message.ordinal && Number(id) !== message.authorId) count += 1;
  }
  return count;
}

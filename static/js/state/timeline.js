// A room's timeline as the page holds it: messages and notices in the order of their seqs, with edits,
// deletions and reactions applied. Pure: every function returns a new timeline or the old one, unchanged.
//
// `lastSeq` is the last event that is contained. Pages and events reach us on different ways and may overlap;
// the seq alone decides. A page already contains every change up to its own `lastSeq`, so each item remembers
// that position in `asOf`, and a later event that is not beyond it is not applied to it a second time
// (a reaction would be counted twice). The other way round, `passedSeq` is the last change whose message is not
// loaded: an older page that was read before it does not contain it and does not fit.

const shown = new Set(['message', 'join', 'leave', 'rename']);

export function emptyTimeline(lastSeq = 0) {
  return { items: [], lastSeq, passedSeq: 0, hasOlder: false };
}

// From GET /rooms/{id}/messages without a position: the newest page.
export function fromPage(page) {
  return { items: page.messages.map((item) => asItem(item, page.lastSeq)), lastSeq: page.lastSeq, passedSeq: 0, hasOlder: Boolean(page.hasMore) };
}

// Whether what lies before `before` still belongs directly in front: not when the timeline has begun again or was shortened.
export function isInFront(timeline, before) {
  return timeline.items[0]?.seq === before;
}

// An older page in front. What is there already stays as it is.
export function prepend(timeline, page) {
  const oldest = timeline.items[0]?.seq ?? Infinity;
  const older = page.messages.filter(({ seq }) => seq < oldest).map((item) => asItem(item, page.lastSeq));
  return { ...timeline, items: [...older, ...timeline.items], hasOlder: Boolean(page.hasMore) };
}

// One event of the room, live, from sync or from a repair. `outcome` is `applied`, `known` (seen before) or
// `gap` (something before it is missing: read the events after `lastSeq`, this one included).
export function applyEvent(timeline, event, myId) {
  if (event.seq <= timeline.lastSeq) return { timeline, outcome: 'known' };
  if (event.seq > timeline.lastSeq + 1) return { timeline, outcome: 'gap' };
  const next = { ...timeline, lastSeq: event.seq };
  if (shown.has(event.kind)) {
    next.items = [...timeline.items, asItem(event, event.seq)];
  } else if (findItem(timeline, event.targetSeq)) {
    next.items = change(timeline.items, event, myId);
  } else if (event.targetSeq !== undefined) {
    next.passedSeq = event.seq;
  }
  return { timeline: next, outcome: 'applied' };
}

// Forgets the oldest items of a long timeline; they can be read again.
export function trim(timeline, keep) {
  if (timeline.items.length <= keep) return timeline;
  return { ...timeline, items: timeline.items.slice(-keep), hasOlder: true };
}

export function findItem(timeline, seq) {
  return timeline.items.find((item) => item.seq === seq);
}

function asItem(item, asOf) {
  return item.kind === 'message' ? { ...item, reactions: item.reactions ?? [], asOf } : { ...item, asOf };
}

function change(items, event, myId) {
  const at = items.findIndex(({ seq }) => seq === event.targetSeq);
  if (items[at].asOf >= event.seq) return items;
  const changed = [...items];
  changed[at] = { ...changedItem(items[at], event, myId), asOf: event.seq };
  return changed;
}

function changedItem(item, event, myId) {
  switch (event.kind) {
    case 'edit':
      // An edit that has been overtaken by a deletion comes without text.
      return event.text === undefined ? item : { ...item, text: event.text, editedAt: event.createdAt };
    case 'delete': {
      const { text, file, ...rest } = item;
      return { ...rest, reactions: [], deletedAt: event.createdAt };
    }
    case 'reaction':
      return event.emoji === undefined ? item : { ...item, reactions: withReaction(item.reactions, event, myId) };
    default:
      return item;
  }
}

function withReaction(reactions, { emoji, on, authorId }, myId) {
  const mine = authorId === myId;
  const present = reactions.find((reaction) => reaction.emoji === emoji);
  if (!present) return on ? [...reactions, { emoji, count: 1, mine }] : reactions;
  const count = present.count + (on ? 1 : -1);
  return reactions
    .map((reaction) => (reaction === present ? { emoji, count, mine: mine ? on : present.mine } : reaction))
    .filter((reaction) => reaction.count > 0);
}

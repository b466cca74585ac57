// The messages that wait in the page: what may be sent next, and what an answer means for one of them. Pure.
// An entry: {key, roomId, text, replyTo?, createdAt, order, state: 'waiting'|'failed', code?, seq?}.
// With `seq` it has been acknowledged, and stays on the screen until the event itself arrives.

// Refusals that pass by themselves. The message waits and is sent again with its key, which is always safe.
const passing = new Set(['rate_limited', 'too_busy', 'unavailable', 'internal', 'offline', 'disconnected', 'token_expired', 'unauthenticated']);

export const timeoutsBeforeFailure = 2;

export function newEntry({ roomId, text, replyTo }, { key, now, order }) {
  const entry = { key, roomId, text, createdAt: new Date(now).toISOString(), order, state: 'waiting', timeouts: 0 };
  return replyTo === undefined ? entry : { ...entry, replyTo };
}

export function newKey(randomBytes) {
  return Array.from(randomBytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

// The order in which a room's messages were written; that is the order in which they are sent.
export function sendable(entries, roomId) {
  return entries
    .filter((entry) => entry.roomId === roomId && entry.state === 'waiting' && entry.seq === undefined)
    .sort((a, b) => a.order - b.order);
}

// What to do with an entry after a refusal: `later` keeps it waiting and holds back those behind it, `failed` shows it with
// "resend" and "delete" and lets the others pass. No answer speaks against a message only while the page is online;
// without a connection it is the network that is silent.
export function afterRefusal(entry, code, { online = true } = {}) {
  if (code === 'timeout') {
    if (!online) return { verdict: 'later', entry };
    const timeouts = (entry.timeouts ?? 0) + 1;
    if (timeouts < timeoutsBeforeFailure) return { verdict: 'later', entry: { ...entry, timeouts } };
    return { verdict: 'failed', entry: { ...entry, timeouts, state: 'failed', code } };
  }
  if (passing.has(code)) return { verdict: 'later', entry };
  return { verdict: 'failed', entry: { ...entry, state: 'failed', code } };
}

export function resent(entry) {
  const { code, ...rest } = entry;
  return { ...rest, state: 'waiting', timeouts: 0 };
}

// An acknowledged message whose event lies before what was read of a room will never come as an event.
export function withoutArrived(entries, room) {
  return entries.filter((entry) => !(entry.roomId === room.id && entry.seq <= room.lastSeq));
}

// How long to wait before the next attempt: what the server asked for, else doubling from half a second to ten, with jitter.
export function retryDelay(attempt, retryAfterSeconds, random) {
  const backOff = Math.min(10_000, 500 * 2 ** attempt);
  const base = retryAfterSeconds ? Math.max(backOff, retryAfterSeconds * 1000) : backOff;
  return Math.round(base * (1 + random * 0.25));
}

// What a room shows below its timeline: entries whose message is not in the timeline yet.
export function visibleEntries(entries, roomId, timeline, myId) {
  const mine = entries.filter((entry) => entry.roomId === roomId);
  if (mine.length === 0) return mine;
  const arrived = new Set(timeline.items.filter((item) => item.authorId === myId && item.key).map((item) => item.key));
  return mine
    .filter((entry) => !arrived.has(entry.key) && !(entry.seq !== undefined && entry.seq <= timeline.lastSeq))
    .sort((a, b) => a.order - b.order);
}

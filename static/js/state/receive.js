// Takes one room event into the whole state: the list of chats, the timeline and the read marks. Pure.
import { applyEvent, fromPage } from './timeline.js';
import { applyToRoom } from './rooms.js';
import { readsAfterEvent } from './reads.js';
import { withoutArrived } from './outbox.js';

const changesText = new Set(['edit', 'delete']);

// `outcome`: applied, known, gap (repair the room from its event log), unknown (a room that we have not got), left.
export function receive(state, event) {
  const { roomId } = event;
  const room = state.rooms[roomId];
  if (!room) return { state, outcome: 'unknown' };

  const moved = applyToRoom(room, event, state.me.id);
  const timeline = state.timelines[roomId];
  const told = timeline ? applyEvent(timeline, event, state.me.id) : { outcome: 'known' };
  if (moved.outcome === 'gap' || told.outcome === 'gap') return { state, outcome: 'gap' };
  if (moved.outcome === 'left') return { state: withoutRoom(state, roomId), outcome: 'left' };
  if (moved.outcome === 'known' && told.outcome === 'known') return { state, outcome: 'known' };

  const next = { ...state, rooms: { ...state.rooms, [roomId]: moved.room } };
  if (timeline) next.timelines = { ...state.timelines, [roomId]: told.timeline };
  if (state.reads[roomId]) {
    next.reads = { ...state.reads, [roomId]: readsAfterEvent(state.reads[roomId], event, room.lastOrdinal) };
  }
  // A quoted message that has changed is asked for anew by whoever shows it.
  if (changesText.has(event.kind) && state.quoted[roomId]?.[event.targetSeq]) {
    const { [event.targetSeq]: changed, ...rest } = state.quoted[roomId];
    next.quoted = { ...state.quoted, [roomId]: rest };
  }
  return { state: next, outcome: 'applied' };
}

export function withoutRoom(state, roomId) {
  const without = (map) => {
    const { [roomId]: gone, ...rest } = map;
    return rest;
  };
  return { ...state, rooms: without(state.rooms), timelines: without(state.timelines), reads: without(state.reads), members: without(state.members), quoted: without(state.quoted) };
}

// The room begins again at what was just read: too much has happened to replay it, or what lies between is not mine.
// `page` is its newest page where a timeline of it is held. Read marks stay, for they never go back.
export function withRoomAnew(state, room, page) {
  const next = { ...state, rooms: { ...state.rooms, [room.id]: room }, quoted: { ...state.quoted, [room.id]: {} }, outbox: withoutArrived(state.outbox, room) };
  if (page) next.timelines = { ...state.timelines, [room.id]: fromPage(page) };
  return next;
}

// The position from which a room must be asked: the older one of list and timeline.
export function knownSeq(state, roomId) {
  const room = state.rooms[roomId];
  const timeline = state.timelines[roomId];
  return Math.min(room?.lastSeq ?? 0, timeline?.lastSeq ?? Infinity);
}

// Takes one room event into the whole state: the list of chats, the timeline and the read marks. Pure.
import { applyEvent } from './timeline.js';
import { applyToRoom } from './rooms.js';
import { readsAfterEvent } from './reads.js';

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
  return { state: next, outcome: 'applied' };
}

export function withoutRoom(state, roomId) {
  const without = (map) => {
    const { [roomId]: gone, ...rest } = map;
    return rest;
  };
  return { ...state, rooms: without(state.rooms), timelines: without(state.timelines), reads: without(state.reads), members: without(state.members) };
}

// The position from which a room must be asked: the older one of list and timeline.
export function knownSeq(state, roomId) {
  const room = state.rooms[roomId];
  const timeline = state.timelines[roomId];
  return Math.min(room?.lastSeq ?? 0, timeline?.lastSeq ?? Infinity);
}

// What can be done with rooms, by REST and by the socket, and the state that follows from it.
import { emptyTimeline, findItem, fromPage, isInFront, prepend, trim } from './state/timeline.js';
import { applyRead, mergeRoom } from './state/rooms.js';
import { applyReads, mergeReads, readsOf } from './state/reads.js';
import { withRoomAnew } from './state/receive.js';
import { onceAtATime } from './once.js';

const pageSize = 50;
const kept = 300;
const typingShownMs = 6_000;
const typingSentMs = 3_000;
// Larger rooms have no read marks on the wire.
const mostMembersWithMarks = 100;
const mostMembersListed = 1000;
const attemptsAtOlder = 3;

export class Rooms {
  constructor({ store, api, socket, people }) {
    Object.assign(this, { store, api, socket, people });
    this.loading = new Map();
    this.lastTyping = new Map();
    // Somebody came or went: names and marks changed. What fails is read at the next change, connection or opening.
    this.refresh = onceAtATime((roomId) => this.readAgain(roomId).catch(() => {}));
  }

  // Is told where a room must be asked for missed events (live.js, which needs this object itself).
  repairWith(repair) {
    this.repair = repair;
  }

  async reload() {
    const { rooms, epoch } = await this.api.all('/rooms', 'rooms');
    this.people.learn(rooms.flatMap((room) => room.members));
    // A mark may have been sent into a connection that was dying.
    const known = this.store.get().rooms;
    for (const { id, readOrdinal } of rooms) if (known[id]?.readOrdinal > readOrdinal) this.sendRead(id, known[id].readOrdinal);
    this.store.set((state) => {
      const next = { ...state.rooms };
      for (const room of rooms) next[room.id] = mergeRoom(next[room.id], room);
      return { ...state, rooms: next, epoch };
    });
  }

  // Another epoch: forget everything and read it again. The page that shows a room opens it anew, others are read when they are opened.
  // What waits is still to be sent; what was acknowledged may not exist any more.
  async startOver() {
    this.store.set((state) => ({ ...state, rooms: {}, timelines: {}, reads: {}, members: {}, quoted: {}, outbox: state.outbox.filter(({ seq }) => seq === undefined) }));
    await this.reload();
  }

  // The room as it is now, position included; its timeline begins again at the newest page, without disappearing in between.
  async restart(roomId) {
    const room = await this.api.get(`/rooms/${roomId}`);
    const page = this.store.get().timelines[roomId] && await this.newestPage(roomId);
    this.people.learn(room.members);
    this.store.set((state) => withRoomAnew(state, room, page));
    if (this.store.get().members[roomId]) await this.loadMembers(roomId);
  }

  async readAgain(roomId) {
    this.put(await this.api.get(`/rooms/${roomId}`));
    if (this.store.get().members[roomId]) await this.loadMembers(roomId);
  }

  newestPage(roomId) {
    return this.api.get(`/rooms/${roomId}/messages?limit=${pageSize}`);
  }

  put(room) {
    this.people.learn(room.members);
    this.store.set((state) => ({ ...state, rooms: { ...state.rooms, [room.id]: mergeRoom(state.rooms[room.id], room) } }));
  }

  // Loads what a room's page needs. Once at a time for each room.
  open(roomId) {
    if (!this.loading.has(roomId)) {
      this.loading.set(roomId, this.load(roomId).finally(() => this.loading.delete(roomId)));
    }
    return this.loading.get(roomId);
  }

  async load(roomId) {
    // Once more when starting over has swept away meanwhile what was just read.
    do {
      if (!this.store.get().rooms[roomId]) this.put(await this.api.get(`/rooms/${roomId}`));
      if (!this.store.get().timelines[roomId]) await this.loadTimeline(roomId);
      if (this.store.get().rooms[roomId]?.memberCount <= mostMembersWithMarks) await this.loadMembers(roomId);
    } while (!this.store.get().timelines[roomId]);
  }

  async loadTimeline(roomId) {
    const page = await this.newestPage(roomId);
    this.store.set((state) => ({ ...state, timelines: { ...state.timelines, [roomId]: fromPage(page) } }));
    // Events that came while the page was on its way have moved the room, but not this timeline.
    if (page.lastSeq < (this.store.get().rooms[roomId]?.lastSeq ?? 0)) await this.repair(roomId);
  }

  async loadMembers(roomId) {
    const { memberCount } = this.store.get().rooms[roomId] ?? {};
    const { members } = await this.api.all(`/rooms/${roomId}/members`, 'members', mostMembersListed);
    this.people.learn(members);
    this.store.set((state) => {
      const next = { ...state, members: { ...state.members, [roomId]: members } };
      if (memberCount > mostMembersWithMarks) return next;
      return { ...next, reads: { ...state.reads, [roomId]: mergeReads(state.reads[roomId], readsOf(members)) } };
    });
  }

  // Reports of reading may be lost on the way; after a reconnection the marks of the open room are read again.
  // Other rooms read theirs when they are opened.
  reloadMarks() {
    const { roomId } = this.store.get().route;
    if (this.store.get().reads[roomId]) this.loadMembers(roomId).catch(() => {});
  }

  async loadOlder(roomId, limit = pageSize) {
    const timeline = this.store.get().timelines[roomId];
    if (!timeline?.hasOlder || timeline.items.length === 0) return;
    const name = `older-${roomId}`;
    if (!this.loading.has(name)) {
      const before = timeline.items[0].seq;
      this.loading.set(name, this.readOlder(roomId, before, limit).finally(() => this.loading.delete(name)));
    }
    await this.loading.get(name);
  }

  // A page that comes too late is dropped, and one that is older than a change which it should contain is read again.
  async readOlder(roomId, before, limit) {
    for (let attempt = 0; attempt < attemptsAtOlder; attempt += 1) {
      const page = await this.api.get(`/rooms/${roomId}/messages?before=${before}&limit=${limit}`);
      const present = this.store.get().timelines[roomId];
      if (!present || !isInFront(present, before)) return;
      if (page.lastSeq >= present.passedSeq) {
        this.changeTimeline(roomId, (timeline) => prepend(timeline, page));
        return;
      }
    }
  }

  // Makes sure that a message is in the timeline, reading backwards to it. False when it is too far away.
  async reach(roomId, seq) {
    for (let page = 0; page < 5; page += 1) {
      const timeline = this.store.get().timelines[roomId] ?? emptyTimeline();
      if (findItem(timeline, seq)) return true;
      if (!timeline.hasOlder) return false;
      await this.loadOlder(roomId, Math.min(1000, Math.max(pageSize, timeline.items[0].seq - seq + 10)));
    }
    return false;
  }

  shorten(roomId) {
    this.changeTimeline(roomId, (timeline) => trim(timeline, kept));
  }

  changeTimeline(roomId, change) {
    this.store.set((state) => {
      const timeline = state.timelines[roomId];
      const next = timeline && change(timeline);
      return next === timeline ? state : { ...state, timelines: { ...state.timelines, [roomId]: next } };
    });
  }

  // The message that a reply quotes, when it is not in the timeline.
  async fetchQuoted(roomId, seq) {
    const key = `${roomId}.${seq}`;
    if (this.loading.has(key)) return;
    this.loading.set(key, true);
    // Only a refusal for good says that it cannot be seen; after anything else it is asked for the next time.
    const message = await this.api.get(`/rooms/${roomId}/messages/${seq}`).catch(({ status }) => ([403, 404].includes(status) ? { seq, missing: true } : undefined));
    this.loading.delete(key);
    if (message) this.store.set((state) => ({ ...state, quoted: { ...state.quoted, [roomId]: { ...state.quoted[roomId], [seq]: message } } }));
  }

  // Listens to what only an open room needs. Returns the end of it.
  watch(roomId) {
    const ends = [
      this.socket.subscribe(`/topic/rooms/${roomId}/typing`, ({ userId }) => this.startedTyping(roomId, userId)),
      this.socket.subscribe(`/topic/rooms/${roomId}/reads`, ({ reads }) => this.store.set((state) => {
        const present = state.reads[roomId];
        return present ? { ...state, reads: { ...state.reads, [roomId]: applyReads(present, reads) } } : state;
      })),
    ];
    return () => ends.forEach((end) => end());
  }

  markRead(roomId) {
    const { rooms, me } = this.store.get();
    const room = rooms[roomId];
    if (!room || room.unread === 0 || !this.socket.online) return;
    this.sendRead(roomId, room.lastOrdinal);
    this.store.set((state) => {
      const next = { ...state, rooms: { ...state.rooms, [roomId]: applyRead(room, room.lastOrdinal) } };
      const reads = state.reads[roomId];
      return reads ? { ...next, reads: { ...state.reads, [roomId]: applyReads(reads, [{ userId: me.id, ordinal: room.lastOrdinal }]) } } : next;
    });
  }

  sendRead(roomId, ordinal) {
    this.socket.send(`/app/rooms/${roomId}/read`, { ordinal });
  }

  // Tells the others, at most every three seconds.
  typing(roomId) {
    const now = Date.now();
    if (now - (this.lastTyping.get(roomId) ?? 0) < typingSentMs) return;
    this.lastTyping.set(roomId, now);
    this.socket.send(`/app/rooms/${roomId}/typing`);
  }

  startedTyping(roomId, userId) {
    if (userId === this.store.get().me.id) return;
    const until = Date.now() + typingShownMs;
    this.store.set((state) => ({ ...state, typing: { ...state.typing, [roomId]: { ...state.typing[roomId], [userId]: until } } }));
    setTimeout(() => {
      if ((this.store.get().typing[roomId]?.[userId] ?? 0) <= Date.now()) this.stoppedTyping(roomId, userId);
    }, typingShownMs + 50);
  }

  stoppedTyping(roomId, userId) {
    this.store.set((state) => {
      if (!state.typing[roomId]?.[userId]) return state;
      const { [userId]: gone, ...rest } = state.typing[roomId];
      return { ...state, typing: { ...state.typing, [roomId]: rest } };
    });
  }
}

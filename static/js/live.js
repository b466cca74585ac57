// Keeps the state true while things happen elsewhere: connects, takes in what the server pushes, finds out what was missed.
// The rule: live frames are hints, the seq decides. After each connection the positions are compared by POST /rooms/sync, and
// a jump in a room's seqs is repaired from its event log.
import { applyRead, asksForRoom } from './state/rooms.js';
import { knownSeq, receive, withoutRoom } from './state/receive.js';
import { onceAtATime } from './once.js';

export class Live {
  constructor({ store, api, socket, rooms, people, onOwnMessage, onEnded }) {
    Object.assign(this, { store, api, socket, rooms, people, onOwnMessage, onEnded });
    // Reads the events that are missing in a room. What fails is found out again by the next event.
    this.repair = onceAtATime((roomId) => this.readEvents(roomId).catch(() => {}));
    socket.subscribe('/user/queue/events', (notice) => this.noticed(notice));
    socket.subscribe('/user/queue/presence', ({ presence }) => this.people.present(presence));
  }

  // Runs on every connection, before the page calls itself online. The first one may come long after the page was loaded.
  async connected() {
    await this.socket.subscribeNow('/user/queue/rooms', (event) => this.take(event));
    await this.sync();
    // Read marks, names and friends are not in the rooms' event logs.
    await Promise.all([this.rooms.reload(), this.people.load()]);
    this.rooms.reloadMarks();
  }

  async sync() {
    const { rooms, epoch } = this.store.get();
    const known = Object.keys(rooms).slice(0, 1000).map((id) => ({ id: Number(id), seq: knownSeq(this.store.get(), id) }));
    let answer;
    try {
      answer = await this.api.post('/rooms/sync', { epoch, rooms: known });
    } catch (problem) {
      if (problem.code !== 'conflict') throw problem;
      // The history was restored to an earlier state: what we know is void.
      await this.rooms.startOver();
      return;
    }
    for (const id of answer.removed) this.store.set((state) => withoutRoom(state, id));
    for (const room of answer.added) this.rooms.put(room);
    for (const room of answer.rooms) {
      if (room.hasMore) {
        // Too much has happened to replay it: begin again at the newest page.
        await this.rooms.restart(room.id);
        continue;
      }
      for (const event of room.events) this.take(event);
    }
  }

  take(event) {
    const outcome = this.apply(event);
    if (outcome === 'unknown') this.rooms.refresh(event.roomId);
    if (outcome === 'gap') this.repair(event.roomId);
  }

  apply(event) {
    const { state, outcome } = receive(this.store.get(), event);
    if (outcome === 'applied' || outcome === 'left') this.store.set(state);
    // Only now: the outbox changes the state as well. After a gap the repair brings the event again.
    if (outcome !== 'gap' && event.kind === 'message' && event.authorId === state.me.id && event.key) this.onOwnMessage(event.key);
    if (outcome === 'applied') {
      if (event.kind === 'message') this.rooms.stoppedTyping(event.roomId, event.authorId);
      if (asksForRoom(event)) this.rooms.refresh(event.roomId);
      // The open one is shortened by its page, which knows whether somebody is reading further up.
      if (event.roomId !== state.route.roomId) this.rooms.shorten(event.roomId);
    }
    return outcome;
  }

  async readEvents(roomId) {
    let more = true;
    while (more && this.store.get().rooms[roomId]) {
      const after = knownSeq(this.store.get(), roomId);
      const page = await this.api.get(`/rooms/${roomId}/events?after=${after}&limit=1000`);
      if (page.epoch !== this.store.get().epoch) return this.rooms.startOver();
      // The log has no holes for its reader. One that begins later tells that we have left and come back, and see from there on.
      if (page.events[0]?.seq > after + 1) return this.rooms.restart(roomId);
      for (const event of page.events) this.apply(event);
      more = page.hasMore && knownSeq(this.store.get(), roomId) > after;
    }
    return undefined;
  }

  noticed(notice) {
    switch (notice.type) {
      case 'room_added':
        this.rooms.put(notice.room);
        break;
      case 'room_removed':
        this.store.set((state) => withoutRoom(state, notice.roomId));
        break;
      case 'read':
        this.store.set((state) => {
          const room = state.rooms[notice.roomId];
          return room ? { ...state, rooms: { ...state.rooms, [room.id]: applyRead(room, notice.ordinal) } } : state;
        });
        break;
      case 'friend_request':
      case 'friend_added':
      case 'friend_removed':
        this.people.load();
        break;
      case 'session_revoked':
        this.onEnded();
        break;
      default:
        break;
    }
  }
}

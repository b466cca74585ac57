// Sends what people write. A message is stored first, shown at once, sent in its room's order by one tab at a time
// and removed when the server has acknowledged it. Its key makes every repetition safe: the server answers with the first one.
import { afterRefusal, newEntry, newKey, resent, retryDelay, sendable } from './state/outbox.js';
import { withLock } from './locks.js';

export class Outbox {
  constructor({ userId, db, api, socket, store }) {
    Object.assign(this, { userId, db, api, socket, store });
    this.rooms = new Map();
    this.channel = new BroadcastChannel(`madang-outbox-${userId}`);
    this.channel.onmessage = () => this.load();
    this.counter = 0;
  }

  async load() {
    const stored = await this.db.all();
    // Acknowledged entries are no longer stored, but stay visible until their event is here.
    this.store.set((state) => {
      const acknowledged = state.outbox.filter(({ seq }) => seq !== undefined);
      const keys = new Set(acknowledged.map(({ key }) => key));
      return { ...state, outbox: [...acknowledged, ...stored.filter(({ key }) => !keys.has(key))] };
    });
  }

  async add(message) {
    const now = Date.now();
    const key = newKey(crypto.getRandomValues(new Uint8Array(16)));
    const entry = newEntry(message, { key, now, order: now + (this.counter++ % 1000) / 1000 });
    // Stored first: what is on the screen must not be lost.
    await this.db.put(entry);
    this.show([entry]);
    this.channel.postMessage('changed');
    this.flush(entry.roomId);
  }

  async resend(key) {
    const entry = this.store.get().outbox.find((other) => other.key === key);
    if (!entry) return;
    await this.keep(resent(entry));
    this.flush(entry.roomId);
  }

  async discard(key) {
    this.hide(key);
    await this.forget(key);
  }

  // The event of one of my messages has arrived, perhaps one that another tab has sent.
  async arrived(key) {
    if (!this.isHere(key)) return;
    this.hide(key);
    await this.forget(key);
  }

  flushAll() {
    for (const roomId of new Set(this.store.get().outbox.map((entry) => entry.roomId))) this.flush(roomId);
  }

  // Sends what waits in a room. Asked again while it is at work, it looks again afterwards.
  async flush(roomId) {
    const room = this.rooms.get(roomId) ?? { attempt: 0 };
    this.rooms.set(roomId, room);
    clearTimeout(room.timer);
    room.again = true;
    if (room.busy) return;
    room.busy = true;
    let outcome = { verdict: 'done' };
    try {
      while (room.again && outcome.verdict === 'done') {
        room.again = false;
        outcome = await withLock(`madang-send-${this.userId}-${roomId}`, () => this.sendWaiting(roomId));
      }
    } finally {
      room.busy = false;
    }
    if (outcome.verdict === 'done') {
      room.attempt = 0;
    } else {
      room.timer = setTimeout(() => this.flush(roomId), retryDelay(room.attempt++, outcome.retryAfter, Math.random()));
    }
  }

  async sendWaiting(roomId) {
    for (const entry of sendable(await this.db.all(), roomId)) {
      const outcome = await this.sendOne(entry);
      if (outcome.verdict === 'later') return outcome;
    }
    return { verdict: 'done' };
  }

  async sendOne(entry) {
    // It may have been deleted while those before it were on their way.
    if (!(await this.db.get(entry.key))) return { verdict: 'done' };
    try {
      const seq = await this.transmit(entry);
      // Its event may have been here first.
      if (this.isHere(entry.key)) this.show([{ ...entry, seq }]);
      await this.forget(entry.key);
      return { verdict: 'done' };
    } catch (problem) {
      const { verdict, entry: next } = afterRefusal(entry, problem.code ?? 'offline', { online: this.socket.online });
      if (next !== entry && (await this.db.get(entry.key))) await this.keep(next);
      return { verdict, retryAfter: problem.retryAfter };
    }
  }

  // By the socket where there is one, else by REST; the key is the same on both ways.
  async transmit({ roomId, key, text, replyTo }) {
    const body = replyTo === undefined ? { text } : { text, replyTo };
    if (this.socket.online) {
      const headers = await this.socket.request(`/app/rooms/${roomId}/messages`, body, { 'x-key': key });
      return Number(headers['x-seq']);
    }
    const message = await this.api.post(`/rooms/${roomId}/messages`, { ...body, key });
    return message.seq;
  }

  async keep(entry) {
    this.show([entry]);
    await this.db.put(entry);
    this.channel.postMessage('changed');
  }

  async forget(key) {
    await this.db.remove(key);
    this.channel.postMessage('changed');
  }

  isHere(key) {
    return this.store.get().outbox.some((entry) => entry.key === key);
  }

  show(entries) {
    const keys = new Set(entries.map(({ key }) => key));
    this.store.set((state) => ({ ...state, outbox: [...state.outbox.filter(({ key }) => !keys.has(key)), ...entries] }));
  }

  hide(key) {
    this.store.set((state) => ({ ...state, outbox: state.outbox.filter((entry) => entry.key !== key) }));
  }
}

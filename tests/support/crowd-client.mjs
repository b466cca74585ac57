// One client of a crowd: it reads some rooms and writes to them on whatever node there is, comes back by itself, goes on where it was, and
// repeats what it said until that is acknowledged. What it may not see fails the crowd's test.
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { patience } from './deadline.mjs';
import { on } from './nodes.mjs';
import { Stomp } from './stomp.mjs';

const window = 4;  // messages that wait for their RECEIPT
const patient = 30_000;  // longer than that on a connection that stands, nothing may be left without an answer
const quiet = 120_000;  // while the test as a whole still goes on
const passing = new Set(['unavailable', 'too_busy']);  // "not known: repeat with the same key"
const final = new Set(['revoked', 'unauthenticated', 'protocol']);  // clients do not come back on these
const gone = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT']);

// It follows each room's topic, or, with `queue`, all of them at once.
export class CrowdClient {
  connected = false;  // every subscription is there, and what was missed is on its way
  seen = new Map();  // room to the last seq before which nothing is missing
  unanswered = new Map();  // key to what was said and not acknowledged yet
  #ahead = new Map();  // room to the seqs beyond that, which a sync has not caught up with yet
  #live;  // room to the last seq that came on this connection
  #awaited;  // the SUBSCRIBEs that have no RECEIPT yet
  #socket;
  #back;  // when it was connected
  #last;  // when something came
  #count = 0;

  constructor(crowd, name, person, rooms, queue) {
    Object.assign(this, { crowd, name, person, rooms, queue });
    for (const room of rooms) {
      this.seen.set(room, 0);
      this.#ahead.set(room, new Set());
    }
  }

  async live() {
    const { crowd } = this;
    for (let avoided; !crowd.over;) {
      this.node = crowd.dice.pick(crowd.nodes.all.filter((node) => node !== avoided));
      avoided = undefined;
      const socket = await this.#open();
      if (socket) {
        this.#socket = socket;
        if (crowd.over) socket.socket.terminate();
        socket.send('CONNECT', { 'accept-version': '1.2', host: 'madang' });
        await this.#listen(socket);
        const { code, reason } = await socket.closing();
        if (crowd.over) return;
        assert.ok(!final.has(reason), `${this.name} may not come back: ${code} ${reason}`);
        if (this.#live) crowd.count(`closed with ${code} ${reason}`.trim());
        // A balancer has noticed that the node is going.
        if (code === 1012) avoided = this.node;
      }
      this.#socket = this.#live = undefined;
      this.connected = false;
      for (const said of this.unanswered.values()) said.at = undefined;
      await pause(crowd.dice.between(100, 1000));
    }
  }

  leave() { this.#socket?.socket.terminate(); }

  async #open() {
    try {
      const headers = { Authorization: `Bearer ${this.person.token}` };
      return await Stomp.open(this.node.wsUrl, { headers, perMessageDeflate: false, handshakeTimeout: patience });
    } catch (error) {
      if (error.status !== 503 && !gone.has(error.code)) throw error;
      return undefined;
    }
  }

  async #listen(socket) {
    for (;;) {
      let frame;
      try {
        frame = await socket.waitFor(() => true, this.#live ? quiet : patient);
      } catch (error) {
        if (error.message.startsWith('closed with')) return;
        throw error;
      }
      socket.frames.length = 0;
      this.#take(socket, frame);
    }
  }

  #take(socket, frame) {
    const { command, headers } = frame;
    if (command === 'CONNECTED') this.#subscribe(socket);
    else if (command === 'ERROR') this.#refused(frame);
    else if (command === 'RECEIPT') {
      const [kind, name] = headers['receipt-id'].split('/');
      if (kind === 'said') this.#acknowledged(name, headers);
      else this.#subscribed(socket, name, headers);
    } else if (headers.subscription === 'errors') {
      this.#refused(frame);
      const [kind, key] = headers['receipt-id'].split('/');
      if (kind === 'said') this.#again(key);
      else socket.socket.terminate();
    } else this.#shown(frame);
  }

  #subscribe(socket) {
    this.#live = new Map();
    this.#awaited = new Set(this.queue ? ['rooms'] : this.rooms.map(String));
    socket.send('SUBSCRIBE', { id: 'errors', destination: '/user/queue/errors' });
    for (const name of this.#awaited)
      socket.send('SUBSCRIBE', this.queue ? { id: name, destination: '/user/queue/rooms', receipt: `to/${name}` }
        : { id: name, destination: `/topic/rooms/${name}`, receipt: `to/${name}`, 'x-since': `${this.crowd.epoch}.${this.seen.get(Number(name))}` });
    for (const key of this.unanswered.keys()) this.#write(key);
  }

  #subscribed(socket, name, headers) {
    if (this.queue) {
      this.#sync(socket).then((whole) => whole && this.#complete(name)).catch((error) => this.crowd.fail(error));
      return;
    }
    const position = this.seen.get(Number(name));
    assert.deepEqual([headers['x-recovered'], headers['x-epoch'], headers['x-seq']], ['true', this.crowd.epoch, String(position)],
      `${this.name} goes on in ${name} after ${position}`);
    this.#complete(name);
  }

  #complete(name) {
    this.#awaited.delete(name);
    if (this.#awaited.size > 0) return;
    this.connected = true;
    this.#back = Date.now();
    this.crowd.count('connections');
    this.crowd.changed();
  }

  // Behind the RECEIPT of the queue, and from whichever node: the answer reaches up to what came live, or further.
  async #sync(socket) {
    const { crowd } = this;
    const more = () => socket === this.#socket && !crowd.over;
    for (let behind = true; behind;) {
      const rooms = this.rooms.map((id) => ({ id, seq: this.seen.get(id) }));
      const answer = await on(crowd.dice.pick(crowd.nodes.all), this.person)
        .post('/rooms/sync', { epoch: crowd.epoch, rooms }, { headers: { Connection: 'close' } }).catch((error) => {
          if (!gone.has(error.code)) throw error;
        });
      if (!more()) return false;
      if (!answer || answer.status === 503) {
        await pause(crowd.dice.between(100, 1000));
        if (!more()) return false;
        continue;
      }
      assert.equal(answer.status, 200, answer.text);
      const { rooms: answered, added, removed } = answer.body;
      assert.deepEqual([added, removed], [[], []]);
      const at = Date.now();
      for (const { events } of answered) for (const event of events) this.#add(event, at);
      behind = answered.some(({ hasMore }) => hasMore);
    }
    for (const [room, ahead] of this.#ahead)
      assert.equal(ahead.size, 0, `${this.name} has a gap in ${room} after a sync: up to ${this.seen.get(room)}, then ${[...ahead]}`);
    return true;
  }

  #shown(frame) {
    const event = frame.json();
    const { roomId: room, seq } = event;
    const { headers } = frame;
    assert.deepEqual([headers['x-epoch'], headers['x-seq'], headers['message-id'], headers.destination],
      [this.crowd.epoch, String(seq), `${room}.${seq}`, `/topic/rooms/${room}`]);
    const before = this.queue ? this.#live.get(room) : this.seen.get(room);
    if (before !== undefined) assert.equal(seq, before + 1, `${this.name} saw ${seq} after ${before} in ${room} (${this.crowd.phase})`);
    if (this.connected) assert.ok(seq <= this.seen.get(room) + 1, `${this.name} saw ${seq} in ${room} and had synced up to ${this.seen.get(room)}`);
    this.#live.set(room, seq);
    this.#add(event, frame.at);
  }

  #add(event, at) {
    const { roomId: room, seq } = event;
    this.crowd.show(event, at, this.connected ? this.#back : undefined);
    if (this.crowd.sending && this.#last) this.crowd.longest('gap', at - this.#last);
    this.#last = at;
    const ahead = this.#ahead.get(room);
    let seen = this.seen.get(room);
    if (seq > seen) ahead.add(seq);
    while (ahead.delete(seen + 1)) seen += 1;
    this.seen.set(room, seen);
    this.crowd.changed();
  }

  // Something new, unless enough is on its way.
  speak() {
    const { dice, sending } = this.crowd;
    for (const [key, { at }] of this.unanswered)
      assert.ok(at === undefined || Date.now() - at < patient, `${key} of ${this.name} is without an answer, on a connection that stands`);
    if (!sending || this.unanswered.size >= window) return;
    const key = `${this.name}-${++this.#count}`;
    const room = dice.pick(this.rooms);
    this.unanswered.set(key, { room, text: `${key}${' 마당'.repeat(dice.below(10))}`, tries: 0 });
    this.crowd.said.set(`${room}/${this.person.user.id}/${key}`, this.unanswered.get(key).text);
    if (!this.#live) return;
    this.#write(key);
    // A cable is pulled, after the SEND and before its RECEIPT.
    if (this.crowd.restless && dice.below(this.crowd.restless) === 0) this.leave();
  }

  #write(key) {
    const said = this.unanswered.get(key);
    if (said.tries++ > 0) this.crowd.count('repeated');
    said.at = Date.now();
    const destination = `/app/rooms/${said.room}/messages`;
    this.#socket.send('SEND', { destination, 'content-type': 'text/plain', 'x-key': key, receipt: `said/${key}` }, said.text);
  }

  #acknowledged(key, headers) {
    const said = this.unanswered.get(key);
    assert.ok(said, `${key} was acknowledged twice on one connection`);
    this.unanswered.delete(key);
    if (headers['x-duplicate']) this.crowd.count('found to be there');
    this.crowd.acknowledge(said.room, `${said.room}/${this.person.user.id}/${key}`, Number(headers['x-seq']));
  }

  #refused(frame) {
    const { code } = frame.json();
    assert.ok(passing.has(code), `${this.name} was refused: ${frame.body}`);
    this.crowd.count(code);
  }

  #again(key) {
    this.unanswered.get(key).at = undefined;
    setTimeout(() => {
      const said = this.unanswered.get(key);
      if (said && said.at === undefined && this.#live) this.#write(key);
    }, this.crowd.dice.between(100, 1000)).unref();
  }
}

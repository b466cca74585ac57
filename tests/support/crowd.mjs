// A crowd of STOMP clients on several nodes. What they are shown is held against each other at once, and against the database at the end
// (design, G1 to G4).
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { CrowdClient } from './crowd-client.mjs';
import { within } from './deadline.mjs';
import { befriend, done, newPerson } from './people.mjs';
import { seeded, shuffled } from './random.mjs';

const devices = 5;  // of each person

// CROWD_SEED makes the same choices again.
export function choices(name) {
  if (process.env.CROWD_SEED) process.env.MADANG_SEED = process.env.CROWD_SEED;
  return seeded(name);
}

// Rooms of `size` members, each of whom has as many rooms as the others: [[room, …] of each person].
async function makeRooms(dice, people, rooms, size) {
  const roomsOf = new Map(people.map((person) => [person, []]));
  const friends = new Set();
  let deck = [];
  for (let i = 0; i < rooms; i += 1) {
    if (deck.length < size) deck = shuffled(dice, people);
    const members = deck.splice(0, size);
    const [owner, ...others] = members;
    for (const other of others) {
      const pair = [owner.user.id, other.user.id].sort().join();
      if (!friends.has(pair)) await befriend(owner, other);
      friends.add(pair);
    }
    const room = await done(owner.post('/rooms', { kind: 'group', memberIds: others.map(({ user }) => user.id), name: `room ${i}` }), 201);
    for (const person of members) roomsOf.get(person).push(room.id);
  }
  return roomsOf;
}

export class Crowd {
  clients = [];
  said = new Map();  // `${room}/${author}/${key}` to the text
  sending = false;
  over = false;
  phase = 'calm';  // what is being done to the nodes
  counts = {};
  #acknowledged = new Map();  // as `said`, to the seq
  #receipts = new Map();  // `${room}.${seq}` to the time of the RECEIPT
  #shown = new Map();  // room to seq to the event
  #longest = {};
  #waiting = new Set();
  #timers = [];
  #lives = [];

  // Every fifth client follows all its rooms at once.
  static async gather(nodes, dice, { clients, rooms, size }) {
    const crowd = new Crowd(nodes, dice);
    const people = Array.from({ length: clients / devices });
    // One after the other on each node: passwords take their time.
    await Promise.all(nodes.all.map(async (node, at) => {
      for (let i = at; i < people.length; i += nodes.all.length) people[i] = await newPerson(node);
    }));
    const roomsOf = await makeRooms(dice, people, rooms, size);
    for (const room of new Set([...roomsOf.values()].flat())) crowd.#shown.set(room, new Map());
    crowd.epoch = (await done(people[0].get('/rooms'), 200)).epoch;
    for (let device = 0; device < devices; device += 1)
      for (const person of people) crowd.clients.push(new CrowdClient(crowd, `c${crowd.clients.length}`, person, roomsOf.get(person), device === 4));
    return crowd;
  }

  constructor(nodes, dice) {
    Object.assign(this, { nodes, dice });
    this.failed = new Promise((_, failed) => { this.fail = failed; });
    this.failed.catch(() => {});
  }

  // Everybody connects, and says something every `pace` ms. The `restless` lose their connection by themselves, one in so many times.
  async begin(pace, { restless = 0 } = {}) {
    this.sending = true;
    this.restless = restless;
    this.#lives = this.clients.map((client) => client.live().catch(this.fail));
    for (const client of this.clients) {
      const speak = () => {
        try {
          client.speak();
        } catch (error) {
          this.fail(error);
        }
      };
      this.#timers.push(setTimeout(() => this.#timers.push(setInterval(speak, pace)), this.dice.below(pace)));
    }
    await this.until(() => this.clients.every(({ connected }) => connected), 'everybody to be connected');
  }

  // Runs what the test has to tell, up to the first thing that may not be.
  async tell(story) {
    const told = story();
    try {
      await Promise.race([told, this.failed]);
    } catch (error) {
      error.message += `\n(${this.phase}; ${JSON.stringify(this.counts)})`;
      for (const [i, node] of this.nodes.all.entries()) console.log(`# node ${i} said:\n${node.stderr().slice(-10_000)}`);
      throw error;
    } finally {
      await this.#end();
      await told.catch(() => {});
    }
  }

  // Nobody says anything new; what was said is acknowledged, everybody has seen everything, and the database agrees.
  async settle() {
    this.sending = false;
    await this.until(() => this.clients.every(({ unanswered }) => unanswered.size === 0), 'everything to be acknowledged');
    const rows = await this.nodes.postgres.query('madang', 'SELECT id, last_seq FROM rooms');
    const heads = new Map(rows.map((row) => row.map(Number)));
    const whole = ({ connected, seen }) => connected && [...seen].every(([room, seq]) => seq >= heads.get(room));
    await this.until(() => this.clients.every(whole), 'everybody to have seen everything');
    await this.#compare();
  }

  async #compare() {
    const logs = new Map([...this.#shown.keys()].map((room) => [room, 0]));
    const stored = new Map();
    const rows = await this.nodes.postgres.query('madang', 'SELECT room_id, seq, author_id, key, body FROM events ORDER BY room_id, seq');
    for (const [room, seq, author, key, body] of rows) {
      logs.set(Number(room), logs.get(Number(room)) + 1);
      assert.equal(logs.get(Number(room)), Number(seq), `no hole in the log of ${room}`);
      const event = this.#shown.get(Number(room)).get(Number(seq));
      assert.equal(String(event?.authorId), author, `${room}.${seq} was shown`);
      if (seq === '1') {
        assert.equal(event.kind, 'join');
        continue;
      }
      const name = `${room}/${author}/${key}`;
      const text = this.said.get(name);
      assert.deepEqual([event.kind, event.key, event.text, body], ['message', key, text, text], `${room}.${seq} is what was said`);
      assert.ok(!stored.has(name), `${name} is there once (G3)`);
      stored.set(name, Number(seq));
    }
    for (const [name, seq] of this.#acknowledged) assert.equal(stored.get(name), seq, `${name} was acknowledged (G1)`);
    for (const name of this.said.keys()) assert.ok(stored.has(name), `${name} was said until it was acknowledged`);
    for (const [room, events] of this.#shown) assert.equal(events.size, logs.get(room), `nothing was shown in ${room} that is not there (G4)`);
    for (const { name, seen } of this.clients)
      for (const [room, seq] of seen) assert.equal(seq, logs.get(room), `${name} has seen all of ${room} (G2)`);
  }

  async #end() {
    this.over = true;
    this.sending = false;
    for (const timer of this.#timers) clearInterval(timer);
    for (const client of this.clients) client.leave();
    for (const { failed } of this.#waiting) failed(new Error('the test is over'));
    this.#waiting.clear();
    await Promise.all(this.#lives);
  }

  async until(predicate, what, ms = 60_000) {
    if (this.over) throw new Error('the test is over');
    if (predicate()) return;
    let waiter;
    const came = new Promise((done, failed) => {
      waiter = { predicate, done, failed };
      this.#waiting.add(waiter);
    });
    await within(came, ms, `${what} (${this.phase})`).finally(() => this.#waiting.delete(waiter));
  }

  // Until so many more sends are acknowledged.
  more(count) {
    const enough = this.#acknowledged.size + count;
    return this.until(() => this.#acknowledged.size >= enough, `${count} more acknowledgements`);
  }

  changed() {
    for (const waiter of this.#waiting) {
      if (!waiter.predicate()) continue;
      this.#waiting.delete(waiter);
      waiter.done();
    }
  }

  count(what) { this.counts[what] = (this.counts[what] ?? 0) + 1; }

  longest(what, ms) {
    if (ms > (this.#longest[what]?.ms ?? -1)) this.#longest[what] = { ms, phase: this.phase };
  }

  acknowledge(room, name, seq) {
    assert.ok(!this.#acknowledged.has(name), `${name} is acknowledged once`);
    this.#acknowledged.set(name, seq);
    this.#receipts.set(`${room}.${seq}`, Date.now());
    this.changed();
  }

  // Somebody sees an event, who has been connected `since` then, if at all. What the others see has to be the same.
  show(event, at, since) {
    this.count('events seen');
    const { roomId: room, seq } = event;
    const events = this.#shown.get(room);
    const before = events.get(seq);
    if (!before) events.set(seq, event);
    else if (!isDeepStrictEqual(event, before)) assert.deepEqual(event, before, `everybody sees the same at ${room}.${seq} (G2)`);
    const receipt = this.#receipts.get(`${room}.${seq}`);
    if (receipt && since) this.longest('wait', at - Math.max(receipt, since));
  }

  // One line of figures.
  summary() {
    const { connections, 'events seen': seen, ...others } = this.counts;
    const worst = Object.entries(this.#longest).map(([what, { ms, phase }]) => `longest ${what} ${ms} ms (${phase})`);
    return [`${this.#acknowledged.size} sends acknowledged`, `${seen} events seen`, `${connections - this.clients.length} reconnects`,
      ...Object.entries(others).map(([what, count]) => `${count} ${what}`), ...worst].join(', ');
  }
}

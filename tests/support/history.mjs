// A random history of writes and reads over several nodes. Every read is held against what was written (fact.mjs), so a stale one fails.
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { memberOf, strangers } from './chat-model.mjs';
import { look } from './chat-reads.mjs';
import { kinds, plan } from './chat-steps.mjs';
import { Fact, now } from './fact.mjs';
import { on } from './nodes.mjs';
import { done, newPerson } from './people.mjs';

const writers = 4;
const probes = 4;  // who reads while somebody writes

export class History {
  rooms = new Map();  // id to { id, fact, times: seq to ms }
  users = new Map();  // id to a fact: [displayName, statusMessage] or 'deleted'
  births = 0;  // rooms whose making is not answered
  counts = { steps: 0, reads: 0 };
  slowest = {};  // ms, of each kind of read
  #pairs = new Map();
  #clients = new Map();
  #busy = new Set();
  #dice;
  #words = 0;

  static async begin(nodes, dice, promises, size = 8) {
    const history = new History();
    Object.assign(history, { nodes: nodes.all, promises });
    history.#dice = dice;
    history.people = await Promise.all(Array.from({ length: size }, (_, i) => newPerson(nodes.all[i % nodes.all.length], `p${i}`)));
    for (const [i, person] of history.people.entries()) {
      person.name = `p${i}`;
      history.users.set(person.user.id, new Fact(promises, [person.user.displayName, person.user.statusMessage]));
      for (const other of history.people.slice(0, i)) history.#pairs.set(pairKey(person, other), new Fact(promises, strangers));
    }
    return history;
  }

  pair(one, other) { return this.#pairs.get(pairKey(one, other)); }
  personOf(id) { return this.people.find(({ user }) => user.id === id); }
  words(what) { return `${what} ${this.#words += 1}`; }

  as(person, node) {
    const key = `${person.user.id} ${node}`;
    if (!this.#clients.has(key)) this.#clients.set(key, on(this.nodes[node], person));
    return this.#clients.get(key);
  }

  // So many writes, by several writers at once, with reads by anybody in between.
  async burst(writes) {
    let left = writes;
    await Promise.all(Array.from({ length: writers }, async () => {
      while (left > 0) {
        left -= 1;
        await this.write();
        for (let reads = this.#dice.below(6); reads > 0; reads -= 1) await this.lookAnywhere();
      }
    }));
  }

  // Reads until everything that was answered so far binds every node; then all of it is read on every node.
  async settle() {
    const until = this.promises.settledAt();
    assert.ok(until < Infinity, 'Redis is back');
    await this.readUntil(until);
    await this.sweep();
  }

  async readUntil(time) {
    await Promise.all(Array.from({ length: writers }, async () => {
      while (now() <= time) await this.lookAnywhere();
    }));
  }

  async sweep() {
    for (const node of this.nodes.keys()) {
      await Promise.all(this.#present().map(async (person) => {
        for (const kind of ['rooms', 'friends']) await look(this, kind, person, node);
        for (const other of this.people) await look(this, 'user', person, node, other);
        for (const room of [...this.rooms.values()].filter(({ fact }) => fact.newest.members.length > 0))
          for (const kind of ['room', 'members', 'messages']) await look(this, kind, person, node, room);
      }));
    }
  }

  lookAnywhere() {
    const room = this.rooms.size > 0 ? this.#dice.pick([...this.rooms.values()]) : undefined;
    return look(this, ...this.#view(this.#anyNode(), room, this.#dice.pick(this.people)));
  }

  // A write that can be made now, of this kind or of any, while those whom it may concern read without a pause: what they began to read
  // before it is there must not be what they are shown when they ask again after it.
  async write(kind) {
    for (let tries = 0; tries < 1000; tries += 1) {
      const step = plan(this, this.#dice, kind ?? this.#dice.pick(kinds));
      if (!step || step.keys.some((key) => this.#busy.has(key))) continue;
      const node = this.#anyNode();
      const views = Array.from({ length: probes }, (_, i) =>
        this.#view(i < 2 ? this.#anyNode() : node, step.room, this.#dice.pick(step.who ?? [step.person])));
      let over = false;
      await Promise.all([this.#perform(step, node).finally(() => { over = true; }), ...views.map(async (view) => {
        while (!over) await look(this, ...view);
        await look(this, ...view);
      })]);
      return true;
    }
    // Whatever could be done is being done by others.
    return false;
  }

  async #perform({ keys, changes, person, born, last, send: [method, path, body], status }, node) {
    for (const key of keys) this.#busy.add(key);
    // Read by nobody any more: there may be no session in between.
    if (last) person.gone = true;
    if (born) this.births += 1;
    const began = now();
    const versions = changes.filter(([fact, next]) => !isDeepStrictEqual(fact.newest, next)).map(([fact, next]) => fact.begin(next, node, began));
    const answer = await done(this.as(person, node).request(method, path, { body }), status);
    const answered = now();
    for (const version of versions) version.answered = answered;
    if (born) this.#born(answer, born, node, began, answered);
    if (status === 201 && answer.kind === 'message') this.#time(answer, versions[0].value);
    for (const key of keys) this.#busy.delete(key);
    this.counts.steps += 1;
  }

  #born({ id, createdAt }, value, node, began, answered) {
    this.births -= 1;
    const room = { id, fact: new Fact(this.promises, undefined), times: new Map([[1, Date.parse(createdAt)]]) };
    room.fact.begin(value, node, began, answered);
    this.rooms.set(id, room);
  }

  #time({ roomId, seq, ordinal, createdAt }, expected) {
    assert.deepEqual({ seq, ordinal }, { seq: expected.lastSeq, ordinal: expected.lastOrdinal }, `a message in room ${roomId}`);
    this.rooms.get(roomId).times.set(seq, Date.parse(createdAt));
  }

  // What somebody might look at who has to do with `room` or `subject`: kind, reader, node and what is asked about.
  #view(node, room, subject) {
    const present = this.#present();
    const concerned = subject.gone ? this.#dice.pick(present) : subject;
    if (!room || this.#dice.below(4) === 0) {
      const kind = this.#dice.pick(['rooms', 'friends', 'user']);
      return [kind, kind === 'user' ? this.#dice.pick(present) : concerned, node, subject];
    }
    const members = present.filter(({ user }) => memberOf(room.fact.newest, user.id));
    const reader = members.length > 0 && this.#dice.below(3) === 0 ? this.#dice.pick(members) : concerned;
    return [this.#dice.pick(['rooms', 'rooms', 'room', 'members', 'messages', 'messages']), reader, node, room];
  }

  #present() { return this.people.filter(({ gone }) => !gone); }
  #anyNode() { return this.#dice.below(this.nodes.length); }

  summary() {
    const { calm, away } = this.promises.worst;
    return `${this.counts.steps} steps, ${this.counts.reads} reads judged, worst staleness on another node ${Math.round(calm)} ms`
      + `${away > 0 ? `, while Redis was away ${Math.round(away)} ms` : ''}, slowest read ${Math.round(Math.max(...Object.values(this.slowest)))} ms`;
  }
}

const pairKey = (one, other) => [one.user.id, other.user.id].sort((a, b) => a - b).join();

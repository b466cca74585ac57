// A client that shows a room: what it has on its screen is what it was sent, it goes on from its position, and it reads all anew where the
// server says that this position is none (contract, "Resuming").
import assert from 'node:assert/strict';
import { eventsOf } from './people.mjs';
import { Stomp } from './stomp.mjs';

export class Follower {
  reloads = -1;  // the first time there is nothing yet
  #shown = new Map();  // seq to event, from 1 without a hole
  #epoch;
  #topic;

  static async of(server, person, room) {
    const follower = new Follower();
    Object.assign(follower, { person, room });
    await follower.come(server);
    return follower;
  }

  get position() { return `${this.#epoch}.${this.#shown.size}`; }
  get log() { return [...this.#shown.values()]; }

  async come(server) {
    this.socket = await Stomp.signedIn(server, this.person);
    this.#topic = await this.socket.subscribe(`/topic/rooms/${this.room.id}`, this.#epoch && { 'x-since': this.position });
    const { 'x-recovered': recovered, 'x-epoch': epoch } = this.#topic.receipt.headers;
    if (recovered === 'true') return assert.equal(epoch, this.#epoch);
    this.reloads += 1;
    this.#epoch = epoch;
    this.#shown.clear();
    for (const event of await eventsOf(this.person, this.room)) this.#show(event);
  }

  #show(event) {
    const known = this.#shown.get(event.seq);
    if (known) return assert.deepEqual(event, known);
    assert.equal(event.seq, this.#shown.size + 1, 'nothing is left out');
    this.#shown.set(event.seq, event);
  }

  // Until it shows this seq.
  async sees(seq) {
    for (this.#take(); this.#shown.size < seq; this.#take()) await this.socket.message(this.#topic, ({ headers }) => Number(headers['x-seq']) === seq);
  }
  #take() {
    for (const frame of this.socket.messages(this.#topic)) this.#show(frame.json());
  }

  // As when the network is lost.
  async leave() {
    await this.socket.close();
    this.#take();
  }

  // It was told to.
  async goes() {
    const how = await this.socket.closing(30_000);
    this.#take();
    return how;
  }

  // What somebody who comes now reads.
  async showsAll() {
    assert.deepEqual(this.log, await eventsOf(this.person, this.room));
  }
}

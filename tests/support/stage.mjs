// Writers and readers who go on while what they use is killed, and what each of them was told.
import assert from 'node:assert/strict';
import { eventually, within } from './deadline.mjs';
import { Stomp } from './stomp.mjs';

const gone = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE']);

const quiet = 180_000;  // longer than any wait of the test as a whole, which knows better what is missing

// A connection that went, or did not come about, while something was away. Anything else, such as a wait in vain, is a fault.
const isLost = ({ code, status, message }) => gone.has(code) || status === 503 || /^closed with \d+ (?!revoked|unauthenticated|protocol)/.test(message);

// Where everybody waits while the server is away, and what they count.
export class Stage {
  acknowledged = new Map();  // `${room}/${author}/${key}` to seq
  saidOnce = new Map();  // the same by text: what had no key
  over = false;  // nobody says anything new
  #refusals = 0;
  #underWay = new Set();
  #waiting = new Set();
  #open = Promise.resolve();
  #reopen;

  close() { this.#open = new Promise((done) => { this.#reopen = done; }); }
  reopen() { this.#reopen(); }
  get open() { return this.#open; }

  // The answer of the server, or nothing when it was cut. `#underWay` has what is not answered yet.
  async ask(send) {
    const request = { since: performance.now(), answered: false };
    this.#underWay.add(request);
    try {
      const answer = await send();
      request.answered = answer.status !== 503;
      if (!request.answered) this.#refuse();
      return answer;
    } catch (error) {
      if (!gone.has(error.code)) throw error;
      return undefined;
    } finally {
      this.#underWay.delete(request);
    }
  }

  // How many requests were under way when this was killed, and had no answer when it was gone: `go` sends its signals in the turn in which it
  // is called, and resolves then; `aim` is what it needs before. Somebody has asked just now, and is not answered at once.
  async hitBy({ aim, go }) {
    const target = await aim?.();
    const age = ({ since }) => performance.now() - since;
    await eventually(() => [...this.#underWay].some((request) => age(request) > 2 && age(request) < 4), 'somebody to have asked');
    const struck = [...this.#underWay];
    await go(target);
    return struck.filter(({ answered }) => !answered).length;
  }

  acknowledge(name, seq) {
    const before = this.acknowledged.get(name);
    assert.ok(before === undefined || before === seq, `${name} was acknowledged with ${before} and with ${seq}`);
    this.acknowledged.set(name, seq);
    this.#changed();
  }

  #refuse() {
    this.#refusals += 1;
    this.#changed();
  }

  more(n) {
    const count = this.acknowledged.size + n;
    return this.#until(() => this.acknowledged.size >= count, `${n} more acknowledgements`);
  }

  refusal() {
    const before = this.#refusals;
    return this.#until(() => this.#refusals > before, 'somebody to be refused');
  }

  end() {
    this.over = true;
    for (const { failed } of this.#waiting) failed(new Error('the test is over'));
    this.#waiting.clear();
  }

  async #until(came, what) {
    if (this.over) throw new Error('the test is over');
    return within(new Promise((done, failed) => { this.#waiting.add({ came, done, failed }); }), 60_000, what);
  }

  #changed() {
    for (const waiter of this.#waiting) {
      if (!waiter.came()) continue;
      this.#waiting.delete(waiter);
      waiter.done();
    }
  }
}

// Says one thing after another, each until it is acknowledged, and now and then until it is acknowledged again.
export async function write(stage, dice, person, rooms, name) {
  for (let n = 0; !stage.over; n += 1) {
    const room = dice.pick(rooms);
    const key = `${name}-${n}`;
    for (let left = dice.below(4) === 0 ? 2 : 1; left > 0;) {
      await stage.open;
      const answer = await stage.ask(() => person.post(`/rooms/${room.id}/messages`, { text: key, key }));
      if (!answer) continue;
      const { status, body, text } = answer;
      if (status === 201 || status === 200) {
        stage.acknowledge(`${room.id}/${person.user.id}/${key}`, body.seq);
        left -= 1;
      } else {
        assert.deepEqual([status, body.code], [503, 'unavailable'], text);
      }
    }
  }
}

// Says things without a key, each once, whatever comes of it.
export async function writeOnce(stage, dice, person, rooms, name) {
  for (let n = 0; !stage.over; n += 1) {
    const room = dice.pick(rooms);
    const said = `${name}-${n}`;
    await stage.open;
    const answer = await stage.ask(() => person.post(`/rooms/${room.id}/messages`, { text: said }));
    if (!answer) continue;
    const { status, body, text } = answer;
    if (status === 201 || status === 200) stage.saidOnce.set(`${room.id}/${person.user.id}/${said}`, body.seq);
    else assert.deepEqual([status, body.code], [503, 'unavailable'], text);
  }
}

// Listens to one room on whatever connection there is, and writes down what comes, up to the message "the end".
export async function read(stage, server, person, room, seen) {
  let position;
  for (let ended = false; !ended;) {
    await stage.open;
    let socket;
    try {
      socket = await Stomp.signedIn(server, person);
      const topic = await socket.subscribe(`/topic/rooms/${room.id}`, position ? { 'x-since': position } : {});
      if (position) assert.equal(topic.receipt.headers['x-recovered'], 'true', 'there was one history all the time');
      position ??= `${topic.receipt.headers['x-epoch']}.${topic.receipt.headers['x-seq']}`;
      while (!ended) {
        const { headers, json } = await socket.message(topic, undefined, quiet);
        const { seq, authorId, text } = json();
        assert.equal(headers['x-seq'], String(seq));
        seen.push([seq, authorId, text]);
        position = `${headers['x-epoch']}.${seq}`;
        ended = text === 'the end';
      }
    } catch (error) {
      if (!isLost(error)) throw error;
    }
    await socket?.close();
  }
}

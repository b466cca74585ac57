// What is known of one thing that can be read: its versions in the order of their writes, each with the node and the time of the answer. A
// read may show the newest version that binds it, or a later one. Writes of one fact come one after the other, or the order would not be known.
import { isDeepStrictEqual } from 'node:util';

export const now = () => performance.now();

const remembered = 5000;  // ms for which a version that everybody is bound to surpass is kept, to be named in a failure

// When a write binds the reads of a node: its own at once, others `bound` ms after the answer, or `ttl` after Redis came back.
export class Promises {
  worst = { calm: 0, away: 0 };  // ms by which a read on another node lagged behind a write's answer
  #outages = [];

  constructor({ bound = 1000, ttl = 10_000 } = {}) {
    Object.assign(this, { bound, ttl });
  }

  // Redis goes, comes back, and is in use again by every node.
  away() { this.#outages.push({ from: now(), to: Infinity, whole: Infinity }); }
  back() { this.#outages.at(-1).to = now(); }
  whole() { this.#outages.at(-1).whole = now(); }

  binds({ node, answered }, reader) {
    if (node === undefined || node === reader) return answered;
    const outage = this.#outageOf(answered);
    return outage ? Math.max(answered, outage.to) + this.ttl : answered + this.bound;
  }

  // The time from which every node must show what was answered until now.
  settledAt() {
    return this.binds({ node: 'any', answered: now() }, 'another');
  }

  lagged(version, read) {
    const kind = this.#outageOf(version.answered) ? 'away' : 'calm';
    if (version.node !== read.node) this.worst[kind] = Math.max(this.worst[kind], read.began - version.answered);
  }

  #outageOf(answered) {
    return this.#outages.find(({ from, whole }) => answered + this.bound >= from && answered <= whole);
  }
}

export class Fact {
  #promises;
  #versions;

  constructor(promises, value) {
    this.#promises = promises;
    this.#versions = [{ value, began: -Infinity, answered: -Infinity }];
  }

  get newest() { return this.#versions.at(-1).value; }

  // A write that is under way: reads may show it. `answered` is set when it is.
  begin(value, node, began = now(), answered = Infinity) {
    const version = { value, node, began, answered };
    this.#forget();
    this.#versions.push(version);
    return version;
  }

  // Which versions a read of `{ node, began, ended }` may show of the piece that `view` is of: a write that left it as it was binds nobody to
  // it. What is `certain` is never read from a cache and binds every node at once.
  allowed(read, view, certain = false) {
    const bound = (version) => (certain ? version.answered : this.#promises.binds(version, read.node)) < read.began;
    const looks = this.#versions.map(({ value }) => view(value));
    const changes = this.#versions.filter((_, at) => at === 0 || !isDeepStrictEqual(looks[at], looks[at - 1]));
    return changes.slice(changes.findLastIndex(bound)).filter(({ began }) => began <= read.ended);
  }

  // Fails unless an allowed version looks as `shown`. `view` answers what a version looks like; undefined: nothing that can be compared.
  check(read, what, shown, view, certain = false) {
    const allowed = this.allowed(read, view, certain);
    const looks = allowed.map(({ value }) => view(value));
    const match = looks.findLastIndex((look) => look !== undefined && isDeepStrictEqual(look, shown));
    if (match < 0) throw new Error(this.#complaint(read, what, shown, view, allowed));
    const next = allowed[match + 1];
    if (next && next.answered < read.began) this.#promises.lagged(next, read);
  }

  #complaint(read, what, shown, view, allowed) {
    const text = (value) => JSON.stringify(value) ?? 'nothing';
    const lines = this.#versions.map((version) => {
      const { value, node, answered } = version;
      const age = Number.isFinite(answered) ? `answered ${(read.began - answered).toFixed(1)} ms before`
        : answered > 0 ? 'not answered' : 'from the beginning';
      return `  ${allowed.includes(version) ? 'allowed' : 'not    '} ${text(view(value))}, node ${node}, ${age}`;
    });
    const took = `${(read.ended - read.began).toFixed(1)} ms`;
    return `${what}, read on node ${read.node} in ${took}, shows ${text(shown)}; the versions:\n${lines.slice(-20).join('\n')}`;
  }

  #forget() {
    const past = now() - this.#promises.ttl - remembered;
    const needed = this.#versions.findLastIndex((version) => this.#promises.binds(version, 'any') < past);
    if (needed > 0) this.#versions.splice(0, needed);
  }
}

// A raw STOMP client: headers are sent and shown exactly as they are on the wire, so that tests can check the wire.
import assert from 'node:assert/strict';
import WebSocket from 'ws';
import { patience, within } from './deadline.mjs';

export function encode(command, headers = {}, body = '') {
  const lines = (Array.isArray(headers) ? headers : Object.entries(headers))
    .filter(([, value]) => value !== undefined).map(([name, value]) => `${name}:${value}\n`);
  return Buffer.concat([Buffer.from(`${command}\n${lines.join('')}\n`), Buffer.from(body), Buffer.from([0])]);
}

// Whole frames only: a WebSocket message of the server never holds a part of one.
export function decode(bytes) {
  const frames = [];
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf('\n\n', at);
    assert.ok(end >= 0, `no whole frame in ${JSON.stringify(bytes.subarray(at).toString())}`);
    const [command, ...lines] = bytes.subarray(at, end).toString().split('\n');
    assert.match(command, /^[A-Z]+$/, 'a frame begins with its command, not with an EOL');
    const headers = {};
    for (const line of lines) {
      const colon = line.indexOf(':');
      headers[line.slice(0, colon)] ??= line.slice(colon + 1);
    }
    const start = end + 2;
    const length = headers['content-length'] === undefined ? bytes.indexOf(0, start) - start : Number(headers['content-length']);
    assert.equal(bytes[start + length], 0, `a NUL ends ${command}`);
    const body = bytes.subarray(start, start + length).toString();
    frames.push({ command, headers, body, json: () => JSON.parse(body) });
    at = start + length + 1;
  }
  return frames;
}

export class Stomp {
  frames = [];
  heartBeats = 0;
  closed;
  #inbox = [];
  #waiting = new Set();
  #over;
  #count = 0;

  // Resolves when the socket is open; rejects with the status when the upgrade was refused.
  static async open(url, { protocols = ['v12.stomp'], headers = {}, origin, ...options } = {}) {
    const socket = new WebSocket(url, protocols, { headers, origin, ...options });
    const client = new Stomp(socket);
    await within(new Promise((done, failed) => {
      socket.once('open', done);
      socket.once('error', failed);
      socket.once('unexpected-response', (request, response) => {
        const parts = [];
        response.on('data', (part) => parts.push(part));
        response.on('end', () => failed(Object.assign(new Error(`upgrade refused: ${response.statusCode}`), {
          status: response.statusCode, text: Buffer.concat(parts).toString() })));
        response.on('error', failed);
      });
    }), patience, 'the WebSocket to open');
    return client;
  }

  // Signed in over the upgrade, CONNECTED, and ready to talk.
  static async signedIn(server, person, options = {}) {
    const { connect, ...rest } = options;
    const client = await Stomp.open(server.wsUrl, { headers: { Authorization: `Bearer ${person.token}` }, ...rest });
    await client.connect(connect);
    return client;
  }

  constructor(socket) {
    this.socket = socket;
    this.closed = new Promise((done) => socket.once('close', (code, reason) => done({ code, reason: reason.toString() })));
    this.closed.then((how) => this.#end(`closed with ${how.code} ${how.reason}`));
    socket.on('error', () => {});
    socket.on('message', (bytes) => this.#receive(bytes));
  }

  write(bytes, options = { binary: false }) {
    this.socket.send(bytes, options);
  }

  send(command, headers, body) {
    this.write(encode(command, headers, body));
  }

  async connect(headers = {}) {
    this.send('CONNECT', { 'accept-version': '1.2', host: 'madang', ...headers });
    this.connected = await this.waitFor(({ command }) => command === 'CONNECTED');
    return this.connected;
  }

  // Sends a frame and waits for its RECEIPT.
  async acknowledged(command, headers = {}, body) {
    const receipt = headers.receipt ?? `r${++this.#count}`;
    this.send(command, { ...headers, receipt }, body);
    return this.receipt(receipt);
  }

  receipt(id, ms) {
    return this.waitFor(({ command, headers }) => command === 'RECEIPT' && headers['receipt-id'] === id, ms);
  }

  // `{ id, receipt }`, after the RECEIPT.
  async subscribe(destination, headers = {}) {
    const id = headers.id ?? `s${++this.#count}`;
    const receipt = await this.acknowledged('SUBSCRIBE', { id, destination, ...headers });
    return { id, receipt };
  }

  say(room, text, headers = {}) {
    return this.acknowledged('SEND', { destination: `/app/rooms/${room.id}/messages`, 'content-type': 'text/plain', ...headers }, text);
  }

  message(subscription, predicate = () => true, ms) {
    return this.waitFor((frame) => frame.command === 'MESSAGE' && frame.headers.subscription === subscription.id && predicate(frame), ms);
  }

  messages(subscription) {
    return this.frames.filter(({ command, headers }) => command === 'MESSAGE' && headers.subscription === subscription.id);
  }

  // Takes the first frame that fits, of those not taken yet.
  waitFor(predicate, ms = patience) {
    const at = this.#inbox.findIndex(predicate);
    if (at >= 0) return Promise.resolve(this.#inbox.splice(at, 1)[0]);
    if (this.#over) return Promise.reject(this.#failure());
    let waiter;
    const arrived = new Promise((done, failed) => {
      waiter = { predicate, done, failed };
      this.#waiting.add(waiter);
    });
    return within(arrived, ms, 'a frame').catch((error) => {
      error.message += `; the last frames were ${JSON.stringify(this.frames.slice(-3)).slice(0, 1000)}`;
      throw error;
    }).finally(() => this.#waiting.delete(waiter));
  }

  error(ms) {
    return this.waitFor(({ command }) => command === 'ERROR', ms);
  }

  closing(ms = patience) {
    return within(this.closed, ms, 'the socket to close');
  }

  async close() {
    this.socket.terminate();
    await this.closing();
  }

  #receive(bytes) {
    if (bytes.length === 1 && bytes[0] === 10) {
      this.heartBeats += 1;
      return;
    }
    try {
      for (const frame of decode(bytes)) this.#deliver(frame);
    } catch (error) {
      this.#end(`broken by the server: ${error.message}`);
      this.socket.terminate();
    }
  }

  #deliver(frame) {
    frame.at = Date.now();
    this.frames.push(frame);
    for (const waiter of this.#waiting) {
      if (!waiter.predicate(frame)) continue;
      this.#waiting.delete(waiter);
      waiter.done(frame);
      return;
    }
    this.#inbox.push(frame);
  }

  #end(why) {
    this.#over ??= why;
    for (const { failed } of this.#waiting) failed(this.#failure());
    this.#waiting.clear();
  }

  #failure() {
    const last = this.frames.filter(({ command }) => command === 'ERROR').map(({ body }) => body).join();
    return new Error(`${this.#over} ${last}`);
  }
}

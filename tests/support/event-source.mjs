// A client of server-sent events that shows what is on the wire.
import http from 'node:http';
import { patience, within } from './deadline.mjs';

export class EventSource {
  events = [];  // { id, event, data }
  comments = 0;
  #waiting = new Set();
  #text = '';

  // Resolves with the head: `status` other than 200 has `body`.
  static async open(url, headers = {}) {
    const source = new EventSource();
    const request = http.get(url, { headers: { Accept: 'text/event-stream', ...headers }, agent: false });
    const response = await within(new Promise((done, failed) => {
      request.once('response', done);
      request.once('error', failed);
    }), patience, 'an answer');
    Object.assign(source, { request, status: response.statusCode, headers: response.headers });
    response.setEncoding('utf8');
    if (source.status !== 200) {
      let text = '';
      for await (const part of response) text += part;
      source.body = JSON.parse(text);
      return source;
    }
    response.on('data', (text) => source.#take(text));
    source.ended = new Promise((done) => {
      response.once('close', done);
      response.on('error', done);
    });
    return source;
  }

  #take(text) {
    this.#text += text;
    for (let end = this.#text.indexOf('\n\n'); end >= 0; end = this.#text.indexOf('\n\n')) {
      this.#block(this.#text.slice(0, end));
      this.#text = this.#text.slice(end + 2);
    }
    for (const look of this.#waiting) look();
  }

  #block(text) {
    if (text.startsWith(':')) {
      this.comments += 1;
      return;
    }
    const fields = Object.fromEntries(text.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trimStart()]));
    this.events.push({ ...fields, data: JSON.parse(fields.data) });
  }

  // As soon as there are so many.
  async count(n, ms = patience) {
    let look;
    const enough = new Promise((done) => {
      look = () => { if (this.events.length >= n) done(); };
      this.#waiting.add(look);
      look();
    });
    await within(enough, ms, `${n} events; there are ${this.events.length}`).finally(() => this.#waiting.delete(look));
    return this.events;
  }

  end(ms = patience) { return within(this.ended, ms, 'the stream to end'); }

  close() { this.request.destroy(); }
}

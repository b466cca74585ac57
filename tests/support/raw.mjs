// HTTP over a bare TCP connection, for requests that no proper client would write.
import net from 'node:net';
import { patience, within } from './deadline.mjs';

export class RawConnection {
  #received = Buffer.alloc(0);
  #woken = () => {};
  #ended = false;

  static async to(url) {
    const { hostname, port } = new URL(url);
    const socket = net.connect(Number(port), hostname);
    const connection = new RawConnection(socket);
    await within(new Promise((done, failed) => {
      socket.once('connect', done);
      socket.once('error', failed);
    }), patience, 'the connection');
    return connection;
  }

  constructor(socket) {
    this.socket = socket;
    socket.on('data', (bytes) => {
      this.#received = Buffer.concat([this.#received, bytes]);
      this.#woken();
    });
    // A reset is one of the ways in which a server closes.
    socket.on('error', () => {});
    this.closed = new Promise((done) => {
      const over = () => {
        this.#ended = true;
        this.#woken();
        done();
      };
      socket.once('end', over);
      socket.once('close', over);
    });
  }

  write(bytes) {
    if (this.socket.writable) this.socket.write(bytes);
  }

  closing(ms = patience) {
    return within(this.closed, ms, 'the server to close the connection');
  }

  close() {
    this.socket.destroy();
  }

  // The next answer. `bodiless` for an answer to HEAD.
  async answer({ bodiless = false, ms = patience } = {}) {
    const headEnd = await this.#until((bytes) => {
      const at = bytes.indexOf('\r\n\r\n');
      return at < 0 ? undefined : at;
    }, ms);
    const [statusLine, ...lines] = this.#take(headEnd + 4).toString('latin1').trimEnd().split('\r\n');
    const headers = {};
    for (const line of lines) {
      const colon = line.indexOf(':');
      headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
    }
    const status = Number(statusLine.split(' ')[1]);
    const text = bodiless || status === 204 || status === 304 ? '' : (await this.#body(headers, ms)).toString('utf8');
    const body = text !== '' && /json/.test(headers['content-type']) ? JSON.parse(text) : undefined;
    return { status, statusLine, headers, text, body };
  }

  async #body(headers, ms) {
    if (headers['transfer-encoding'] === 'chunked') return this.#chunks(ms);
    if (headers['content-length'] === undefined) {
      await this.closing(ms);
      return this.#take(this.#received.length);
    }
    const length = Number(headers['content-length']);
    await this.#until((bytes) => (bytes.length >= length ? true : undefined), ms);
    return this.#take(length);
  }

  async #chunks(ms) {
    const parts = [];
    for (;;) {
      const lineEnd = await this.#until((bytes) => (bytes.indexOf('\r\n') < 0 ? undefined : bytes.indexOf('\r\n')), ms);
      const size = parseInt(this.#take(lineEnd + 2).toString('latin1'), 16);
      await this.#until((bytes) => (bytes.length >= size + 2 ? true : undefined), ms);
      parts.push(this.#take(size));
      this.#take(2);
      if (size === 0) return Buffer.concat(parts);
    }
  }

  #take(length) {
    const taken = this.#received.subarray(0, length);
    this.#received = this.#received.subarray(length);
    return taken;
  }

  #until(found, ms) {
    const seen = new Promise((done, failed) => {
      this.#woken = () => {
        const result = found(this.#received);
        if (result !== undefined) done(result);
        else if (this.#ended) failed(new Error(`the server closed after ${JSON.stringify(this.#received.toString('latin1'))}`));
      };
      this.#woken();
    });
    return within(seen, ms, 'an answer');
  }
}

// One request on a connection of its own, and its answer.
export async function rawExchange(url, bytes, options) {
  const connection = await RawConnection.to(url);
  connection.write(bytes);
  try {
    return { ...await connection.answer(options), connection };
  } catch (error) {
    connection.close();
    throw error;
  }
}

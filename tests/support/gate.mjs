// A TCP gate in front of a port of this host, to cut one process off from another while everybody else still reaches it.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

export class Gate {
  #target;
  #server;
  #sockets = new Set();

  static async start(targetPort) {
    const gate = new Gate();
    gate.#target = targetPort;
    gate.port = 0;
    await gate.mend();
    return gate;
  }

  get url() { return `redis://127.0.0.1:${this.port}`; }

  // What is open breaks, and nothing new gets in.
  async cut() {
    if (!this.#server) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  // On the same port as before.
  async mend() {
    this.#server = createServer((inner) => this.#pass(inner)).listen(this.port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.port = this.#server.address().port;
  }

  stop() {
    return this.cut();
  }

  #pass(inner) {
    const outer = connect(this.#target, '127.0.0.1');
    for (const [one, other] of [[inner, outer], [outer, inner]]) {
      this.#sockets.add(one);
      one.pipe(other);
      one.on('error', () => {});  // 'close' follows
      one.once('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
  }
}

// A private Redis from Debian's package on a free loopback port; ended by its own pid, at the latest with this process.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { within } from './deadline.mjs';
import { freePort } from './ports.mjs';

const run = promisify(execFile);

export class Redis {
  #child;

  static async start() {
    const server = new Redis();
    server.port = await freePort();
    await server.launch();
    return server;
  }

  get url() { return `redis://127.0.0.1:${this.port}`; }

  // Empty, on the same port.
  async launch() {
    this.#child = spawn('setpriv', ['--pdeathsig', 'KILL', 'redis-server', '--port', String(this.port), '--bind', '127.0.0.1',
      '--save', '', '--appendonly', 'no', '--dir', '/tmp', '--loglevel', 'notice'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const child = this.#child;
    let said = '';
    const ready = new Promise((done, failed) => {
      child.stdout.setEncoding('utf8').on('data', (text) => {
        said = (said + text).slice(-20_000);
        if (/Ready to accept connections/.test(said)) done();
      });
      child.once('error', () => failed(new Error('there is no Redis server: run scripts/setup.sh')));
      child.once('exit', () => failed(new Error(`Redis ended before it was ready:\n${said}`)));
    });
    await within(ready, 30_000, 'Redis to be ready');
    child.removeAllListeners('exit');
    child.unref();
    child.stdout.unref();
  }

  signal(name) {
    this.#child.kill(name);
  }

  async kill() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.ref();
    this.signal('SIGKILL');
    await within(ended, 30_000, 'Redis to end');
  }

  async command(...words) {
    return (await run('redis-cli', ['-p', String(this.port), ...words])).stdout.trim();
  }
}

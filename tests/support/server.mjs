// Starts the real binary on a free port with a database of its own, and stops it by its own pid.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { within } from './deadline.mjs';
import { Postgres } from './postgres.mjs';

export const repository = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
export const binary = process.env.MADANG_BIN ?? join(repository, 'build/release/madang');

// MADANG_TEST_STORE=postgres runs the same tests over PostgreSQL: one private server for each test file, one database for each data directory.
export const onPostgres = process.env.MADANG_TEST_STORE === 'postgres';
const postgres = onPostgres ? await Postgres.start() : undefined;
if (postgres) process.once('beforeExit', () => postgres.stop());

const deadline = 30_000;

// Limits by rate are off, because the tests of one file share an address; tests of limits set their own.
export function environment({ port = 0, dataDir, env = {} }) {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('MADANG_')));
  return {
    ...inherited,
    MADANG_SERVER_LISTEN: `127.0.0.1:${port}`,
    MADANG_ADMIN_LISTEN: '127.0.0.1:0',
    MADANG_STORAGE_URL: postgres && dataDir ? postgres.url(basename(dataDir)) : `sqlite://${dataDir}/madang.db`,
    MADANG_LIMITS_SIGNUPS_PER_HOUR: '0',
    MADANG_LIMITS_SENDS_PER_SECOND: '0',
    MADANG_LIMITS_FAILED_LOGINS: '0',
    MADANG_LOG_LEVEL: 'warn',
    ...env,
  };
}

// With the database that belongs to it.
export async function freshDirectory() {
  const directory = await mkdtemp(join(tmpdir(), 'madang-test-'));
  await postgres?.createDatabase(basename(directory));
  return directory;
}

export async function startServer({ env = {}, port = 0, dataDir, args = [] } = {}) {
  const ownDirectory = dataDir === undefined;
  const server = new Server({ env, port, dataDir: dataDir ?? await freshDirectory(), args, ownDirectory });
  try {
    await server.start();
  } catch (error) {
    if (ownDirectory) await rm(server.dataDir, { recursive: true, force: true });
    throw error;
  }
  return server;
}

// One for `body` alone, stopped whatever becomes of that.
export async function withServer(env, body) {
  const server = await startServer({ env });
  try {
    await body(server);
  } finally {
    await server.stop();
  }
}

class Server {
  #settings;
  #child;
  #exited;
  #output = '';
  #complaints = '';

  constructor(settings) {
    this.#settings = settings;
  }

  get dataDir() { return this.#settings.dataDir; }
  get pid() { return this.#child?.pid; }
  stderr() { return this.#complaints; }
  stdout() { return this.#output; }

  async start() {
    this.#output = '';
    this.#child = spawn(binary, ['serve', ...this.#settings.args], {
      env: environment(this.#settings), stdio: ['ignore', 'pipe', 'pipe'],
    });
    const child = this.#child;
    this.#exited = new Promise((done) => {
      child.once('error', (error) => done({ code: null, signal: null, error }));
      child.once('close', (code, signal) => done({ code, signal }));
    });
    child.stderr.setEncoding('utf8').on('data', (text) => { this.#complaints += text; });
    const ready = new Promise((done) => {
      child.stdout.setEncoding('utf8').on('data', (text) => {
        this.#output += text;
        const listening = /^listening on (https?:\/\/127\.0\.0\.1:(\d+))$/m.exec(this.#output);
        if (listening) done(listening);
      });
    });
    const died = this.#exited.then((how) => {
      throw new Error(`madang ended before it was ready: ${JSON.stringify(how)} ${how.error ?? ''}\n${this.#complaints}`);
    });
    died.catch(() => {});
    try {
      const [, url, port] = await within(Promise.race([ready, died]), deadline, 'madang to listen');
      this.url = url;
      this.wsUrl = `${url.replace('http', 'ws')}/ws`;
      this.#settings.port = Number(port);
      this.adminUrl = /^admin on (http:\/\/127\.0\.0\.1:\d+)$/m.exec(this.#output)?.[1];
      if (!this.adminUrl) throw new Error(`no admin line before the listening line:\n${this.#output}`);
    } catch (error) {
      await this.kill();
      throw error;
    }
  }

  // Resolves when the process has ended, however it ended.
  exited(ms = deadline) {
    return within(this.#exited, ms, 'madang to exit');
  }

  terminate() {
    this.#child.kill('SIGTERM');
  }

  async kill() {
    if (this.#running()) this.#child.kill('SIGKILL');
    return this.exited();
  }

  async stop() {
    try {
      return await this.#halt();
    } finally {
      if (this.#settings.ownDirectory) await rm(this.dataDir, { recursive: true, force: true });
    }
  }

  // On the same port with the same data; a server that was killed is simply started.
  async restart() {
    await this.#halt();
    await this.start();
  }

  async #halt() {
    if (this.#running()) this.terminate();
    try {
      return await this.exited();
    } catch (late) {
      await this.kill();
      throw late;
    }
  }

  #running() {
    return this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }
}

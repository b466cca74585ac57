// A private PostgreSQL from Debian's package on a socket in a directory of its own; ended by its own pid, at the latest with this process.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, copyFile, mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { eventually, within } from './deadline.mjs';

const run = promisify(execFile);
const home = '/usr/lib/postgresql';

// PostgreSQL refuses to run as root.
const root = process.getuid() === 0;
const asItsUser = ['--pdeathsig', 'INT', ...(root ? ['--reuid', 'postgres', '--regid', 'postgres', '--init-groups'] : [])];

async function programs() {
  const versions = await readdir(home).catch(() => []);
  if (versions.length === 0) throw new Error('there is no PostgreSQL server: run scripts/setup.sh');
  return join(home, versions.sort((a, b) => Number(b) - Number(a))[0], 'bin');
}

function signalEach(pids, signal) {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (gone) {
      if (gone.code !== 'ESRCH') throw gone;
    }
  }
}

// Or dead, but not buried yet.
const isGone = (pid) => readFile(`/proc/${pid}/stat`, 'utf8').then((text) => / Z /.test(text), () => true);

export class Postgres {
  #bin;
  #child;
  #settings;
  log = '';  // what it said of itself, the last megabyte

  // A server that follows `primary` and can take its place.
  static async standbyOf(primary) {
    const server = await Postgres.#prepared(primary.#settings);
    await run('setpriv', [...asItsUser, join(server.#bin, 'pg_basebackup'), '-D', server.data, '-h', primary.directory, '-U', 'madang',
      '-R', '--checkpoint=fast', '--no-sync', '-X', 'stream']);
    await server.launch(/ready to accept read-only connections/);
    return server;
  }

  static async #prepared(settings) {
    const server = new Postgres();
    server.#bin = await programs();
    server.directory = await mkdtemp(join(tmpdir(), 'madang-postgres-'));
    if (root) {
      const [uid, gid] = await Promise.all(['-u', '-g'].map(async (flag) => Number((await run('id', [flag, 'postgres'])).stdout)));
      await chown(server.directory, uid, gid);
    }
    server.#settings = settings;
    return server;
  }

  // `settings`: of postgresql.conf, beside those that make a test's server quick. With fsync, what was committed survives only the
  // server's death, which is all that tests can bring about.
  static async start(settings = {}, initdb = []) {
    const server = await Postgres.#prepared({ fsync: 'off', full_page_writes: 'off', max_connections: '200', ...settings });
    await run('setpriv', [...asItsUser, join(server.#bin, 'initdb'), '-D', server.data, '-U', 'madang', '-A', 'trust', '--no-sync', '--locale=C', '-E', 'UTF8', ...initdb]);
    await server.launch();
    return server;
  }

  get data() { return join(this.directory, 'data'); }
  get pid() { return this.#child?.pid; }
  get runs() { return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null; }
  url(database, user = 'madang') { return `postgresql://${user}@/${database}?host=${this.directory}`; }

  async launch(readiness = /ready to accept connections/) {
    const settings = Object.entries({ listen_addresses: '', ...this.#settings, unix_socket_directories: this.directory })
      .flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    this.#child = spawn('setpriv', [...asItsUser, join(this.#bin, 'postgres'), '-D', this.data, ...settings], { stdio: ['ignore', 'ignore', 'pipe'] });
    const child = this.#child;
    let said = '';
    const ready = new Promise((done, failed) => {
      child.stderr.setEncoding('utf8').on('data', (text) => {
        said = (said + text).slice(-20_000);
        this.log = (this.log + text).slice(-(1 << 20));
        if (readiness.test(said)) done();
      });
      child.once('exit', () => failed(new Error(`PostgreSQL ended before it was ready:\n${said}`)));
    });
    await within(ready, 60_000, 'PostgreSQL to be ready');
    child.removeAllListeners('exit');
    // It ends with this process, and does not keep it from ending.
    child.unref();
    child.stderr.unref();
  }

  async #children() {
    const { stdout } = await run('ps', ['-o', 'pid=', '--ppid', String(this.pid)]);
    return stdout.split('\n').map(Number).filter((pid) => pid > 0);
  }

  async #processes() {
    return [this.pid, ...await this.#children()];
  }

  // No file of its may be larger: it then fails as on a full disk ("could not extend file"). Its first process hands the limit down, so that
  // only those are looked for that were born before.
  async limitFiles(bytes) {
    const limit = (pid) => run('setpriv', [...asItsUser, 'prlimit', '--pid', String(pid), `--fsize=${bytes}:`]);
    await limit(this.pid);
    for (const pid of await this.#children())
      await limit(pid).catch(async (error) => { if (!await isGone(pid)) throw error; });
  }

  // Returns once every commit waits until the standby has it, too. Not said on the command line: what stands there is never reloaded.
  async waitForStandby() {
    await this.query('postgres', "ALTER SYSTEM SET synchronous_standby_names = '*'");
    await this.query('postgres', 'SELECT pg_reload_conf()');
    await eventually(async () => (await this.query('postgres', "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'")).length === 1, 'a synchronous standby');
  }

  async promote() {
    await this.query('postgres', 'SELECT pg_promote(true)');
  }

  // All its processes, so that it neither answers nor hangs up.
  async signalAll(signal) {
    signalEach(await this.#processes(), signal);
  }

  // What kill() is to hit. Its first process stops, so that no child is born meanwhile; the others work on.
  async aim() {
    process.kill(this.pid, 'SIGSTOP');
    return this.#processes();
  }

  // kill -9 of all of it, in the turn of the call where it has been aimed at. Its processes share memory, which the next start wants to have
  // for itself: it returns when all are gone.
  async kill(all) {
    all ??= await this.aim();
    const ended = once(this.#child, 'exit');
    this.#child.ref();
    signalEach(all, 'SIGKILL');
    await within(ended, 60_000, 'PostgreSQL to end');
    await eventually(async () => (await Promise.all(all.map(isGone))).every(Boolean), 'its processes to be gone', 60_000);
  }

  // SIGQUIT is the immediate shutdown: no checkpoint, and recovery at the next start, as after kill -9 of all of it.
  async end(signal = 'SIGQUIT') {
    if (!this.runs) return;
    const child = this.#child;
    child.ref();
    const ended = once(child, 'exit');
    child.kill(signal);
    await within(ended, 60_000, 'PostgreSQL to end');
  }

  async stop() {
    await this.end();
    await rm(this.directory, { recursive: true, force: true });
  }

  // Copies files into its data directory, for itself alone to read.
  async adopt(files) {
    const { uid, gid } = await stat(this.data);
    for (const file of files) {
      const own = join(this.data, basename(file));
      await copyFile(file, own);
      await chmod(own, 0o600);
      await chown(own, uid, gid);
    }
  }

  async createDatabase(name, owner = 'madang') {
    await this.query('postgres', `CREATE DATABASE "${name}" OWNER ${owner}`);
  }

  // A connection of somebody who asks nothing, for as long as they like. Whether there was one left for them is for pg_stat_activity to say.
  occupy(user) {
    const socket = net.connect(join(this.directory, `.s.PGSQL.${this.#settings.port ?? '5432'}`));
    socket.on('error', () => {});
    const asked = Buffer.from(`\0\0\0\0\0\x03\0\0user\0${user}\0database\0postgres\0\0`);  // StartupMessage: length, protocol 3.0, parameters
    asked.writeInt32BE(asked.length);
    socket.write(asked);
    socket.resume();
    return socket;
  }

  // The rows, as arrays of strings.
  async query(database, text) {
    const { stdout } = await run(join(this.#bin, 'psql'),
      ['-X', '-A', '-t', '-q', '-F', '\t', '-v', 'ON_ERROR_STOP=1', '-h', this.directory, '-p', this.#settings.port ?? '5432', '-U', 'madang', '-d', database, '-c', text], { maxBuffer: 1 << 28 });
    return stdout.split('\n').filter((line) => line !== '').map((line) => line.split('\t'));
  }
}

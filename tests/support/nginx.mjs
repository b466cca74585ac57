// A private Nginx from Debian's package in front of nodes, with the files of config/nginx; ended by its own pid, at the latest with this process.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { patience, within } from './deadline.mjs';
import { freePort } from './ports.mjs';
import { repository } from './server.mjs';

const run = promisify(execFile);
const program = '/usr/sbin/nginx';
const files = join(repository, 'config/nginx');
const workers = 2;  // more than one, so that what they share is tested

// `urls`: the nodes' http://127.0.0.1:PORT. With `tls` it is madang-tls.conf with a certificate of its own, and `plainUrl` what redirects to it.
export async function startNginx(urls, { tls = false } = {}) {
  const nginx = new Nginx(tls);
  try {
    await nginx.start(urls);
  } catch (error) {
    await nginx.stop();
    throw error;
  }
  return nginx;
}

// Everything outside config/nginx: what stands in Debian's /etc/nginx/nginx.conf, in a directory of one's own.
const surroundings = `${process.getuid() === 0 ? 'user root;' : ''}
worker_processes ${workers};
pid nginx.pid;
error_log stderr notice;
events { worker_connections 1024; }
http {
    access_log off;
${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((part) => `    ${part}_temp_path ${part};`).join('\n')}
    include conf.d/*.conf;
}
`;

class Nginx {
  #tls;
  #child;
  #said = '';
  #woken = new Set();

  constructor(tls) {
    this.#tls = tls;
  }

  get pid() { return this.#child?.pid; }
  get #arguments() { return ['-e', 'stderr', '-p', this.directory, '-c', join(this.directory, 'nginx.conf')]; }
  log() { return this.#said; }

  async start(urls) {
    this.directory = await mkdtemp(join(tmpdir(), 'madang-nginx-'));
    for (const folder of ['conf.d', 'snippets']) await mkdir(join(this.directory, folder));
    await writeFile(join(this.directory, 'nginx.conf'), surroundings);
    await copyFile(join(files, 'madang-locations.conf'), join(this.directory, 'snippets/madang-locations.conf'));
    await this.#listen();
    await this.#name(urls);
    this.#child = spawn('setpriv', ['--pdeathsig', 'TERM', program, ...this.#arguments, '-g', 'daemon off;'], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child.stderr.setEncoding('utf8').on('data', (text) => {
      this.#said += text;
      for (const look of this.#woken) look();
    });
    await this.#hears(/start worker process \d+/g, workers);
    // It ends with this process, and does not keep it from ending.
    this.#child.unref();
    this.#child.stderr.unref();
  }

  // Takes the configuration anew, with other nodes if they are given; resolves when no old worker accepts any more.
  async reload(urls) {
    if (urls) await this.#name(urls);
    const before = this.#said.length;
    this.#child.kill('SIGHUP');
    await this.#hears(/gracefully shutting down/g, workers, before);
  }

  // All that is in force, as `nginx -T` prints it after a check.
  async configuration() {
    return (await run(program, ['-T', ...this.#arguments], { timeout: patience })).stdout;
  }

  async stop() {
    const child = this.#child;
    if (child && child.exitCode === null && child.signalCode === null) {
      child.ref();
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await within(ended, patience, 'Nginx to end');
    }
    if (this.directory) await rm(this.directory, { recursive: true, force: true });
  }

  async #listen() {
    const name = this.#tls ? 'madang-tls.conf' : 'madang.conf';
    const ports = { 80: await freePort(), 443: await freePort() };
    let text = (await readFile(join(files, name), 'utf8')).replace(/^ *listen \[::\].*\n/gm, '')
      .replace(/^( *listen )(80|443)\b/gm, (line, listen, port) => `${listen}127.0.0.1:${ports[port]}`);
    if (this.#tls) {
      const [certificate, key] = ['certificate.pem', 'key.pem'].map((file) => join(this.directory, file));
      await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
        '-subj', '/CN=localhost', '-keyout', key, '-out', certificate], { timeout: patience });
      text = text.replace(/(ssl_certificate ).*;/, `$1${certificate};`).replace(/(ssl_certificate_key ).*;/, `$1${key};`);
      this.plainUrl = `http://127.0.0.1:${ports[80]}`;
    }
    await writeFile(join(this.directory, 'conf.d', name), text);
    this.url = this.#tls ? `https://127.0.0.1:${ports[443]}` : `http://127.0.0.1:${ports[80]}`;
    this.wsUrl = `${this.url.replace('http', 'ws')}/ws`;
  }

  // The first server line, once for each node.
  async #name(urls) {
    const name = 'madang-upstream.conf';
    let first = true;
    const text = (await readFile(join(files, name), 'utf8')).replace(/^( *server )\S+( .*;\n)/gm, (line, server, settings) => {
      const lines = first ? urls.map((url) => server + new URL(url).host + settings).join('') : '';
      first = false;
      return lines;
    });
    await writeFile(join(this.directory, 'snippets', name), text);
  }

  // Waits until the log has said it `times` times from there on.
  async #hears(what, times, from = 0) {
    let look, ended;
    const heard = new Promise((done, failed) => {
      look = () => {
        const said = this.#said.slice(from);
        if ([...said.matchAll(what)].length >= times) done();
        if (/\[emerg\]/.test(said)) failed(new Error(`Nginx refused:\n${said}`));
      };
      ended = () => failed(new Error(`Nginx ended:\n${this.#said}`));
      this.#child.once('error', () => failed(new Error('there is no Nginx: run scripts/setup.sh')));
      this.#child.once('exit', ended);
      this.#woken.add(look);
      look();
    });
    try {
      await within(heard, patience, `Nginx to say ${what}`);
    } finally {
      this.#woken.delete(look);
      this.#child.off('exit', ended);
    }
  }
}

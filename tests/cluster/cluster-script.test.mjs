// scripts/cluster.sh: one command for all of it, and nothing is left afterwards.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { patience, within } from '../support/deadline.mjs';
import { exchange } from '../support/http.mjs';
import { newGroup, newPeople, say } from '../support/people.mjs';
import { binary, repository } from '../support/server.mjs';
import { Stomp } from '../support/stomp.mjs';

const run = promisify(execFile);

async function descendants(pid) {
  const { stdout } = await run('ps', ['-eo', 'pid=,ppid=']);
  const all = stdout.trim().split('\n').map((line) => line.trim().split(/ +/).map(Number));
  const below = (parent) => all.filter(([, ppid]) => ppid === parent).flatMap(([child]) => [child, ...below(child)]);
  return below(pid);
}

const lives = (pid) => {
  try {
    return process.kill(pid, 0);
  } catch (gone) {
    if (gone.code !== 'ESRCH') throw gone;
    return false;
  }
};

class Cluster {
  stdout = '';
  stderr = '';

  static async start(count) {
    const cluster = new Cluster();
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('MADANG_')));
    cluster.child = spawn('setpriv', ['--pdeathsig', 'TERM', join(repository, 'scripts/cluster.sh'), String(count)],
      { env: { ...env, MADANG_BIN: binary, PORT: '0' }, stdio: ['ignore', 'pipe', 'pipe'] });
    cluster.ended = once(cluster.child, 'close').then(([code]) => code);
    cluster.child.stderr.on('data', (text) => { cluster.stderr += text; });
    const ready = new Promise((done, failed) => {
      cluster.child.stdout.on('data', (text) => {
        cluster.stdout += text;
        const address = /^cluster on (http:\S+)$/m.exec(cluster.stdout);
        if (address) done(address[1]);
      });
      cluster.ended.then((code) => failed(new Error(`cluster.sh ended with ${code}:\n${cluster.stdout}${cluster.stderr}`)));
    });
    try {
      cluster.url = await within(ready, 90_000, 'the cluster');
      cluster.wsUrl = `${cluster.url.replace('http', 'ws')}/ws`;
      cluster.folder = dirname(/^logs +(\S+)$/m.exec(cluster.stdout)[1]);
      cluster.processes = await descendants(cluster.child.pid);
      return cluster;
    } catch (error) {
      cluster.child.kill('SIGTERM');
      throw error;
    }
  }

  // How it ended, after making sure that nothing is left of it.
  async end() {
    const code = await within(this.ended, 30_000, 'cluster.sh to end');
    assert.deepEqual(this.processes.filter(lives), []);
    await assert.rejects(access(this.folder));
    return code;
  }
}

test('one command runs a cluster, and Ctrl-C ends all of it', async () => {
  const cluster = await Cluster.start(3);
  try {
    assert.equal((await exchange(cluster.url)).headers.location, '/login');
    assert.equal((await exchange(`${cluster.url}/login`)).status, 200);
    const [ana, bo] = await newPeople(cluster, 'ana', 'bo');
    const room = await newGroup(ana, [bo]);
    const sockets = [];
    for (let i = 0; i < 3; i += 1) sockets.push(await Stomp.signedIn(cluster, bo));
    const subscriptions = await Promise.all(sockets.map((socket) => socket.subscribe(`/topic/rooms/${room.id}`)));
    await say(ana, room, 'hello');
    await Promise.all(sockets.map((socket, i) => socket.message(subscriptions[i])));
    assert.equal(cluster.stdout.match(/^node\d +http:\S+ +admin on http:\S+ +pid \d+$/gm).length, 3);
    assert.ok(cluster.processes.length > 10);
    cluster.child.kill('SIGINT');
    for (const socket of sockets) assert.equal((await socket.closing(patience)).code, 1012);
    assert.equal(await cluster.end(), 0);
  } finally {
    cluster.child.kill('SIGTERM');
  }
});

test('when a part dies the rest ends, and it is said which one it was', async () => {
  const cluster = await Cluster.start(2);
  try {
    process.kill(Number(/^node2 .* pid (\d+)$/m.exec(cluster.stdout)[1]), 'SIGKILL');
    assert.equal(await cluster.end(), 1);
    assert.match(cluster.stderr, /^cluster: node2 has ended/m);
  } finally {
    cluster.child.kill('SIGTERM');
  }
});

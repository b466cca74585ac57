import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { within } from '../support/deadline.mjs';
import { exchange } from '../support/http.mjs';
import { document } from '../support/openapi.mjs';
import { done, newGroup, newPerson, say } from '../support/people.mjs';
import { binary, environment, freshDirectory, onPostgres, startServer } from '../support/server.mjs';
import { Stomp } from '../support/stomp.mjs';

let server;
before(async () => { server = await startServer(); });
after(() => server?.stop());

test('the admin listener says that the server lives and is ready', async () => {
  assert.equal((await exchange(`${server.adminUrl}/healthz`)).status, 200);
  assert.equal((await exchange(`${server.adminUrl}/readyz`)).status, 200);
});

test('operations are not for the public listener', async () => {
  for (const path of ['/healthz', '/readyz', '/metrics']) {
    assert.equal((await exchange(server.url + path)).status, 404, path);
  }
});

test('metrics are in the text format of Prometheus', async () => {
  const { status, headers, text } = await exchange(`${server.adminUrl}/metrics`);
  assert.equal(status, 200);
  assert.match(headers['content-type'], /^text\/plain; version=0\.0\.4/);
  assert.ok(text.endsWith('\n'));
  const types = new Map();
  for (const line of text.trimEnd().split('\n')) {
    const type = /^# TYPE ([a-zA-Z_:][\w:]*) (counter|gauge|histogram|summary)$/.exec(line);
    if (type) {
      assert.ok(!types.has(type[1]), `${type[1]} has one type`);
      types.set(type[1], type[2]);
      continue;
    }
    if (line.startsWith('# HELP ')) continue;
    const sample = /^([a-zA-Z_:][\w:]*)(\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\n"])*",?)*\})? (\S+)$/.exec(line);
    assert.ok(sample, `a sample: ${line}`);
    assert.ok(['NaN', '+Inf', '-Inf'].includes(sample[3]) || !Number.isNaN(Number(sample[3])), line);
    const family = sample[1].replace(/_(bucket|sum|count)$/, '');
    assert.ok(types.has(sample[1]) || types.has(family), `${sample[1]} has a type`);
  }
  assert.ok([...types.keys()].some((name) => name.startsWith('madang_')));
});

test('the document that is served is the document in the repository', async () => {
  const { status, body } = await exchange(`${server.url}/api/v1/openapi.json`);
  assert.equal(status, 200);
  assert.deepEqual(body, document);
});

test('SIGTERM sends everybody away with "restart" and exits with 0', async () => {
  const own = await startServer();
  try {
    const ana = await newPerson(own);
    const room = await newGroup(ana);
    const sockets = await Promise.all([1, 2, 3].map(() => Stomp.signedIn(own, ana)));
    await sockets[0].say(room, 'before');
    own.terminate();
    for (const socket of sockets) assert.deepEqual(await socket.closing(30_000), { code: 1012, reason: 'restart' });
    const { code, signal } = await own.exited();
    assert.deepEqual([code, signal], [0, null]);
  } finally {
    await own.stop();
  }
});

test('what was said while the server was asked to stop is either answered and kept, or not answered', async () => {
  const own = await startServer();
  try {
    const ana = await newPerson(own);
    const room = await newGroup(ana);
    const acknowledged = [];
    const sends = Array.from({ length: 100 }, async (_, at) => {
      if (at === 30) own.terminate();
      try {
        const { status } = await ana.post(`/rooms/${room.id}/messages`, { text: `${at}`, key: `k${at}` });
        if (status === 201) acknowledged.push(`k${at}`);
      } catch (error) {
        assert.match(error.code ?? '', /^ECONN|EPIPE/, error.message);
      }
    });
    await Promise.all(sends);
    assert.equal((await own.exited()).code, 0);
    await own.restart();
    ana.url = own.url;
    const { events } = await done(ana.get(`/rooms/${room.id}/events?limit=1000`), 200);
    const kept = new Set(events.map(({ key }) => key));
    assert.deepEqual(acknowledged.filter((key) => !kept.has(key)), []);
  } finally {
    await own.stop();
  }
});

test('a restart keeps people signed in and their words', async () => {
  const own = await startServer();
  try {
    const ana = await newPerson(own);
    const room = await newGroup(ana);
    const said = await say(ana, room, 'still here');
    await own.restart();
    assert.equal((await done(ana.get(`/rooms/${room.id}/messages/${said.seq}`), 200)).text, 'still here');
    await done(ana.refresh(), 200);
  } finally {
    await own.stop();
  }
});

// A serve that is expected to fail: its exit code and its complaints.
async function failedStart(env, dataDir) {
  const child = spawn(binary, ['serve'], { env: environment({ dataDir, env }), stdio: ['ignore', 'ignore', 'pipe'] });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text) => { complaints += text; });
  try {
    const code = await within(new Promise((exited) => { child.once('close', exited); }), 30_000, 'madang to give up');
    return { code, complaints };
  } finally {
    child.kill('SIGKILL');
  }
}

test('a port that is taken is one line on stderr that names it, and a failure', async () => {
  const dataDir = await freshDirectory();
  const taken = net.createServer().listen(0, '127.0.0.1');
  try {
    await within(new Promise((ready) => { taken.once('listening', ready); }), 5_000, 'the port');
    const { port } = taken.address();
    const { code, complaints } = await failedStart({ MADANG_SERVER_LISTEN: `127.0.0.1:${port}` }, dataDir);
    assert.ok(code > 0, `exit code ${code}`);
    assert.equal(complaints.trimEnd().split('\n').filter((line) => line.includes(String(port))).length, 1, complaints);
  } finally {
    taken.close();
    await rm(dataDir, { recursive: true, force: true });
  }
});

test('a second server on the same data does not start', { skip: onPostgres && 'of the embedded database' }, async () => {
  const { code } = await failedStart({}, server.dataDir);
  assert.ok(code > 0, `exit code ${code}`);
  assert.equal((await exchange(`${server.adminUrl}/readyz`)).status, 200, 'and the first goes on');
});

test('an unknown key and a bad value are said at once, by name', async () => {
  const dataDir = await freshDirectory();
  try {
    const { code, complaints } = await failedStart({ MADANG_SERVER_LISTNE: 'x', MADANG_LOG_LEVEL: 'loud' }, dataDir);
    assert.ok(code > 0);
    assert.match(complaints, /listne/i);
    assert.match(complaints, /log[._]level/i);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});

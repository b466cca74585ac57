// What PostgreSQL makes of our connections: encrypted as the URL says, fewer than wanted, or none.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import { eventually } from '../support/deadline.mjs';
import { isWholeLog, serverOn, works } from '../support/outage.mjs';
import { newGroup, newPerson } from '../support/people.mjs';
import { freePort } from '../support/ports.mjs';
import { Postgres } from '../support/postgres.mjs';
import { startServer } from '../support/server.mjs';

let postgres;
before(async () => { postgres = await Postgres.start(); });
after(() => postgres?.stop());

test('over TCP the connection is encrypted and the server checked as the URL says, and it has a name', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'madang-tls-'));
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost',
    '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  const port = String(await freePort());
  const encrypted = await Postgres.start({ port, listen_addresses: '127.0.0.1' });
  await encrypted.adopt([key, certificate]);
  await encrypted.query('postgres', `ALTER SYSTEM SET ssl_key_file = '${basename(key)}'`);
  await encrypted.query('postgres', `ALTER SYSTEM SET ssl_cert_file = '${basename(certificate)}'`);
  await encrypted.query('postgres', 'ALTER SYSTEM SET ssl = on');
  await encrypted.query('postgres', 'SELECT pg_reload_conf()');
  await encrypted.createDatabase('madang');
  const url = (mode, host = 'localhost') => `postgresql://madang@${host}:${port}/madang?hostaddr=127.0.0.1&sslmode=${mode}&sslrootcert=${certificate}`;
  const madang = await startServer({ env: { MADANG_STORAGE_URL: url('verify-full') } });
  try {
    await newGroup(await newPerson(madang));
    const rows = await encrypted.query('madang', "SELECT DISTINCT ssl, application_name FROM pg_stat_activity JOIN pg_stat_ssl USING (pid) WHERE client_addr IS NOT NULL");
    assert.deepEqual(rows, [['t', 'madang']]);
    await assert.rejects(startServer({ env: { MADANG_STORAGE_URL: url('verify-full', 'elsewhere') } }), /cannot reach PostgreSQL: .*certificate/);
  } finally {
    await madang.stop();
    await encrypted.stop();
    await rm(folder, { recursive: true });
  }
});

test('with fewer connections than it wants it works with those that it has, also after a restart of the server', async () => {
  const small = await Postgres.start({ max_connections: '7', superuser_reserved_connections: '0', max_wal_senders: '0' });
  const madang = await serverOn(small, { MADANG_STORAGE_READERS: '8', MADANG_STORAGE_WRITERS: '8', MADANG_STORAGE_LANES: '1' }).catch((error) => error);
  try {
    assert.ok(!(madang instanceof Error), String(madang));
    const ana = await newPerson(madang);
    const room = await newGroup(ana);
    for (let at = 0; at < 30; at += 1) await eventually(works(ana, room, `k${at}`), 'a message');
    for (let restart = 0; restart < 5; restart += 1) {
      await small.end();
      await small.launch();
      await eventually(works(ana, room, `after-${restart}`), 'a message');
      await eventually(async () => (await ana.get('/rooms')).status === 200, 'a read');
    }
    assert.equal((await isWholeLog(ana, room)).length, 36);
  } finally {
    if (!(madang instanceof Error)) await madang.stop();
    await small.stop();
  }
});

test('a server that cannot be reached, or is not prepared, is one line at the start', async () => {
  await assert.rejects(startServer({ env: { MADANG_STORAGE_URL: `postgresql://madang@/madang?host=${postgres.directory}-none` } }),
    /cannot reach PostgreSQL: .*: check storage\.url, and that the server runs/);
  await postgres.createDatabase('unprepared');
  await assert.rejects(startServer({ env: { MADANG_STORAGE_URL: postgres.url('unprepared'), MADANG_STORAGE_MIGRATE: 'check' } }),
    /the database's schema is older than this madang, it lacks 0001_accounts, .*: run madang migrate/);
});

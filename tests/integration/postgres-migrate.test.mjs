// The schema on PostgreSQL: what is planned and done, which of another release is worked with, and who dies in the middle of a step.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { command } from '../support/command.mjs';
import { eventually, within } from '../support/deadline.mjs';
import { Postgres } from '../support/postgres.mjs';
import { binary, environment, startServer } from '../support/server.mjs';

function migrate(url) {
  const child = spawn(binary, ['migrate'], { env: environment({ env: { MADANG_STORAGE_URL: url } }), stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => { said += text; });
  return { child, ended: once(child, 'close').then(([code]) => ({ code, said })) };
}

test('a madang that is killed while it migrates does not keep the lock, although the server is in the midst of its step', async () => {
  const postgres = await Postgres.start();
  try {
    await postgres.createDatabase('madang');
    const query = (text) => postgres.query('madang', text);
    const url = postgres.url('madang');
    const whole = await within(migrate(url).ended, 30_000, 'a database to be made');
    assert.equal(whole.code, 0, whole.said);
    // The last steps are to come again, and have to wait for the table that they refer to.
    await query("DROP FUNCTION post_messages; DROP TABLE rooms, members, events, reactions; DELETE FROM migrations WHERE version > 2");
    const holder = query('BEGIN; LOCK TABLE users; SELECT pg_sleep(120)').catch(() => {});
    const found = (what) => eventually(async () => (await query(`SELECT pid FROM pg_locks WHERE locktype = 'relation' AND ${what}`))[0]?.[0], what, 20_000);
    await found("granted AND mode = 'AccessExclusiveLock' AND relation = 'users'::regclass");
    const dies = migrate(url);
    const backend = await found('NOT granted');
    dies.child.kill('SIGKILL');
    await dies.ended;
    const after = migrate(url);
    await found(`NOT granted AND pid <> ${backend}`);
    await query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(120)%' AND pid <> pg_backend_pid()");
    await holder;
    const { code, said } = await within(after.ended, 30_000, 'the next one to end');
    assert.equal(code, 0, said);
    assert.match(said, /0003_rooms/);
  } finally {
    await postgres.stop();
  }
});

test('migrate says what it would do and does it once; a server works with a schema that is a step newer, and with no other one', async () => {
  const postgres = await Postgres.start();
  try {
    await postgres.createDatabase('madang');
    const env = { MADANG_STORAGE_URL: postgres.url('madang') };
    const says = async (...args) => {
      const { code, stdout, stderr } = await command(args, { env });
      assert.equal(code, 0, stderr);
      return stdout;
    };
    const plan = await says('migrate', '--plan');
    assert.match(plan, /^would apply 0001_accounts\n(would apply \d{4}_\w+\n)+$/);
    assert.deepEqual(await postgres.query('madang', "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"), [], 'nothing was made');
    assert.equal(await says('migrate'), plan.replaceAll('would apply', 'applied'));
    for (const again of [['migrate', '--plan'], ['migrate']]) assert.equal(await says(...again), 'the schema is up to date\n');

    const serve = async (more = {}) => (await startServer({ env: { ...env, ...more } })).stop();
    const last = 'WHERE version = (SELECT max(version) FROM migrations)';
    const oneNewer = `INSERT INTO migrations SELECT version + 1, 'next', checksum, applied_at FROM migrations ${last}`;
    await postgres.query('madang', oneNewer);
    await serve();
    await postgres.query('madang', oneNewer);
    await assert.rejects(serve(), /newer/);
    for (let steps = 3; steps > 0; steps -= 1) await postgres.query('madang', `DELETE FROM migrations ${last}`);
    await assert.rejects(serve({ MADANG_STORAGE_MIGRATE: 'check' }), /older/);
  } finally {
    await postgres.stop();
  }
});

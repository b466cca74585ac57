// The image that nobody could build here: what its second stage installs is what the binary needs, and what it sets gives way.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { binary, repository } from '../support/server.mjs';

const run = promisify(execFile);
const inTheBase = ['libc6', 'libgcc-s1', 'libstdc++6'];
const inSanitizers = /^lib(a|t|ub)san/;

// Its packages are named for Debian 12.
const system = await readFile('/etc/os-release', 'utf8');
const other = /VERSION_CODENAME=bookworm/.test(system) ? false : 'not Debian 12';

test('the image installs the package of every library that the binary needs', { skip: other }, async () => {
  const stage = (await readFile(join(repository, 'Dockerfile'), 'utf8')).split(/^FROM /m).at(-1);
  const { stdout: dynamic } = await run('readelf', ['-d', binary]);
  const needed = [...dynamic.matchAll(/\(NEEDED\).*\[(.+)\]/g)].map(([, name]) => name);
  const { stdout: resolved } = await run('ldd', [binary]);
  assert.ok(needed.length > 5, dynamic);
  for (const name of needed) {
    const path = resolved.split('\n').map((line) => line.trim().split(/\s+/)).find(([first]) => first === name)?.[2];
    if (!path) continue;  // the loader itself
    const { stdout } = await run('dpkg-query', ['-S', `*${(await realpath(path)).replace(/^\/usr/, '')}`]);
    const owner = stdout.split(':')[0];
    if (inTheBase.includes(owner) || inSanitizers.test(owner)) continue;
    assert.match(stage, new RegExp(`\\s${owner.replace(/[.+]/g, '\\$&')}\\s`), `${name} is of ${owner}`);
  }
});

test('what the image sets is a sound configuration that a mounted file or a secret takes the place of', async () => {
  const stage = (await readFile(join(repository, 'Dockerfile'), 'utf8')).split(/^FROM /m).at(-1);
  assert.deepEqual(stage.match(/MADANG_\w+=\S*/g), ['MADANG_CONFIG=/etc/madang/madang.toml']);
  const file = join(repository, 'config/container.toml');
  const folder = await mkdtemp(join(tmpdir(), 'madang-image-'));
  try {
    const secret = join(folder, 'url');
    await writeFile(secret, 'postgresql://madang@db/madang\n');
    const env = { PATH: process.env.PATH, MADANG_CONFIG: file };
    const printed = async (more) => (await run(binary, ['config', 'print'], { env: { ...env, ...more } })).stdout;
    assert.match(await printed({}), /url = "sqlite:\/\/\/var\/lib\/madang\/madang\.db"/);
    assert.match(await printed({}), /listen = "0\.0\.0\.0:8080"/);
    assert.match((await run(binary, ['config', 'check'], { env: { ...env, MADANG_STORAGE_URL_FILE: secret } })).stdout, /sound/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

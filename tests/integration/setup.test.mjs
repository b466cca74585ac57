// The two commands on machines that lack something: one clear line, and nothing was touched. What is missing is played by small programs in a PATH of the test's own.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { freshDirectory } from '../support/server.mjs';

const repository = resolve(fileURLToPath(import.meta.url), '../../..');
const real = ['bash', 'env', 'dirname', 'awk', 'grep', 'cmp', 'cp', 'cat', 'df', 'id', 'node', 'npm', 'true', 'dpkg-query'];

// Runs a copy of the scripts with only `real` programs and those of `played` (name to shell text, null for none) on the PATH.
async function onMachine(script, played) {
  const folder = await freshDirectory();
  try {
    const bin = join(folder, 'bin');
    await mkdir(bin);
    for (const name of real) {
      if (name in played) continue;
      const { stdout } = await run('/usr/bin/env', ['bash', '-c', `command -v ${name}`], { cwd: folder, env: process.env });
      await symlink(stdout.trim(), join(bin, name));
    }
    const calls = join(folder, 'calls');
    for (const [name, text] of Object.entries(played)) {
      if (text !== null) await writeFile(join(bin, name), `#!/bin/bash\necho "${name} $*" >>${calls}\n${text}\n`, { mode: 0o755 });
    }
    await cp(join(repository, 'scripts'), join(folder, 'project/scripts'), { recursive: true });
    await mkdir(join(folder, 'project/static'));
    for (const name of ['package.json', 'package-lock.json']) await cp(join(repository, 'static', name), join(folder, 'project/static', name));
    const { code, stderr } = await run('/bin/bash', [`scripts/${script}`], { cwd: join(folder, 'project'), env: { PATH: bin, HOME: folder } });
    const { stdout: called } = await run('/bin/cat', [calls], { cwd: folder });
    return { code, lines: stderr.trim().split('\n'), called };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function run(program, args, options) {
  return new Promise((done) => {
    execFile(program, args, { ...options, timeout: 60_000 }, (error, stdout, stderr) => done({ code: error ? error.code : 0, stdout, stderr }));
  });
}

const nothingInstalled = { 'dpkg-query': 'exit 0' };
const worksNot = 'echo "Temporary failure resolving" >&2; exit 100';

test('without a network, run.sh says so in its last line', async () => {
  const { code, lines } = await onMachine('run.sh', { ...nothingInstalled, id: 'echo 0', 'apt-get': worksNot });
  assert.equal(code, 1);
  assert.equal(lines.at(-1), 'setup: apt-get update failed: is there a network?');
});

test('without root and sudo, it names the packages to ask for', async () => {
  const { code, lines, called } = await onMachine('run.sh', { ...nothingInstalled, id: 'echo 1000', 'apt-get': worksNot });
  assert.equal(code, 1);
  assert.equal(lines.length, 1);
  assert.match(lines[0], /^setup: not root and no sudo: ask an administrator to run 'apt-get install g\+\+ cmake .*'$/);
  assert.doesNotMatch(called, /^apt-get/m);
});

test('a sudo that refuses is no missing network', async () => {
  const { code, lines, called } = await onMachine('run.sh', { ...nothingInstalled, id: 'echo 1000', sudo: 'exit 1', 'apt-get': worksNot });
  assert.equal(code, 1);
  assert.match(lines.at(-1), /^setup: sudo refused: ask an administrator to run 'apt-get install g\+\+ /);
  assert.doesNotMatch(called, /^apt-get/m);
});

test('on a full disk, it says how much a build needs before it installs anything', async () => {
  const df = 'echo "Filesystem 1024-blocks Used Available Capacity Mounted"; echo "/dev/vda 1000000 900000 100000 90% /"';
  const { code, lines, called } = await onMachine('run.sh', { ...nothingInstalled, df, id: 'echo 0', 'apt-get': worksNot });
  assert.equal(code, 1);
  assert.deepEqual(lines, ['run: the disk is full: a build needs 1.5 GB here, 97 MB are free']);
  assert.doesNotMatch(called, /^apt-get/m);
});

test('without the npm registry, it names the folder and asks for the network', async () => {
  const { code, lines } = await onMachine('run.sh', { npm: 'exit 1', 'apt-get': 'exit 0' });
  assert.equal(code, 1);
  assert.equal(lines.at(-1), 'setup: npm ci failed in static: is there a network, and room on the disk?');
});

test('where there is no apt-get, it says what to do instead', async () => {
  const { code, lines } = await onMachine('run.sh', { 'apt-get': null, id: 'echo 0' });
  assert.equal(code, 1);
  assert.match(lines.at(-1), /installs Debian packages; on another system install the list/);
});

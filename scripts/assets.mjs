#!/usr/bin/env node
// Builds the tree of files that the server hands to browsers: OUT_DIR/static and OUT_DIR/templates.
//   node scripts/assets.mjs OUT_DIR            once; the C++ build embeds the result
//   node scripts/assets.mjs OUT_DIR --watch    again at every change, for `madang serve --assets-dir OUT_DIR`
//
// There is no bundler: every module stays a file of its own. Browsers know no package names, and an import map
// would have to stand inline in the page, which the CSP forbids; so every import is rewritten to an absolute path here.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync, watch } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const packages = path.join(root, 'static', 'node_modules');

// The libraries of the pages: the name in an import, the ES module in the package, and where it is served.
// What such a file imports by a relative path comes along.
const libraries = [
  { name: 'preact', file: 'preact/dist/preact.module.js', as: 'preact.js' },
  { name: 'preact/hooks', file: 'preact/hooks/dist/hooks.module.js', as: 'preact-hooks.js' },
  { name: 'htm', file: 'htm/dist/htm.module.js', as: 'htm.js' },
  { name: '@stomp/stompjs', file: '@stomp/stompjs/esm6/client.js', as: 'stompjs/client.js' },
];
const licences = ['preact/LICENSE', 'htm/LICENSE', '@stomp/stompjs/LICENSE'];

// Files of static/ that are for us and not for browsers.
const notServed = new Set(['node_modules', 'package.json', 'package-lock.json', 'README.md']);

// `import … from 'x'`, `export … from 'x'` and `import 'x'` at the beginning of a statement. Never inside a comment or a string.
const importPattern = /((?:^|;)\s*(?:(?:import|export)\b[^;'"()]*?\bfrom\s*|import\s*))(['"])([^'"\n]+)\2/gm;

class Missing extends Error {}

// All files below a folder, as sorted paths relative to it.
async function filesBelow(folder, prefix = '') {
  const names = [];
  for (const entry of await readdir(path.join(folder, prefix), { withFileTypes: true })) {
    if (prefix === '' && notServed.has(entry.name)) continue;
    if (entry.name.startsWith('.')) continue;
    const name = path.posix.join(prefix, entry.name);
    if (entry.isDirectory()) names.push(...await filesBelow(folder, name));
    else names.push(name);
  }
  return names.sort();
}

async function readPackageFile(file) {
  try {
    return await readFile(path.join(packages, file), 'utf8');
  } catch {
    throw new Missing(`static/node_modules/${file} is missing: run 'npm ci' in static/`);
  }
}

// Replaces every specifier with what `resolve` makes of it, and collects the results.
function rewrite(source, resolve) {
  const imports = [];
  const text = source.replace(importPattern, (_, before, quote, specifier) => {
    const target = resolve(specifier);
    imports.push(target);
    return `${before}${quote}${target}${quote}`;
  });
  return { text, imports };
}

function libraryPath(specifier, importer) {
  const library = libraries.find(({ name }) => name === specifier);
  if (!library) throw new Missing(`${importer} imports '${specifier}', which is not in the table of libraries in scripts/assets.mjs`);
  return `/static/vendor/${library.as}`;
}

// The vendor files, each with the files that it imports by a relative path.
async function addLibraries(output) {
  const waiting = libraries.map(({ file, as }) => ({ file, as }));
  while (waiting.length > 0) {
    const { file, as } = waiting.shift();
    const name = `static/vendor/${as}`;
    if (output.has(name)) continue;
    const source = (await readPackageFile(file)).replace(/^\/\/# sourceMappingURL=.*$/gm, '').trimEnd() + '\n';
    const { text, imports } = rewrite(source, (specifier) => {
      if (!specifier.startsWith('.')) return libraryPath(specifier, file);
      const target = path.posix.join(path.posix.dirname(as), specifier);
      waiting.push({ file: path.posix.join(path.posix.dirname(file), specifier), as: target });
      return `/static/vendor/${target}`;
    });
    output.set(name, { text, imports });
  }
  const notices = [];
  for (const file of licences) notices.push(`${path.posix.dirname(file)}\n\n${(await readPackageFile(file)).trim()}\n`);
  output.set('static/vendor/licenses.txt', { text: notices.join('\n\n') });
}

async function addOwnFiles(output) {
  for (const name of await filesBelow(path.join(root, 'static'))) {
    const bytes = await readFile(path.join(root, 'static', name));
    if (!name.endsWith('.js')) {
      output.set(`static/${name}`, { text: bytes });
      continue;
    }
    const entry = rewrite(bytes.toString('utf8'), (specifier) => {
      if (!specifier.startsWith('.')) return libraryPath(specifier, `static/${name}`);
      return `/static/${path.posix.join(path.posix.dirname(name), specifier)}`;
    });
    output.set(`static/${name}`, entry);
  }
}

function checkImports(output) {
  for (const [name, { imports = [] }] of output) {
    for (const target of imports) {
      if (!output.has(target.slice(1))) throw new Missing(`${name} imports ${target}, and there is no such file`);
    }
  }
}

// `<!-- preload js/app.js -->` in a template becomes one link for each module behind it, so that
// a browser fetches them side by side instead of finding them one after the other.
function preloads(output, entry) {
  const found = [];
  const waiting = [`/static/${entry}`];
  if (!output.has(`static/${entry}`)) throw new Missing(`a template preloads ${entry}, and there is no such file`);
  while (waiting.length > 0) {
    for (const target of output.get(waiting.shift().slice(1)).imports ?? []) {
      if (found.includes(target)) continue;
      found.push(target);
      waiting.push(target);
    }
  }
  return found.sort().map((target) => `<link rel="modulepreload" href="${target}">`).join('\n  ');
}

async function addTemplates(output) {
  for (const name of await filesBelow(path.join(root, 'templates'))) {
    const source = await readFile(path.join(root, 'templates', name), 'utf8');
    const text = source.replace(/<!-- preload (\S+) -->/g, (_, entry) => preloads(output, entry));
    output.set(`templates/${name}`, { text });
  }
}

// Writes what differs and removes what is no longer made, so that a build system sees real changes only.
async function write(output, outDir) {
  let changed = 0;
  for (const [name, { text }] of output) {
    const file = path.join(outDir, name);
    const bytes = Buffer.from(text);
    const present = await readFile(file).catch(() => undefined);
    if (present?.equals(bytes)) continue;
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, bytes);
    changed += 1;
  }
  for (const folder of ['static', 'templates']) {
    if (!existsSync(path.join(outDir, folder))) continue;
    for (const name of await filesBelow(path.join(outDir, folder))) {
      if (output.has(`${folder}/${name}`)) continue;
      await rm(path.join(outDir, folder, name));
      changed += 1;
    }
  }
  return changed;
}

async function build(outDir) {
  const output = new Map();
  await addLibraries(output);
  await addOwnFiles(output);
  checkImports(output);
  await addTemplates(output);
  const changed = await write(output, outDir);
  return { files: output.size, changed };
}

async function main() {
  const [outDir, ...flags] = process.argv.slice(2);
  if (!outDir || outDir.startsWith('-') || flags.some((flag) => flag !== '--watch')) {
    throw new Missing('usage: node scripts/assets.mjs OUT_DIR [--watch]');
  }
  const say = ({ files, changed }) => console.error(`assets: ${files} files, ${changed} changed`);
  say(await build(outDir));
  if (!flags.includes('--watch')) return;

  // Editors write in several steps; a build begins when it has been quiet for a moment, and never beside another.
  let timer;
  let running = Promise.resolve();
  const again = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = running.then(() => build(outDir)).then(say, (error) => console.error(`assets: ${error.message}`));
    }, 100);
  };
  for (const folder of ['css', 'js', 'img']) watchTree(path.join(root, 'static', folder), again);
  watchTree(path.join(root, 'templates'), again);
}

// Node 18 on Linux cannot watch a tree, so each folder is watched.
async function watchTree(folder, changed) {
  watch(folder, changed);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) watchTree(path.join(folder, entry.name), changed);
  }
}

main().catch((error) => {
  console.error(`assets: ${error instanceof Missing ? error.message : error.stack}`);
  process.exit(1);
});

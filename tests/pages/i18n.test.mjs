// Every text exists in both languages, every text that the pages ask for exists, and none is there for nothing.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { setLanguage, t, tables } from '../../static/js/i18n.js';

const js = fileURLToPath(new URL('../../static/js/', import.meta.url));
const codes = 'offline timeout disconnected invalid_request malformed_json unauthenticated token_expired bad_credentials forbidden not_a_member blocked not_friends not_found conflict username_taken already_friends cannot_befriend_yourself payload_too_large unsupported_media_type rate_limited internal unavailable too_busy'.split(' ');

async function sources(folder = js) {
  const texts = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== 'texts') texts.push(...await sources(file));
    } else texts.push(await readFile(file, 'utf8'));
  }
  return texts;
}

const parametersOf = (text) => (typeof text === 'function' ? ['count'] : [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort());

test('both tables have the same keys', () => {
  assert.deepEqual(Object.keys(tables.ko).sort(), Object.keys(tables.en).sort());
});

test('both tables use the same parameters', () => {
  for (const key of Object.keys(tables.ko)) {
    // A plural counts by itself; the Korean text then names the count or does without.
    if (typeof tables.en[key] === 'function') assert.ok(parametersOf(tables.ko[key]).every((name) => name === 'count'), key);
    else assert.deepEqual([...new Set(parametersOf(tables.ko[key]))], [...new Set(parametersOf(tables.en[key]))], key);
  }
});

test('no text is empty', () => {
  for (const [language, table] of Object.entries(tables)) {
    for (const [key, text] of Object.entries(table)) assert.ok(typeof text === 'function' || text.trim() !== '', `${language} ${key}`);
  }
});

test('every code of the wire contract has a text', () => {
  for (const code of codes) assert.ok(`problem.${code}` in tables.ko, code);
});

test('what the pages ask for exists, and what exists is asked for', async () => {
  const code = (await sources()).join('\n');
  const keys = new Set(Object.keys(tables.ko));
  for (const [, key] of code.matchAll(/['"`]((?:app|nav|common|connection|friends|add|person|chats|group|room|message|info|more|form)\.[a-zA-Z]+)['"`]/g)) {
    assert.ok(keys.has(key), `${key} is used and has no text`);
  }
  const made = ['problem.', 'nav.', 'info.owner', 'info.admin'];
  const unused = [...keys].filter((key) => !made.some((start) => key.startsWith(start)) && !code.includes(`'${key}'`));
  assert.deepEqual(unused, []);
});

test('parameters are put in, and English knows one from many', () => {
  setLanguage('ko');
  assert.equal(t('room.left', { name: '민준' }), '민준님이 나갔어요');
  setLanguage('en');
  assert.equal(t('room.members', { count: 1 }), '1 member');
  assert.equal(t('room.members', { count: 5 }), '5 members');
});

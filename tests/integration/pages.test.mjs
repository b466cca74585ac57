import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { exchange } from '../support/http.mjs';
import { anotherDevice, newPerson } from '../support/people.mjs';
import { rawExchange } from '../support/raw.mjs';
import { startServer } from '../support/server.mjs';

let server;
before(async () => { server = await startServer(); });
after(() => server?.stop());

const page = (path, headers) => exchange(server.url + path, { headers });

function strict({ headers, text }) {
  const policy = headers['content-security-policy'];
  assert.ok(policy, 'a Content-Security-Policy');
  assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval/);
  assert.match(policy, /(default|script)-src [^;]*'self'/);
  assert.equal(headers['x-content-type-options'], 'nosniff');
  for (const [, attributes, content] of text.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/gi)) {
    assert.match(attributes, /\ssrc=/, 'a script comes from a file');
    assert.equal(content.trim(), '');
  }
  assert.doesNotMatch(text, /<[^>]+\son\w+\s*=/i, 'no handler in an attribute');
  assert.doesNotMatch(text, /<style\b|<[^>]+\sstyle\s*=/i, 'no inline style');
  assert.doesNotMatch(text, /javascript:/i);
}

test('the front door leads to the login', async () => {
  const { status, headers } = await page('/');
  assert.ok([302, 303, 307].includes(status), `${status}`);
  assert.match(headers.location, /\/login$/);
});

test('the front door leads who is signed in to the chats', async () => {
  const browser = await anotherDevice(await newPerson(server), { origin: server.url });
  const { status, headers } = await page('/', { Cookie: browser.cookieHeader('/') });
  assert.ok([302, 303, 307].includes(status), `${status}`);
  assert.match(headers.location, /\/chats$/);
});

test('the login page has a strict policy and nothing inline', async () => {
  const answer = await page('/login');
  assert.equal(answer.status, 200);
  assert.match(answer.headers['content-type'], /^text\/html; charset=utf-8/i);
  strict(answer);
});

test('the chats are a shell with the same policy', async () => {
  const browser = await anotherDevice(await newPerson(server), { origin: server.url });
  const answer = await page('/chats', { Cookie: browser.cookieHeader('/chats') });
  assert.equal(answer.status, 200);
  strict(answer);
});

test('pages come in the language of the reader', async () => {
  assert.match((await page('/login', { 'Accept-Language': 'ko' })).text, /<html[^>]*\blang="ko"/);
  assert.match((await page('/login', { 'Accept-Language': 'en' })).text, /<html[^>]*\blang="en"/);
});

test('everything that the login page names is served, with an ETag', async () => {
  const { text } = await page('/login');
  const assets = [...new Set([...text.matchAll(/(?:src|href)="(\/static\/[^"]+)"/g)].map(([, path]) => path))];
  assert.ok(assets.length > 0, 'the page has assets');
  for (const path of assets) {
    const asset = await page(path);
    assert.equal(asset.status, 200, path);
    assert.ok(asset.headers.etag, path);
    assert.ok(asset.headers['content-type'], path);
    assert.equal(asset.headers['x-content-type-options'], 'nosniff');
    const again = await page(path, { 'If-None-Match': asset.headers.etag });
    assert.deepEqual([again.status, again.text], [304, ''], path);
    assert.equal((await page(path, { 'If-None-Match': '"another"' })).status, 200, path);
  }
});

test('what is not there is not found', async () => {
  for (const path of ['/static/nothing.js', '/static/', '/static', '/nothing']) assert.equal((await page(path)).status, 404, path);
});

test('no path leads out of the assets', async () => {
  for (const path of [
    '/static/../../../../etc/passwd', '/static/%2e%2e/%2e%2e/%2e%2e/etc/passwd', '/static/..%2f..%2f..%2fetc%2fpasswd',
    '/static//etc/passwd', '/static/..\\..\\etc\\passwd', '/static/%00/etc/passwd', '/../etc/passwd', '/static/%c0%ae%c0%ae/etc/passwd',
  ]) {
    const { status, text, connection } = await rawExchange(server.url, `GET ${path} HTTP/1.1\r\nHost: madang\r\nConnection: close\r\n\r\n`);
    connection.close();
    assert.ok(status === 404 || status === 400, `${path}: ${status}`);
    assert.doesNotMatch(text, /root:/);
  }
});

// Every page in narrow and wide windows, light and dark, Korean and English: no complaint in the console
// (a violation of the CSP is one), nothing wider than the window.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startServer } from '../support/server.mjs';
import { befriend, call, launch, narrow, newDevice, newPerson, online, signIn, wide } from './support.mjs';

let server;
let browser;
let person;
let rooms;
before(async () => {
  server = await startServer();
  browser = await launch();
  person = await newPerson(browser, server, '아주아주아주아주아주긴이름을가진사람'.repeat(2));
  const others = await Promise.all(['가나다라마바사아자차카타파하'.repeat(3), 'short'].map((name) => newPerson(browser, server, name)));
  await befriend(person, ...others);
  const direct = await call(person.page, 'POST', '/rooms', { kind: 'direct', memberIds: [others[0].id] });
  const group = await call(person.page, 'POST', '/rooms', { kind: 'group', memberIds: others.map(({ id }) => id), name: '아주 긴 이름의 대화방 '.repeat(7).trim() });
  rooms = [direct.id, group.id];
  for (const room of rooms) {
    const first = await call(person.page, 'POST', `/rooms/${room}/messages`, { text: `https://example.com/${'long'.repeat(80)}` });
    await call(others[0].page, 'POST', `/rooms/${room}/messages`, { text: '가'.repeat(400), replyTo: first.seq });
    await call(others[0].page, 'PUT', `/rooms/${room}/messages/${first.seq}/reactions/${encodeURIComponent('👍')}`);
  }
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

async function fits(page, what) {
  const { content, window: width } = await page.evaluate(() => ({ content: document.documentElement.scrollWidth, window: innerWidth }));
  assert.ok(content <= width, `${what}: ${content} wide in a window of ${width}`);
  const box = page.locator('[data-testid=timeline]');
  if (await box.count()) assert.ok(await box.evaluate((one) => one.scrollWidth <= one.clientWidth), `${what}: the timeline scrolls sideways`);
}

for (const [name, options] of [
  ['narrow, light, Korean', { viewport: narrow, locale: 'ko-KR' }],
  ['narrow, dark, English', { viewport: { width: 320, height: 640 }, locale: 'en-US', colorScheme: 'dark' }],
  ['wide, light, English', { viewport: wide, locale: 'en-US' }],
  ['wide, dark, Korean', { viewport: { width: 760, height: 600 }, locale: 'ko-KR', colorScheme: 'dark' }],
]) {
  test(`no complaint and no sideways scrolling: ${name}`, async () => {
    const { page, complaints, context } = await newDevice(browser, server, options);
    for (const path of ['/login', '/signup']) {
      const answer = await page.goto(path);
      assert.match(answer.headers()['content-security-policy'] ?? '', /default-src 'none'/);
      await page.waitForSelector('form');
      await fits(page, path);
    }
    await signIn(page, person.username);
    for (const path of ['/friends', '/chats', '/more', ...rooms.map((id) => `/rooms/${id}`)]) {
      await page.goto(path);
      await online(page);
      if (path.startsWith('/rooms')) await page.waitForSelector('[data-testid=message]');
      await fits(page, path);
    }
    await page.click('[data-testid=room-info-open]');
    await page.waitForSelector('[data-testid=member]');
    await fits(page, 'the room’s details');
    assert.deepEqual(complaints, []);
    await context.close();
  });
}

test('a page that needs a session leads to the sign-in page without one', async () => {
  const { page, context } = await newDevice(browser, server);
  await page.goto('/chats');
  await page.waitForURL('**/login');
  await context.close();
});

test('a room that is not mine is told as such', async () => {
  const { page, context } = await newDevice(browser, server);
  await signIn(page, person.username);
  await page.goto('/rooms/987654321');
  await page.waitForSelector('[data-testid=room-gone]');
  await context.close();
});

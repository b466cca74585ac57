// What can be done with a message and with oneself.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startServer } from '../support/server.mjs';
import { call, launch, messageOf, newPerson, online, openMenu, pairInRoom, password, sees, signIn, texts, write } from './support.mjs';

let server;
let browser;
before(async () => {
  server = await startServer();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const pair = () => pairInRoom(browser, server);

test('an edit, a reply, a reaction and a deletion appear on the other side', async () => {
  const { one, other } = await pair();
  await write(one.page, '내일 봐');
  await sees(other.page, '내일 봐');

  await openMenu(one.page, '내일 봐');
  await one.page.click('[data-testid=menu-edit]');
  await one.page.waitForFunction(() => document.querySelector('[data-testid=composer]').value === '내일 봐');
  await write(one.page, '모레 봐');
  await sees(other.page, '모레 봐');
  await messageOf(other.page, '모레 봐').locator('[data-testid=edited]').waitFor();

  await openMenu(other.page, '모레 봐');
  await other.page.click('[data-testid=menu-reply]');
  await write(other.page, '좋아');
  await messageOf(one.page, '좋아').locator('[data-testid=quote]', { hasText: '모레 봐' }).waitFor();

  await openMenu(other.page, '모레 봐');
  await other.page.click('[data-testid=emoji][data-emoji="👍"]');
  const reaction = messageOf(one.page, '모레 봐').locator('[data-testid=reaction][data-emoji="👍"]');
  await reaction.waitFor();
  await reaction.click();
  await messageOf(other.page, '모레 봐').locator('[data-testid=reaction]', { hasText: '2' }).waitFor();
  await messageOf(one.page, '모레 봐').locator('[data-testid=reaction][aria-pressed=true]').waitFor();
  await reaction.click();
  await messageOf(other.page, '모레 봐').locator('[data-testid=reaction]', { hasText: '1' }).waitFor();

  await openMenu(one.page, '모레 봐');
  await one.page.click('[data-testid=menu-delete]');
  await one.page.click('[data-testid=confirm-ok]');
  await other.page.locator('[data-testid=bubble].deleted').waitFor();
  assert.equal(await other.page.locator('[data-testid=message-text]', { hasText: '모레 봐' }).count(), 0);
  await messageOf(other.page, '좋아').locator('[data-testid=quote]', { hasText: '삭제된' }).waitFor();
  assert.deepEqual(one.complaints, []);
  assert.deepEqual(other.complaints, []);
});

test('only the author is offered to edit', async () => {
  const { one, other } = await pair();
  await write(one.page, '내 말');
  await sees(other.page, '내 말');
  await openMenu(other.page, '내 말');
  assert.equal(await other.page.locator('[data-testid=menu-edit]').count(), 0);
  assert.equal(await other.page.locator('[data-testid=menu-delete]').count(), 0);
});

test('a refused message stays with its reason, and can be sent again or thrown away', async () => {
  const { one, other } = await pair();
  await call(other.page, 'PUT', `/blocks/${one.id}`);
  await write(one.page, '들리니?');
  await one.page.waitForSelector('[data-testid=failed]');
  await write(one.page, '버릴 말');
  const thrown = one.page.locator('[data-testid=pending][data-state=failed]', { hasText: '버릴 말' });
  await thrown.locator('[data-testid=discard]').click();
  await thrown.waitFor({ state: 'detached' });
  await call(other.page, 'DELETE', `/blocks/${one.id}`);
  await other.page.reload();  // no event tells a page that a block was lifted elsewhere
  // It waits over a reload as well.
  await one.page.reload();
  await one.page.click('[data-testid=resend]');
  await sees(other.page, '들리니?');
  await one.page.waitForFunction(() => document.querySelectorAll('[data-testid=pending]').length === 0);
  assert.deepEqual(await texts(one.page), ['들리니?']);
});

test('the profile is changed, and the language is kept over a reload', async () => {
  const one = await newPerson(browser, server, '하나');
  const { page } = one;
  await page.click('[data-testid=nav-more]');
  await page.fill('[data-testid=profile-name]', '하나둘');
  await page.fill('[data-testid=profile-status]', '산책하기 좋은 날');
  await page.click('[data-testid=profile-save]');
  await page.locator('[data-testid=toast]').waitFor();
  await page.click('[data-testid=nav-friends]');
  await page.locator('[data-testid=me]', { hasText: '하나둘' }).filter({ hasText: '산책하기 좋은 날' }).waitFor();

  await page.click('[data-testid=nav-more]');
  await page.click('[data-testid=lang-en]');
  await page.locator('[data-testid=nav-chats]', { hasText: 'Chats' }).waitFor();
  await page.reload();
  await page.locator('[data-testid=nav-chats]', { hasText: 'Chats' }).waitFor();
  assert.equal(await page.getAttribute('html', 'lang'), 'en');
  await page.click('[data-testid=lang-ko]');
  await page.locator('[data-testid=nav-chats]', { hasText: '채팅' }).waitFor();
  assert.deepEqual(one.complaints, []);
});

test('another device is listed and can be signed out; signing out here leads to the sign-in page', async () => {
  const one = await newPerson(browser, server, '하나');
  const device = await browser.newContext({ baseURL: server.url, locale: 'ko-KR' });
  const far = await device.newPage();
  await far.goto('/login');
  await far.fill('[name=username]', one.username);
  await far.fill('[name=password]', password);
  await far.click('[data-testid=login-submit]');
  await far.waitForSelector('[data-testid=connection][data-state=online]', { state: 'attached' });

  await one.page.click('[data-testid=nav-more]');
  await one.page.click('[data-testid=device] [data-testid=end-session]');
  await one.page.click('[data-testid=confirm-ok]');
  await far.waitForURL('**/login');
  await one.page.click('[data-testid=sign-out]');
  await one.page.click('[data-testid=confirm-ok]');
  await one.page.waitForURL('**/login');
  await one.page.goto('/');
  await one.page.waitForURL('**/login');
});

test('when somebody else signs in in another tab, this one becomes theirs', async () => {
  const [one, other] = await Promise.all([newPerson(browser, server, '하나'), newPerson(browser, server, '두리')]);
  const tab = await one.context.newPage();
  await signIn(tab, other.username);
  await one.page.waitForSelector(`[data-testid=me][data-username="${other.username}"]`);
});

test('a page that did not hear of another account finds out by its connection, before it says anything', async () => {
  const [one, other] = await Promise.all([newPerson(browser, server, '하나'), newPerson(browser, server, '두리')]);
  const sockets = [];
  await one.page.routeWebSocket(/\/ws$/, (socket) => {
    sockets.push(socket);
    socket.connectToServer();
  });
  await one.page.reload();
  await online(one.page);
  await call(one.page, 'POST', '/sessions', { username: other.username, password });
  await sockets[0].close({ code: 1012, reason: 'restart' });
  await one.page.waitForSelector(`[data-testid=me][data-username="${other.username}"]`);
});

test('a window gives the focus back, and what is told while it is open is told inside of it', async () => {
  const [one, other] = await Promise.all([newPerson(browser, server, '하나'), newPerson(browser, server, '두리')]);
  const { page } = one;
  await page.click('[data-testid=add-friend-open]');
  await page.fill('[data-testid=add-friend-input]', other.username);
  await page.click(`[data-testid=found][data-username="${other.username}"] [data-testid=send-request]`);
  await page.waitForSelector('[data-testid=add-friend] [data-testid=toast]');
  await page.press('[data-testid=add-friend-input]', 'Escape');
  await page.waitForSelector('[data-testid=add-friend]', { state: 'detached' });
  await page.waitForFunction(() => document.activeElement?.dataset.testid === 'add-friend-open');
  assert.deepEqual(one.complaints, []);
});

test('a wrong password is told at the form', async () => {
  const context = await browser.newContext({ baseURL: server.url, locale: 'en-US' });
  const page = await context.newPage();
  await page.goto('/login');
  await page.fill('[name=username]', 'nobody.here');
  await page.fill('[name=password]', 'wrong password');
  await page.click('[data-testid=login-submit]');
  await page.locator('[data-testid=form-error]', { hasText: 'not right' }).waitFor();
});

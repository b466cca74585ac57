// Two people in two browsers: sign-up, friendship, a room, a conversation.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startServer } from '../support/server.mjs';
import { befriend, call, directRoom, launch, messageOf, narrow, newPerson, openRoom, sees, settled, texts, write } from './support.mjs';

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

test('two people sign up, become friends, open a room and talk; both see the same order and the unread numbers go', async () => {
  const [minjun, seoyeon] = await Promise.all([newPerson(browser, server, '박민준'), newPerson(browser, server, '김서연', { viewport: narrow })]);

  await minjun.page.click('[data-testid=add-friend-open]');
  await minjun.page.fill('[data-testid=add-friend-input]', seoyeon.username);
  await minjun.page.click(`[data-testid=found][data-username="${seoyeon.username}"] [data-testid=send-request]`);
  await minjun.page.click('[data-testid=dialog-close]');

  // The request arrives without a reload.
  await seoyeon.page.click(`[data-testid=request][data-username="${minjun.username}"] [data-testid=accept]`);
  await seoyeon.page.waitForSelector(`[data-testid=friend][data-username="${minjun.username}"]`);

  await minjun.page.click(`[data-testid=friend][data-username="${seoyeon.username}"]`);
  await minjun.page.click('[data-testid=person-chat]');
  await minjun.page.waitForSelector('[data-testid=composer]');
  await write(minjun.page, '서연아, 주말에 시간 있어?');
  await sees(minjun.page, '서연아, 주말에 시간 있어?');
  const beside = messageOf(minjun.page, '서연아, 주말에 시간 있어?').locator('[data-testid=unread-by]');
  assert.match(await beside.textContent(), /^1/);

  await seoyeon.page.click('[data-testid=nav-chats]');
  const row = seoyeon.page.locator('[data-testid=chat]');
  await row.locator('[data-testid=chat-unread]').waitFor();
  assert.equal(await row.locator('[data-testid=chat-last]').textContent(), '서연아, 주말에 시간 있어?');
  await row.click();
  await sees(seoyeon.page, '서연아, 주말에 시간 있어?');
  await beside.waitFor({ state: 'detached' });

  // Both write at the same time.
  const count = 8;
  const talk = async (person) => { for (let i = 1; i <= count; i += 1) await write(person.page, `${person.displayName} ${i}`); };
  await Promise.all([talk(minjun), talk(seoyeon)]);
  await Promise.all([settled(minjun.page, 2 * count + 1), settled(seoyeon.page, 2 * count + 1)]);
  const seen = await texts(minjun.page);
  assert.deepEqual(await texts(seoyeon.page), seen);
  assert.equal(new Set(seen).size, 2 * count + 1);
  for (const person of [minjun, seoyeon]) {
    const own = seen.filter((text) => text.startsWith(`${person.displayName} `));
    assert.deepEqual(own, Array.from({ length: count }, (_, i) => `${person.displayName} ${i + 1}`), 'everybody’s own order is kept');
    await person.page.waitForFunction(() => document.querySelectorAll('[data-testid=unread-by]').length === 0);
    assert.deepEqual(person.complaints, []);
  }
});

test('typing is shown to the other and ends with the message', async () => {
  const [one, other] = await Promise.all([newPerson(browser, server, '하나'), newPerson(browser, server, '두리')]);
  const room = await directRoom(one, other);
  await Promise.all([openRoom(one, room), openRoom(other, room)]);
  await one.page.locator('[data-testid=composer]').pressSequentially('안녕');
  await other.page.locator('[data-testid=typing]', { hasText: '하나' }).waitFor();
  await one.page.press('[data-testid=composer]', 'Enter');
  await sees(other.page, '안녕');
  assert.equal((await other.page.locator('[data-testid=typing]').textContent()).includes('하나'), false);
});

test('Enter belongs to the input method while it composes, Shift+Enter is a new line', async () => {
  const one = await newPerson(browser, server, '하나');
  const { id: room } = await call(one.page, 'POST', '/rooms', { kind: 'direct', memberIds: [one.id] });
  await openRoom(one, room);
  const composer = one.page.locator('[data-testid=composer]');
  await composer.fill('한글');
  await composer.evaluate((area) => area.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true })));
  assert.equal(await composer.inputValue(), '한글');
  await composer.press('Shift+Enter');
  await composer.pressSequentially('둘째 줄');
  assert.equal(await composer.inputValue(), '한글\n둘째 줄');
  await composer.press('Enter');
  await sees(one.page, '둘째 줄');
  assert.deepEqual(await texts(one.page), ['한글\n둘째 줄']);
});

test('a group is made by picking friends, takes in another one, can be left, and shuts out who was removed', async () => {
  const [owner, second, third, fourth] = await Promise.all(['방장', '둘째', '셋째', '넷째'].map((name) => newPerson(browser, server, name)));
  await befriend(owner, second, third, fourth);
  await owner.page.click('[data-testid=nav-chats]');
  await owner.page.click('[data-testid=new-chat-open]');
  await owner.page.click(`[data-testid=pick][data-username="${second.username}"]`);
  await owner.page.click(`[data-testid=pick][data-username="${third.username}"]`);
  await owner.page.fill('[data-testid=group-name]', '등산 모임');
  await owner.page.click('[data-testid=group-create]');
  await owner.page.waitForSelector('[data-testid=composer]');
  await write(owner.page, '모두 안녕');

  await second.page.click('[data-testid=nav-chats]');
  await second.page.locator('[data-testid=chat]', { hasText: '등산 모임' }).click();
  await sees(second.page, '모두 안녕');
  await second.page.click('[data-testid=room-info-open]');
  await second.page.waitForFunction(() => document.querySelectorAll('[data-testid=member]').length === 3);

  await owner.page.click('[data-testid=room-info-open]');
  await owner.page.click('[data-testid=invite-open]');
  await owner.page.click(`[data-testid=pick][data-username="${fourth.username}"]`);
  await owner.page.click('[data-testid=invite-send]');
  await second.page.waitForFunction(() => document.querySelectorAll('[data-testid=member]').length === 4);
  await owner.page.click('[data-testid=dialog-close]');
  await fourth.page.click('[data-testid=nav-chats]');
  await fourth.page.locator('[data-testid=chat]', { hasText: '등산 모임' }).click();
  await write(owner.page, '넷째도 안녕');
  await sees(fourth.page, '넷째도 안녕');
  await second.page.click('[data-testid=leave]');
  await second.page.click('[data-testid=confirm-ok]');
  await second.page.waitForURL('**/chats');
  await second.page.waitForSelector('[data-testid=chats-empty]');
  await owner.page.locator('[data-testid=notice]', { hasText: '둘째' }).last().waitFor();

  await owner.page.click('[data-testid=room-info-open]');
  await owner.page.click(`[data-testid=member][data-username="${fourth.username}"] [data-testid=expel]`);
  await owner.page.click('[data-testid=confirm-ok]');
  await fourth.page.waitForSelector('[data-testid=room-gone]');
});

test('earlier messages come when scrolling up, and the place is kept', async () => {
  const one = await newPerson(browser, server, '하나');
  const { id: room } = await call(one.page, 'POST', '/rooms', { kind: 'direct', memberIds: [one.id] });
  const count = 130;
  for (let i = 1; i <= count; i += 1) await call(one.page, 'POST', `/rooms/${room}/messages`, { text: `줄 ${i}` });
  await openRoom(one, room);
  await sees(one.page, `줄 ${count}`);
  const timeline = one.page.locator('[data-testid=timeline]');
  assert.ok((await texts(one.page)).length < count);
  for (let page = 0; (await texts(one.page)).length < count; page += 1) {
    assert.ok(page < 10, 'the history ends');
    const before = (await texts(one.page)).length;
    await timeline.evaluate((box) => { box.scrollTop = 0; });
    await one.page.waitForFunction((had) => document.querySelectorAll('[data-testid=message]').length > had, before);
    assert.ok(await timeline.evaluate((box) => box.scrollTop > 0), 'the page that came in front did not move the place');
  }
  assert.deepEqual(await texts(one.page), Array.from({ length: count }, (_, i) => `줄 ${i + 1}`));
  assert.equal(await one.page.locator('[data-testid=day]').count(), 1);
});

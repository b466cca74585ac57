// The network goes and comes, the server dies and returns: nothing is lost, nothing is there twice.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startServer } from '../support/server.mjs';
import { call, directRoom, launch, newDevice, newPerson, online, openRoom, pairInRoom, sees, settled, signIn, texts, waitingCount, write } from './support.mjs';

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

test('messages written offline wait in the page and are sent once on return, and nothing was missed', async () => {
  const { one, other } = await pair();
  await write(one.page, '지하철 타는 중');
  await sees(other.page, '지하철 타는 중');

  await one.context.setOffline(true);
  await one.page.waitForSelector('[data-testid=connection-banner]');
  for (const text of ['터널 1', '터널 2', '터널 3']) await write(one.page, text);
  await waitingCount(one.page, 3);
  for (const text of ['밖 1', '밖 2']) await write(other.page, text);
  await settled(other.page, 3);

  await one.context.setOffline(false);
  await online(one.page);
  await Promise.all([settled(one.page, 6), settled(other.page, 6)]);
  assert.deepEqual(await texts(one.page), ['지하철 타는 중', '밖 1', '밖 2', '터널 1', '터널 2', '터널 3']);
  assert.deepEqual(await texts(other.page), await texts(one.page));
});

test('messages that wait survive the page, and the next one sends them once', async () => {
  const { one, other, room } = await pair();
  await one.context.setOffline(true);
  await write(one.page, '꺼지기 전에');
  await write(one.page, '한 마디 더');
  await waitingCount(one.page, 2);
  await one.page.close();
  await one.context.setOffline(false);
  one.page = await one.context.newPage();
  await one.page.goto(`/rooms/${room}`);
  await Promise.all([settled(one.page, 2), settled(other.page, 2)]);
  assert.deepEqual(await texts(one.page), ['꺼지기 전에', '한 마디 더']);
  assert.deepEqual(await texts(other.page), ['꺼지기 전에', '한 마디 더']);
});

test('a second tab sees what the first one sends, without sending it again', async () => {
  const { one, other, room } = await pair();
  const second = await one.context.newPage();
  await second.goto(`/rooms/${room}`);
  await online(second);
  await one.context.setOffline(true);
  await write(one.page, '첫째 창');
  await write(second, '둘째 창');
  await waitingCount(second, 2);
  await one.context.setOffline(false);
  await Promise.all([settled(one.page, 2), settled(second, 2), settled(other.page, 2)]);
  assert.deepEqual((await texts(other.page)).sort(), ['둘째 창', '첫째 창']);
  assert.deepEqual(await texts(second), await texts(other.page));
});

test('a message whose acknowledgement is lost after it was stored is sent again with its key and stays one message', async () => {
  const [one, other] = await Promise.all([newPerson(browser, server, '하나'), newPerson(browser, server, '두리')]);
  const room = await directRoom(one, other);
  // Stands between the page and the server. While it is losing, nothing that the server says after the message reaches the page,
  // and as soon as the server has answered, the connection breaks. The plain request that repeats the message loses its answer as well.
  let losing = false;
  let lost = 0;
  await one.context.routeWebSocket('**/ws', (socket) => {
    const upstream = socket.connectToServer();
    let broken = false;
    upstream.onMessage((frame) => {
      if (broken) return;
      if (!losing || !/^(RECEIPT|MESSAGE)/.test(String(frame))) {
        socket.send(frame);
        return;
      }
      broken = true;
      lost += 1;
      losing = false;
      socket.close({ code: 1011, reason: 'internal' });
    });
  });
  await one.page.route(`**/api/v1/rooms/${room}/messages`, async (route) => {
    if (route.request().method() === 'POST' && lost < 3) {
      lost += 1;
      await route.fetch();
      await route.abort();
    } else await route.continue();
  });
  await Promise.all([openRoom(one, room), openRoom(other, room)]);
  losing = true;
  await write(one.page, '한 번만');
  await sees(other.page, '한 번만');
  await settled(one.page, 1);
  await write(one.page, '그 다음');
  await Promise.all([settled(one.page, 2), settled(other.page, 2)]);
  assert.ok(lost > 0, 'an answer was lost');
  assert.deepEqual(await texts(one.page), ['한 번만', '그 다음']);
  assert.deepEqual(await texts(other.page), ['한 번만', '그 다음']);
});

test('a connection on which no answer comes is given up, and what waited on it arrives once and in its order', async () => {
  const [one, other] = await Promise.all([newPerson(browser, server, '하나'), newPerson(browser, server, '두리')]);
  const room = await directRoom(one, other);
  // Stands between the page and the server: a line that is silent stays open and carries nothing.
  let line;
  await one.context.routeWebSocket('**/ws', (socket) => {
    const mine = { silent: false };
    line = mine;
    const upstream = socket.connectToServer();
    socket.onMessage((frame) => { if (!mine.silent) upstream.send(frame); });
    upstream.onMessage((frame) => { if (!mine.silent) socket.send(frame); });
  });
  await Promise.all([openRoom(one, room), openRoom(other, room)]);
  const first = line;
  first.silent = true;
  for (const text of ['들리나요', '아무도 없나요']) await write(one.page, text);
  await Promise.all([settled(one.page, 2), settled(other.page, 2)]);
  assert.notEqual(line, first);
  assert.deepEqual(await texts(one.page), ['들리나요', '아무도 없나요']);
  assert.deepEqual(await texts(other.page), ['들리나요', '아무도 없나요']);
});

test('a room that was left and came back while the page was away shows what is mine now, and goes on', async () => {
  const { one, other, room } = await pair();
  await write(other.page, '나가기 전');
  await sees(one.page, '나가기 전');
  const far = await newDevice(browser, server);
  await signIn(far.page, one.username);

  await one.context.setOffline(true);
  await one.page.waitForSelector('[data-testid=connection-banner]');
  await write(other.page, '못 볼 말');
  await settled(other.page, 2);
  await call(far.page, 'DELETE', `/rooms/${room}/members/me`);
  await write(other.page, '다시 불러서');
  await settled(other.page, 3);

  await one.context.setOffline(false);
  await sees(one.page, '다시 불러서');
  await write(other.page, '이야기한다');
  await sees(one.page, '이야기한다');
  assert.deepEqual(await texts(one.page), ['다시 불러서', '이야기한다']);
  await far.context.close();
});

test('the server is killed while they talk: every message is there exactly once in both pages', async () => {
  const { one, other, room } = await pair();
  const count = 15;
  let told = 0;
  let enough;
  const underWay = new Promise((resolve) => { enough = resolve; });
  const talk = async (person) => {
    for (let i = 1; i <= count; i += 1) {
      await write(person.page, `${person.displayName} ${i}`);
      told += 1;
      if (told === 10) enough();
    }
  };
  const talking = Promise.all([talk(one), talk(other)]);
  await underWay;
  await server.kill();
  await talking;
  await server.start();

  await Promise.all([online(one.page), online(other.page)]);
  await Promise.all([settled(one.page, 2 * count), settled(other.page, 2 * count)]);
  const seen = await texts(one.page);
  assert.equal(seen.length, 2 * count);
  assert.deepEqual(await texts(other.page), seen);
  for (const person of [one, other]) {
    assert.deepEqual(seen.filter((text) => text.startsWith(`${person.displayName} `)), Array.from({ length: count }, (_, i) => `${person.displayName} ${i + 1}`));
  }
  // And the history says the same as what was shown live.
  await openRoom(one, room);
  await settled(one.page, 2 * count);
  assert.deepEqual(await texts(one.page), seen);
});

test('a page that the server does not understand says so, does not try again, and can be loaded anew', async () => {
  const { page } = await newPerson(browser, server, '하나');
  const sockets = [];
  await page.routeWebSocket(/\/ws$/, (socket) => {
    sockets.push(socket);
    socket.connectToServer();
  });
  await page.reload();
  await online(page);
  await sockets[0].close({ code: 1008, reason: 'protocol' });
  await page.waitForSelector('[data-testid=connection][data-state=misunderstood]', { state: 'attached' });
  await page.waitForSelector('[data-testid=reload]');
  await page.evaluate(() => dispatchEvent(new Event('online')));
  assert.equal(await page.getAttribute('[data-testid=connection]', 'data-state'), 'misunderstood');
  assert.equal(sockets.length, 1);
  await page.click('[data-testid=reload]');
  await online(page);
});

// Takes the picture for the README: a pleasant conversation in a wide window.
//   node tests/e2e/screenshots.mjs OUT.png            starts a server of its own (MADANG_BIN)
//   MADANG_URL=http://127.0.0.1:8080 node tests/e2e/screenshots.mjs OUT.png    against a running one
import { startServer } from '../support/server.mjs';
import { befriend, call, launch, messageOf, newPerson, openRoom, settled } from './support.mjs';

const [out] = process.argv.slice(2);
if (!out) {
  console.error('usage: node tests/e2e/screenshots.mjs OUT.png');
  process.exit(1);
}

const people = [
  ['김서연', '오늘도 좋은 하루'], ['박민준', '커피 한 잔의 여유'], ['이지우', '여행 준비 중'], ['최하윤', ''], ['정도윤', '회의 중'], ['한유나', '고양이 집사'],
];

const server = process.env.MADANG_URL ? { url: process.env.MADANG_URL, stop() {} } : await startServer();
const browser = await launch();
try {
  const cast = [];
  for (const [name, statusMessage] of people) {
    const person = await newPerson(browser, server, name, { viewport: { width: 1280, height: 920 } });
    if (statusMessage) await call(person.page, 'PATCH', '/me', { statusMessage });
    cast.push(person);
  }
  const [seoyeon, minjun, jiwoo, hayoon, doyun, yuna] = cast;
  await befriend(seoyeon, ...cast.slice(1));

  const room = async (body) => (await call(seoyeon.page, 'POST', '/rooms', body)).id;
  const say = (person, id, text, replyTo) => call(person.page, 'POST', `/rooms/${id}/messages`, replyTo ? { text, replyTo } : { text });
  const react = (person, id, seq, emoji) => call(person.page, 'PUT', `/rooms/${id}/messages/${seq}/reactions/${encodeURIComponent(emoji)}`);
  const read = async (person, id) => {
    const { lastOrdinal } = await call(person.page, 'GET', `/rooms/${id}`);
    await call(person.page, 'PUT', `/rooms/${id}/read`, { ordinal: lastOrdinal });
  };

  const note = await room({ kind: 'direct', memberIds: [seoyeon.id] });
  await say(seoyeon, note, '우유, 달걀, 식빵');
  const withDoyun = await room({ kind: 'direct', memberIds: [doyun.id] });
  await say(doyun, withDoyun, '내일 발표 자료 보냈어요. 시간 될 때 봐 주세요!');
  await say(seoyeon, withDoyun, '네, 오늘 저녁에 볼게요');
  const withJiwoo = await room({ kind: 'direct', memberIds: [jiwoo.id] });
  await say(jiwoo, withJiwoo, '제주도 숙소 예약했어!');
  await say(jiwoo, withJiwoo, '바다 보이는 방이야');
  const work = await room({ kind: 'group', memberIds: [doyun.id, hayoon.id], name: '디자인팀' });
  await say(hayoon, work, '시안 두 개 올려 뒀어요. 의견 부탁드려요');

  const hike = await room({ kind: 'group', memberIds: [minjun.id, jiwoo.id, hayoon.id, yuna.id], name: '주말 등산 모임' });
  await say(minjun, hike, '이번 주 토요일에 북한산 어때요?');
  await say(jiwoo, hike, '좋아요! 몇 시에 만날까요?');
  await say(seoyeon, hike, '저는 아침 일찍도 괜찮아요');
  await say(hayoon, hike, '8시 구파발역 2번 출구 앞 어때요? 버스 타기 편해요');
  await say(minjun, hike, '딱 좋네요');
  const lunch = await say(minjun, hike, '김밥은 제가 싸 갈게요');
  await react(yuna, hike, lunch.seq, '❤️');
  const question = await say(yuna, hike, '비 온다는 얘기가 있던데, 우산 챙겨야 할까요?');
  await say(seoyeon, hike, '오후에 그친대요. 가벼운 우비 하나면 될 것 같아요', question.seq);
  const plan = await say(seoyeon, hike, '그럼 토요일 8시, 구파발역에서 만나요!');
  for (const person of [minjun, jiwoo, hayoon]) await react(person, hike, plan.seq, '👍');
  for (const person of [minjun, jiwoo, yuna]) await read(person, hike);
  const lunchToday = await room({ kind: 'direct', memberIds: [minjun.id] });
  await say(minjun, lunchToday, '점심 같이 먹을래?');

  await openRoom(seoyeon, hike);
  await settled(seoyeon.page, 9);
  await messageOf(seoyeon.page, '그럼 토요일').locator('[data-testid=reaction]').waitFor();
  await seoyeon.page.mouse.move(0, 0);
  await seoyeon.page.evaluate(() => document.activeElement?.blur());
  await seoyeon.page.screenshot({ path: out });
} finally {
  await browser.close();
  await server.stop();
}

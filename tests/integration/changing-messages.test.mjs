import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { done, eventsOf, newGroup, newPeople, newPerson, refused, say } from '../support/people.mjs';
import { startServer } from '../support/server.mjs';

let server;
before(async () => { server = await startServer(); });
after(() => server?.stop());

const at = (room, said) => `/rooms/${room.id}/messages/${said.seq}`;
const reaction = (room, said, emoji) => `${at(room, said)}/reactions/${encodeURIComponent(emoji)}`;

test('an edit is one event, and the message shows the present text', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const room = await newGroup(ana, [bo]);
  const said = await say(ana, room, 'helo');
  const edited = await done(ana.patch(at(room, said), { text: 'hello' }), 200);
  assert.equal(edited.text, 'hello');
  assert.ok(edited.editedAt);
  const [, message, edit] = await eventsOf(bo, room);
  assert.equal(message.text, 'hello');
  assert.deepEqual([edit.kind, edit.targetSeq, edit.text, edit.seq], ['edit', said.seq, 'hello', 3]);
});

test('an older edit shows the present text too', async () => {
  const ana = await newPerson(server);
  const room = await newGroup(ana);
  const said = await say(ana, room, 'one');
  await done(ana.patch(at(room, said), { text: 'two' }), 200);
  await done(ana.patch(at(room, said), { text: 'three' }), 200);
  const texts = (await eventsOf(ana, room)).slice(1).map(({ text }) => text);
  assert.deepEqual(texts, ['three', 'three', 'three']);
});

test('an edit to the same text takes no seq', async () => {
  const ana = await newPerson(server);
  const room = await newGroup(ana);
  const said = await say(ana, room, 'same');
  await done(ana.patch(at(room, said), { text: 'same' }), 200);
  assert.equal((await eventsOf(ana, room)).length, 2);
});

test('only the author edits, and by the rules of text', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const room = await newGroup(ana, [bo]);
  const said = await say(bo, room, 'mine');
  await refused(ana.patch(at(room, said), { text: 'yours' }), 403, 'forbidden');
  await refused(bo.patch(at(room, said), { text: ' ' }), 400, 'invalid_request', 'text');
  await refused(bo.patch(at(room, said), { text: 'x'.repeat(8001) }), 400, 'invalid_request', 'text');
  await refused(ana.patch(`/rooms/${room.id}/messages/1`, { text: 'x' }), 404, 'not_found');
});

test('a deleted message keeps its seq and has no text, nor have its edits', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const room = await newGroup(ana, [bo]);
  const said = await say(ana, room, 'oops', { key: 'oops-1' });
  await done(ana.patch(at(room, said), { text: 'oops again' }), 200);
  await done(ana.delete(at(room, said)));
  await done(ana.delete(at(room, said)));
  const [, message, edit, deletion, ...rest] = await eventsOf(bo, room);
  assert.deepEqual([message.text, edit.text, rest.length], [undefined, undefined, 0]);
  assert.ok(message.deletedAt);
  assert.ok(edit.deletedAt);
  assert.deepEqual([deletion.kind, deletion.targetSeq], ['delete', said.seq]);
  const shown = await done(bo.get(at(room, said)), 200);
  assert.ok(shown.deletedAt);
  assert.equal(shown.ordinal, said.ordinal);
  await refused(ana.patch(at(room, said), { text: 'back' }), 404, 'not_found');
});

test('a deleted last message shows as deleted in the list of rooms', async () => {
  const ana = await newPerson(server);
  const room = await newGroup(ana);
  const said = await say(ana, room, 'oops');
  await done(ana.delete(at(room, said)));
  const { lastMessage } = await done(ana.get(`/rooms/${room.id}`), 200);
  assert.ok(lastMessage.deletedAt);
});

test('author, owner and admins delete, other members do not', async () => {
  const [ana, bo, cy] = await newPeople(server, 'ana', 'bo', 'cy');
  const room = await newGroup(ana, [bo, cy]);
  const [first, second, third] = [await say(cy, room, '1'), await say(cy, room, '2'), await say(ana, room, '3')];
  await refused(bo.delete(at(room, first)), 403, 'forbidden');
  await done(ana.delete(at(room, first)));
  await done(ana.patch(`/rooms/${room.id}/members/${bo.user.id}`, { role: 'admin' }), 200);
  await done(bo.delete(at(room, second)));
  await done(bo.delete(at(room, third)));
  await refused(cy.delete(`/rooms/${room.id}/messages/999`), 404, 'not_found');
});

test('reactions are counted, mine are known as mine', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const room = await newGroup(ana, [bo]);
  const said = await say(ana, room, 'good news');
  await done(ana.put(reaction(room, said, '🎉')));
  await done(bo.put(reaction(room, said, '🎉')));
  await done(bo.put(reaction(room, said, '👩‍🚀')));
  const of = async (reader) => (await done(reader.get(at(room, said)), 200)).reactions
    .map(({ emoji, count, mine }) => [emoji, count, mine]).sort();
  assert.deepEqual(await of(ana), [['🎉', 2, true], ['👩‍🚀', 1, false]].sort());
  assert.deepEqual(await of(bo), [['🎉', 2, true], ['👩‍🚀', 1, true]].sort());
  await done(bo.delete(reaction(room, said, '🎉')));
  await done(bo.delete(reaction(room, said, '👩‍🚀')));
  assert.deepEqual(await of(bo), [['🎉', 1, false]]);
});

test('setting what is set, and taking what is not there, takes no seq', async () => {
  const ana = await newPerson(server);
  const room = await newGroup(ana);
  const said = await say(ana, room, 'x');
  for (const verb of ['put', 'put', 'delete', 'delete']) await done(ana[verb](reaction(room, said, '👍')));
  const reactions = (await eventsOf(ana, room)).slice(2);
  assert.deepEqual(reactions.map(({ kind, emoji, on }) => [kind, emoji, on]), [['reaction', '👍', true], ['reaction', '👍', false]]);
});

test('a message takes 20 different reactions', async () => {
  const [ana, bo] = await newPeople(server, 'ana', 'bo');
  const room = await newGroup(ana, [bo]);
  const said = await say(ana, room, 'x');
  for (let count = 0; count < 20; count += 1) await done(ana.put(reaction(room, said, String.fromCodePoint(0x1f600 + count))));
  await refused(ana.put(reaction(room, said, '🎉')), 409, 'conflict');
  await done(bo.put(reaction(room, said, '\u{1f600}')));
});

test('a reaction is one emoji', async () => {
  const ana = await newPerson(server);
  const room = await newGroup(ana);
  const said = await say(ana, room, 'x');
  for (const emoji of ['a', 'ok', '7', ' ', '한', '\u0007', '👍'.repeat(9)]) {
    await refused(ana.put(reaction(room, said, emoji)), 400, 'invalid_request', 'emoji');
  }
  await refused(ana.put(reaction(room, { seq: 1 }, '👍')), 404, 'not_found');
  await refused(ana.put(reaction(room, { seq: 99 }, '👍')), 404, 'not_found');
});

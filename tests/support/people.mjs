// People, friendships and rooms that a test begins with. Names are random, so tests share a server in peace.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Client } from './api.mjs';

export const password = 'correct horse battery';
export const randomName = (prefix = 'p') => `${prefix}${randomBytes(6).toString('hex')}`;

// Unwraps an answer that must have this status.
export async function done(answer, status = 204) {
  const { status: given, body, text } = await answer;
  assert.equal(given, status, text);
  return body;
}

export async function refused(answer, status, code, field) {
  const { status: given, body, text } = await answer;
  assert.equal(given, status, text);
  assert.equal(body.code, code, text);
  if (field) assert.ok(body.errors?.some((error) => error.field === field), `no error of field ${field}: ${text}`);
  return body;
}

export async function newPerson(server, prefix = 'p') {
  const client = new Client(server.url);
  client.username = randomName(prefix);
  client.password = password;
  await done(client.signUp({ username: client.username, displayName: prefix, password }), 201);
  await done(client.signIn({ username: client.username, password }), 200);
  return client;
}

export const newPeople = (server, ...names) => Promise.all(names.map((name) => newPerson(server, name)));

// The same person on another device.
export async function anotherDevice(person, options) {
  const client = new Client(person.url, options);
  client.username = person.username;
  client.password = person.password;
  await done(client.signIn(person), 200);
  return client;
}

export async function befriend(one, ...others) {
  for (const other of others) {
    await done(one.post('/friends', { userId: other.user.id }), 201);
    await done(other.post(`/friends/requests/${one.user.id}/accept`));
  }
}

export async function newGroup(owner, members = [], name = 'a room') {
  if (members.length > 0) await befriend(owner, ...members);
  return done(owner.post('/rooms', { kind: 'group', memberIds: members.map(({ user }) => user.id), name }), 201);
}

export async function newDirect(one, other) {
  await befriend(one, other);
  return done(one.post('/rooms', { kind: 'direct', memberIds: [other.user.id] }), 201);
}

export const say = (author, room, text, more = {}) =>
  done(author.post(`/rooms/${room.id}/messages`, { text, ...more }), 201);

export const eventsOf = async (reader, room, after = 0) =>
  (await done(reader.get(`/rooms/${room.id}/events?after=${after}&limit=1000`), 200)).events;

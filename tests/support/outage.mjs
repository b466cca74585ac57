// What tests of a database that fails ask of a server on it.
import assert from 'node:assert/strict';
import { exchange } from './http.mjs';
import { eventsOf } from './people.mjs';
import { startServer } from './server.mjs';

const inTime = 2000;
const onTheWay = 250;
const busy = 1500;  // what a machine may add for one of many; to wait twice would take 4 s

let databases = 0;

// On a new database, whose name it has as `database`.
export async function serverOn(postgres, env = {}, owner = 'madang') {
  const database = `madang${++databases}`;
  await postgres.createDatabase(database, owner);
  return Object.assign(await startServer({ env: { MADANG_STORAGE_URL: postgres.url(database, owner), ...env } }), { database });
}

export async function readiness(madang) {
  const { status, body } = await exchange(`${madang.adminUrl}/readyz`);
  return [status, body.status, body.storage];
}

// How long it took, in ms. `codes`: who would need a connection to itself may also be told that others have it.
export async function refusedInTime(attempt, codes = ['unavailable']) {
  const began = Date.now();
  const { status, body, headers } = await attempt;
  assert.equal(status, 503, JSON.stringify(body));
  assert.ok(codes.includes(body.code), body.code);
  assert.match(headers['retry-after'], /^[1-9]\d*$/);
  const took = Date.now() - began;
  assert.ok(took < inTime + busy, `refused after ${took} ms`);
  return took;
}

// Several at once, of whom a busy machine does not keep most.
export async function allRefusedInTime(attempts, codes) {
  const took = (await Promise.all(attempts.map((attempt) => refusedInTime(attempt, codes)))).sort((a, b) => a - b);
  assert.ok(took[Math.floor(took.length / 2)] <= inTime + onTheWay, `refused after ${took} ms`);
}

// For `eventually`: whether this message could be said.
export const works = (person, room, key) => async () => {
  const { status } = await person.post(`/rooms/${room.id}/messages`, { text: key, key });
  assert.ok([200, 201, 503].includes(status), String(status));
  return status !== 503;
};

export async function isWholeLog(reader, room) {
  const log = await eventsOf(reader, room);
  assert.deepEqual(log.map(({ seq }) => seq), log.map((_, at) => at + 1), 'no hole');
  const keys = log.map(({ key }) => key).filter(Boolean);
  assert.equal(new Set(keys).size, keys.length, 'no key twice');
  return log;
}

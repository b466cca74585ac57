// The upgrade as no library would write it, over a bare TCP connection.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { rawExchange } from '../support/raw.mjs';
import { startServer } from '../support/server.mjs';

let server;
before(async () => { server = await startServer(); });
after(() => server?.stop());

const upgrade = (version, more = '') => 'GET /ws HTTP/1.1\r\nHost: madang\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n'
  + `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: ${version}\r\n${more}\r\n`;

for (const version of ['8', '12', '14', 'x']) {
  test(`version ${version} is refused, and the answer says which one is spoken`, async () => {
    const { status, headers, body, connection } = await rawExchange(server.url, upgrade(version));
    assert.equal(status, 400);
    assert.equal(headers['sec-websocket-version'], '13');
    assert.equal(body.code, 'invalid_request');
    await connection.closing();
  });
}

test('subprotocols offered in several lines are one list', async () => {
  const offered = 'Sec-WebSocket-Protocol: mqtt\r\nSec-WebSocket-Protocol: v11.stomp, v12.stomp\r\n';
  const { status, headers, connection } = await rawExchange(server.url, upgrade('13', offered), { bodiless: true });
  assert.equal(status, 101);
  assert.equal(headers['sec-websocket-protocol'], 'v12.stomp');
  connection.close();
});

test('a trailer makes no upgrade of a request', async () => {
  const chunked = 'GET /ws HTTP/1.1\r\nHost: madang\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n'
    + 'Transfer-Encoding: chunked\r\n\r\n0\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
  const { status, connection } = await rawExchange(server.url, chunked);
  assert.equal(status, 400);
  connection.close();
});

// The STOMP connection: one object that is kept alive over any number of WebSockets.
// Subscriptions are remembered and made again at each connection, in the order in which they were asked for.
import { Client } from '@stomp/stompjs';
import { Problem } from './api.js';

const shortestDelayMs = 500;
const longestDelayMs = 10_000;
const receiptDeadlineMs = 10_000;

// `before` runs before each attempt and makes sure of the access token; `connected` runs when the errors queue is live;
// `changed` hears `connecting`, `online`, `offline`, and `misunderstood`: the server has refused a frame as no STOMP of its kind, the
// page is probably older than it, and nothing is tried any more. `ended` hears that the server no longer accepts the token: the
// next attempt then asks for another one, or finds that the session is over. `stranger` hears that the session has become somebody else's.
export class Socket {
  constructor({ url, before, connected, changed, ended, stranger }) {
    Object.assign(this, { url, before, connected, changed, ended, stranger });
    this.subscriptions = new Map();
    this.waiting = new Map();
    this.attempt = 0;
    this.receipts = 0;
    this.suspicious = false;
  }

  // Every connection must be this person's.
  start(userId) {
    this.userId = userId;
    this.stopped = false;
    this.open();
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
    this.drop();
  }

  get online() {
    return Boolean(this.client?.connected && this.ready);
  }

  // Something changed for the better (the network came back, the page is looked at): try now.
  nudge() {
    if (this.stopped || this.client) return;
    clearTimeout(this.timer);
    this.attempt = 0;
    this.open();
  }

  // The network went away: a socket that nobody can hear any more is closed at once instead of after a missed heart-beat.
  drop() {
    const client = this.client;
    if (!client) return;
    this.lost(client);
    client.deactivate({ force: true });
  }

  async open() {
    if (this.client || this.opening) return;
    this.opening = true;
    this.changed('connecting');
    try {
      await this.before({ suspicious: this.suspicious });
    } catch (problem) {
      this.opening = false;
      if (problem.code !== 'unauthenticated') this.later();
      return;
    }
    this.opening = false;
    if (this.stopped || this.client) return;

    const client = new Client({
      brokerURL: this.url,
      reconnectDelay: 0,
      connectionTimeout: 10_000,
      heartbeatIncoming: 10_000,
      heartbeatOutgoing: 10_000,
      heartbeatToleranceMultiplier: 3,
      discardWebsocketOnCommFailure: true,
    });
    this.client = client;
    client.onConnect = ({ headers }) => this.greeted(client, headers);
    client.onWebSocketClose = (event) => this.closed(client, event);
    client.activate();
  }

  async greeted(client, headers) {
    if (this.client !== client) return;
    // Cookies belong to all tabs. Nothing may be sent under another name, so this comes before everything.
    if (headers['user-id'] !== String(this.userId)) {
      this.stranger();
      return;
    }
    this.suspicious = false;
    this.ready = true;
    // Refusals must be heard before anything can be refused.
    client.subscribe('/user/queue/errors', (message) => this.refused(message), { id: 'errors' });
    for (const destination of this.subscriptions.keys()) this.attach(destination);
    try {
      await this.connected();
      if (this.client !== client) return;
      this.attempt = 0;
      this.changed('online');
    } catch {
      if (this.client === client) this.drop();
    }
  }

  closed(client, event) {
    if (this.client !== client) return;
    // A socket that never came to life may have been refused for its token; the next attempt asks by REST first.
    this.suspicious = !this.ready || event.code === 1008;
    const revoked = event.code === 1008 && ['revoked', 'unauthenticated'].includes(event.reason);
    const misunderstood = event.code === 1008 && event.reason === 'protocol';
    if (misunderstood) this.stopped = true;
    this.lost(client);
    if (misunderstood) this.changed('misunderstood');
    if (revoked) this.ended();
  }

  lost(client) {
    if (this.client !== client) return;
    this.client = undefined;
    this.ready = false;
    for (const subscription of this.subscriptions.values()) subscription.handle = undefined;
    for (const { reject } of [...this.waiting.values()]) reject(new Problem('disconnected'));
    this.waiting.clear();
    if (this.stopped) return;
    this.changed('offline');
    this.later();
  }

  later() {
    if (this.stopped) return;
    const delay = Math.min(longestDelayMs, shortestDelayMs * 2 ** this.attempt) * (0.5 + Math.random() / 2);
    this.attempt += 1;
    this.changed('offline');
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.open(), delay);
  }

  // Subscribes now and after every reconnection. Returns the end of it.
  subscribe(destination, handler) {
    this.subscriptions.set(destination, { handler });
    if (this.client?.connected && this.ready) this.attach(destination);
    return () => {
      const subscription = this.subscriptions.get(destination);
      if (subscription?.handler !== handler) return;
      this.subscriptions.delete(destination);
      if (this.client?.connected) subscription.handle?.unsubscribe();
    };
  }

  attach(destination) {
    const subscription = this.subscriptions.get(destination);
    subscription.handle = this.client.subscribe(destination, (message) => subscription.handler(JSON.parse(message.body)));
  }

  // Subscribes once for this connection and waits until the server says that it is live.
  subscribeNow(destination, handler) {
    return this.awaitReceipt((receipt) => {
      this.client.subscribe(destination, (message) => handler(JSON.parse(message.body)), { receipt });
    });
  }

  send(destination, body) {
    if (!this.online) return;
    this.client.publish({ destination, body: body === undefined ? '' : JSON.stringify(body), headers: { 'content-type': 'application/json' } });
  }

  // Resolves with the headers of the RECEIPT, rejects with the Problem of a refusal or `disconnected`.
  request(destination, body, headers = {}) {
    return this.awaitReceipt((receipt) => {
      this.client.publish({ destination, body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers, receipt } });
    });
  }

  awaitReceipt(act) {
    if (!this.client?.connected) return Promise.reject(new Problem('disconnected'));
    const receipt = `r${++this.receipts}`;
    return new Promise((resolve, reject) => {
      // A connection on which no answer comes is given up, which rejects all that wait on it: they come again on the next one.
      const timer = setTimeout(() => this.drop(), receiptDeadlineMs);
      const settle = (how) => (value) => {
        clearTimeout(timer);
        this.waiting.delete(receipt);
        how(value);
      };
      this.waiting.set(receipt, { reject: settle(reject) });
      this.client.watchForReceipt(receipt, (frame) => settle(resolve)(frame.headers));
      act(receipt);
    });
  }

  refused(message) {
    const body = JSON.parse(message.body);
    const retryAfter = Number(message.headers['retry-after']) || undefined;
    this.waiting.get(message.headers['receipt-id'])?.reject(new Problem(message.headers.code ?? body.code, { status: body.status, retryAfter, detail: body.detail }));
  }
}

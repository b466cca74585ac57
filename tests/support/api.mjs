// A small REST client. Every answer is held against static/openapi.json.
import http from 'node:http';
import { exchange } from './http.mjs';
import { checkAnswer } from './openapi.mjs';

export class Client {
  token;
  user;
  #cookies = new Map();

  // With an origin it behaves like a browser: Origin on every request, a cookie jar, no bearer token.
  constructor(url, { origin, headers = {}, agent = new http.Agent({ keepAlive: true }) } = {}) {
    this.url = url;
    this.agent = agent;
    this.origin = origin;
    this.headers = headers;
  }

  async signUp({ username, password, displayName = username, email }) {
    return this.post('/users', { username, displayName, password, email });
  }

  async signIn({ username, password }) {
    const answer = await this.post('/sessions', { username, password });
    if (answer.status === 200) this.#remember(answer.body);
    return answer;
  }

  async refresh() {
    const answer = await this.post('/sessions/refresh', this.origin ? {} : { refreshToken: this.refreshToken });
    if (answer.status === 200) this.#remember(answer.body);
    return answer;
  }

  get(path, options) { return this.request('GET', path, options); }
  delete(path, body, options) { return this.request('DELETE', path, { body, ...options }); }
  post(path, body, options) { return this.request('POST', path, { body, ...options }); }
  put(path, body, options) { return this.request('PUT', path, { body, ...options }); }
  patch(path, body, options) { return this.request('PATCH', path, { body, ...options }); }

  // `body` is encoded as JSON; `bytes` goes out as it is. A header given as undefined is left out.
  async request(method, path, { body, bytes, headers = {} } = {}) {
    const target = new URL(path.startsWith('/.well-known') ? path : `/api/v1${path}`, this.url);
    const payload = bytes ?? (body === undefined ? undefined : JSON.stringify(body));
    const answer = await exchange(target, {
      method, body: payload, agent: this.agent, headers: this.#headers(target, payload, headers),
    });
    this.#store(answer.headers['set-cookie'] ?? []);
    checkAnswer(method, target.pathname, answer);
    return answer;
  }

  cookie(name) { return this.#cookies.get(name)?.value; }
  setCookie(name, value, path = '/') { this.#cookies.set(name, { value, path }); }
  cookieHeader(pathname) {
    return [...this.#cookies].filter(([, { path }]) => path === '/' || `${pathname}/`.startsWith(`${path}/`))
      .map(([name, { value }]) => `${name}=${value}`).join('; ');
  }

  #headers(target, payload, own) {
    const all = { ...this.headers };
    if (payload !== undefined) {
      all['Content-Type'] = 'application/json';
      all['Content-Length'] = Buffer.byteLength(payload);
    }
    if (this.token) all.Authorization = `Bearer ${this.token}`;
    if (this.origin) all.Origin = this.origin;
    const cookies = this.cookieHeader(target.pathname);
    if (cookies) all.Cookie = cookies;
    Object.assign(all, own);
    return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  }

  #remember({ accessToken, refreshToken, user }) {
    this.user = user;
    if (this.origin) return;
    this.token = accessToken;
    this.refreshToken = refreshToken;
  }

  // Only a browser keeps cookies; a client with a bearer token ignores them.
  #store(lines) {
    if (!this.origin) return;
    for (const line of lines) {
      const { name, value, attributes } = parseCookie(line);
      if (value === '' || attributes['max-age'] === '0') this.#cookies.delete(name);
      else this.#cookies.set(name, { value, path: attributes.path ?? '/' });
    }
  }
}

export function parseCookie(line) {
  const [pair, ...rest] = line.split(';').map((part) => part.trim());
  const at = pair.indexOf('=');
  const attributes = Object.fromEntries(rest.map((part) => {
    const [name, ...value] = part.split('=');
    return [name.toLowerCase(), value.join('=') || true];
  }));
  return { name: pair.slice(0, at), value: pair.slice(at + 1), attributes };
}

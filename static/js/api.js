// Requests to the REST interface. Every failure is a Problem with the stable `code` of the wire contract;
// `offline` (status 0) when no answer came at all, `timeout` when it took too long.
import { accessIsFresh, refreshAccess } from './session.js';

const deadlineMs = 15_000;

export class Problem extends Error {
  constructor(code, { status = 0, retryAfter, errors = [], detail } = {}) {
    super(detail ?? code);
    this.code = code;
    this.status = status;
    this.retryAfter = retryAfter;
    this.errors = errors;
  }
}

// `onSignedOut` is called once the session has turned out to be over. `key` makes a POST that is repeated the same one.
export function createApi({ onSignedOut = () => {} } = {}) {
  let stopped = false;

  async function request(method, path, body, { anonymous = false, key } = {}) {
    const ask = () => {
      if (stopped) throw new Problem('disconnected');
      return send(method, path, body, key);
    };
    // A token that is about to expire is renewed first, which saves a refused request.
    if (!anonymous && !accessIsFresh()) await renew();
    let response = await ask();
    if (response.status === 401 && !anonymous) {
      const problem = await problemOf(response);
      if (problem.code === 'bad_credentials') throw problem;
      await renew();
      response = await ask();
    }
    if (!response.ok) throw await problemOf(response);
    return response.status === 204 ? undefined : response.json();
  }

  async function renew() {
    let alive;
    try {
      alive = await refreshAccess();
    } catch {
      throw new Problem('offline');
    }
    if (alive) return;
    onSignedOut();
    throw new Problem('unauthenticated', { status: 401 });
  }

  // All pages of a list, up to `most` entries.
  async function all(path, key, most = 1000) {
    const found = [];
    let cursor;
    let first;
    do {
      const query = new URLSearchParams({ limit: '100' });
      if (cursor) query.set('cursor', cursor);
      const page = await request('GET', `${path}${path.includes('?') ? '&' : '?'}${query}`);
      first ??= page;
      found.push(...page[key]);
      cursor = page.nextCursor;
    } while (cursor && found.length < most);
    return { ...first, [key]: found };
  }

  return {
    get: (path) => request('GET', path),
    post: (path, body, options) => request('POST', path, body, options),
    put: (path, body) => request('PUT', path, body),
    patch: (path, body) => request('PATCH', path, body),
    del: (path, body) => request('DELETE', path, body),
    all,
    renew,
    // The page is leaving: nothing more is asked for in this person's name.
    stop: () => { stopped = true; },
  };
}

async function send(method, path, body, key) {
  const headers = { Accept: 'application/json', 'Accept-Language': document.documentElement.lang };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (key !== undefined) headers['Idempotency-Key'] = key;
  try {
    return await fetch(`/api/v1${path}`, {
      method, headers, credentials: 'same-origin',
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(deadlineMs),
    });
  } catch (error) {
    throw new Problem(error.name === 'TimeoutError' ? 'timeout' : 'offline');
  }
}

async function problemOf(response) {
  const body = await response.json().catch(() => ({}));
  const code = body.code ?? (response.status >= 500 ? 'unavailable' : 'invalid_request');
  const retryAfter = Number(response.headers.get('Retry-After')) || undefined;
  return new Problem(code, { status: response.status, retryAfter, errors: body.errors, detail: body.detail ?? body.title });
}

// The session of this browser. The tokens are HttpOnly cookies that no script can see; only the time until which
// the access token holds is kept, so that it can be renewed before a request is refused.
import { withLock } from './locks.js';

// What the tabs of a browser tell each other, for they share the cookies: `signed-out`, all leave; `signed-in`, the session
// may be somebody else's from now on.
export function sessionChannel() {
  return new BroadcastChannel('madang-session');
}

const untilKey = 'madang-access-until';
const longestMarginMs = 10_000;

// A little less than its life: requests take time, and clocks are not the same.
export function rememberAccess({ expiresIn }) {
  const lifeMs = expiresIn * 1000;
  write(untilKey, String(Date.now() + lifeMs - Math.min(longestMarginMs, lifeMs / 5)));
}

export function forgetAccess() {
  write(untilKey, '0');
}

export function accessIsFresh() {
  return accessUntil() > Date.now();
}

// Renews the access token, once for all tabs. False when the session has ended; throws when the server cannot be reached.
export function refreshAccess() {
  const before = accessUntil();
  return withLock('madang-refresh', async () => {
    // Another tab was first.
    if (accessUntil() !== before && accessIsFresh()) return true;
    // The refresh token is in its cookie; the body has nothing to add.
    const response = await fetch('/api/v1/sessions/refresh', {
      method: 'POST', credentials: 'same-origin', headers: { 'Content-Type': 'application/json' }, body: '{}', signal: AbortSignal.timeout(15_000),
    });
    if (response.ok) {
      rememberAccess(await response.json());
      return true;
    }
    if (response.status === 401 || response.status === 403) {
      forgetAccess();
      return false;
    }
    throw new Error(`refresh answered ${response.status}`);
  });
}

function accessUntil() {
  try {
    return Number(localStorage.getItem(untilKey)) || 0;
  } catch {
    return 0;
  }
}

function write(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Storage is forbidden: every expired token then costs one refused request.
  }
}

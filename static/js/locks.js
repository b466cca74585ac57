// One holder at a time over all tabs, by Web Locks. Browsers offer those in secure contexts only (https, localhost);
// elsewhere the lock holds inside this tab, and the server's own rules (grace for a refresh token, keys of messages)
// keep two tabs from doing harm.
const tails = new Map();

export function withLock(name, work) {
  if (globalThis.navigator?.locks) return navigator.locks.request(name, work);
  const before = tails.get(name) ?? Promise.resolve();
  const result = before.then(work);
  tails.set(name, result.catch(() => {}));
  return result;
}

// The waiting messages of one person in IndexedDB, shared by the tabs and kept over a reload.
// Where IndexedDB is forbidden (some private windows) they live in this tab alone.

export async function openOutboxDb(userId) {
  try {
    return indexed(await open(`madang-outbox-${userId}`));
  } catch {
    return inMemory();
  }
}

function open(name) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore('messages', { keyPath: 'key' });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function indexed(db) {
  const run = (mode, act) => new Promise((resolve, reject) => {
    const transaction = db.transaction('messages', mode);
    const request = act(transaction.objectStore('messages'));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
  return {
    all: () => run('readonly', (store) => store.getAll()),
    get: (key) => run('readonly', (store) => store.get(key)),
    put: (entry) => run('readwrite', (store) => store.put(entry)),
    remove: (key) => run('readwrite', (store) => store.delete(key)),
  };
}

function inMemory() {
  const entries = new Map();
  return {
    all: async () => [...entries.values()],
    get: async (key) => entries.get(key),
    put: async (entry) => { entries.set(entry.key, entry); },
    remove: async (key) => { entries.delete(key); },
  };
}

// The waiting messages of one person in IndexedDB, shared by the tabs and kept over a reload. A browser may forbid it (some private
// windows), and may cut it off (WebKit does, for tabs in the background): what fails is done again on a new connection, and
// if that fails as well, the messages live in this tab alone from then on, with all that it has seen of them.

export function openOutboxDb(userId) {
  return lasting(() => open(`madang-outbox-${userId}`).then(indexed));
}

// A store that never fails, from a function that opens one which may.
export function lasting(openStore) {
  const known = new Map();
  const memory = inMemory(known);
  let present;

  async function run(act) {
    for (let attempt = 0; attempt < 2 && present !== memory; attempt += 1) {
      present ??= openStore();
      const mine = present;
      try {
        return await act(await mine);
      } catch {
        // Whoever failed beside us may have opened another one already.
        if (present === mine) present = undefined;
      }
    }
    present = memory;
    return act(memory);
  }

  return {
    async all() {
      const entries = await run((store) => store.all());
      known.clear();
      for (const entry of entries) known.set(entry.key, entry);
      return entries;
    },
    get: (key) => run((store) => store.get(key)),
    async put(entry) {
      await run((store) => store.put(entry));
      known.set(entry.key, entry);
    },
    async remove(key) {
      await run((store) => store.remove(key));
      known.delete(key);
    },
  };
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

function inMemory(entries) {
  return {
    all: async () => [...entries.values()],
    get: async (key) => entries.get(key),
    put: async (entry) => { entries.set(entry.key, entry); },
    remove: async (key) => { entries.delete(key); },
  };
}

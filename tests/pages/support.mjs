// What stands in for the rest of the page: a store without a screen, and a server that answers from a table.

export function createStore(initial) {
  let state = { me: { id: 1 }, epoch: 'e', route: { page: 'chats' }, rooms: {}, timelines: {}, reads: {}, members: {}, quoted: {}, typing: {}, people: {}, outbox: [], ...initial };
  return {
    get: () => state,
    set: (change) => { state = typeof change === 'function' ? change(state) : { ...state, ...change }; },
  };
}

// `answers` maps the beginning of a path to what is answered, or to a function of the path; the longest beginning counts.
// What is not in the table is refused like a room that is not mine. `asked` lists the paths.
export function createApi(answers) {
  const asked = [];
  const answer = async (path) => {
    asked.push(path);
    const name = Object.keys(answers).filter((start) => path.startsWith(start)).sort((a, b) => b.length - a.length)[0];
    if (name === undefined) throw Object.assign(new Error(path), { code: 'not_a_member', status: 403 });
    return typeof answers[name] === 'function' ? answers[name](path) : answers[name];
  };
  return { asked, get: answer, post: answer, all: answer };
}

export function createSocket() {
  const sent = [];
  return { sent, online: true, subscribe: () => () => {}, subscribeNow: async () => ({}), send: (destination, body) => sent.push({ destination, body }) };
}

export const people = { learn() {}, present() {}, async load() {} };

const at = (seq) => new Date(Date.UTC(2026, 10, 22, 8, 0, seq)).toISOString();
export const room = (extra = {}) => ({ id: 7, kind: 'group', members: [], memberCount: 3, lastSeq: 4, lastOrdinal: 4, readOrdinal: 4, unread: 0, createdAt: at(0), ...extra });
export const message = (seq, extra = {}) => ({ roomId: 7, seq, kind: 'message', ordinal: seq, authorId: 2, text: `text ${seq}`, createdAt: at(seq), ...extra });
export const event = (seq, kind, extra = {}) => ({ roomId: 7, seq, kind, authorId: 2, createdAt: at(seq), ...extra });
export const page = (messages, lastSeq, hasMore = false) => ({ messages, lastSeq, hasMore, epoch: 'e' });
export const log = (events, hasMore = false) => ({ events, epoch: 'e', hasMore });

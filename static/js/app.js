// Puts the page together: the only place that knows all parts.
import { render } from 'preact';
import { html } from './html.js';
import { createStore } from './store.js';
import { createApi, Problem } from './api.js';
import { accessIsFresh, forgetAccess, sessionChannel } from './session.js';
import { chosenLanguage, currentLanguage, problemText, setLanguage } from './i18n.js';
import { routeOf } from './route.js';
import { Socket } from './socket.js';
import { Live } from './live.js';
import { Rooms } from './rooms.js';
import { createRoomActions } from './room-actions.js';
import { People } from './people.js';
import { createAccount } from './account.js';
import { Outbox } from './outbox.js';
import { openOutboxDb } from './outbox-db.js';
import { AppContext } from './context.js';
import { Shell } from './components/shell.js';
import { Confirm } from './components/dialog.js';

const toastMs = 3500;

const store = createStore({
  me: undefined, lang: currentLanguage(), connection: 'connecting', loaded: false, route: routeOf(location.pathname),
  rooms: {}, epoch: undefined, timelines: {}, reads: {}, members: {}, typing: {}, quoted: {},
  people: {}, presence: {}, friends: [], requests: [], blocks: [],
  outbox: [], dialogs: [], toasts: [], announcement: '',
});

// The session is over, or somebody else's. Until the next page is here, this one says nothing more.
let leaving = false;
function leave(go) {
  if (leaving) return;
  leaving = true;
  socket.stop();
  api.stop();
  go();
}
const toLogin = () => leave(() => location.assign('/login'));
const startAgain = () => leave(() => location.reload());

// All tabs leave together, and all become the same person.
const channel = sessionChannel();
channel.onmessage = ({ data }) => {
  if (data === 'signed-out') toLogin();
  if (data === 'signed-in') startAgain();
};

const api = createApi({ onSignedOut: toLogin });
const socket = new Socket({
  url: `${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}/ws`,
  before: async ({ suspicious }) => {
    if (!accessIsFresh()) await api.renew();
    // The last attempt was refused, or the browser believes that there is no network: a plain request tells why.
    if (suspicious || navigator.onLine === false) await api.get('/me');
  },
  connected: () => live.connected(),
  changed: (connection) => {
    if (connection === store.get().connection) return;
    store.set({ connection });
    if (connection === 'online') outbox.flushAll();
  },
  ended: forgetAccess,
  stranger: startAgain,
});
const people = new People({ store, api });
const rooms = new Rooms({ store, api, socket, people });
const live = new Live({ store, api, socket, rooms, people, onOwnMessage: (key) => outbox?.arrived(key), onEnded: () => { forgetAccess(); toLogin(); } });
rooms.repairWith((roomId) => live.repair(roomId));
let outbox;

function navigate(path, { replace = false } = {}) {
  if (path === location.pathname) return;
  history[replace ? 'replaceState' : 'pushState']({}, '', path);
  store.set({ route: routeOf(path) });
}
addEventListener('popstate', () => store.set({ route: routeOf(location.pathname), dialogs: [] }));

let lastId = 0;
function toast(text, kind = 'plain') {
  const id = ++lastId;
  store.set((state) => ({ ...state, toasts: [...state.toasts.slice(-2), { id, text, kind }] }));
  setTimeout(() => store.set((state) => ({ ...state, toasts: state.toasts.filter((one) => one.id !== id) })), toastMs);
}

function dialog(Component, props = {}) {
  const id = ++lastId;
  const close = () => store.set((state) => ({ ...state, dialogs: state.dialogs.filter((one) => one.id !== id) }));
  store.set((state) => ({ ...state, dialogs: [...state.dialogs, { id, Component, props: { ...props, close } }] }));
}

const app = {
  store, api, rooms, people, navigate, toast, dialog,
  drafts: new Map(),
  roomActions: createRoomActions({ store, api, rooms }),
  account: createAccount({ store, api, channel }),
  get outbox() { return outbox; },
  confirm: (text, action, danger = true) => new Promise((answer) => dialog(Confirm, { text, action, danger, answer })),
  // Wraps what a button does: a refusal is told to the person, and so is that something went wrong which should not.
  doing: (work) => async (...args) => {
    try {
      return await work(...args);
    } catch (problem) {
      if (!(problem instanceof Problem)) console.error(problem);
      toast(problemText(problem), 'error');
      return undefined;
    }
  },
};

function listen() {
  addEventListener('online', () => { socket.nudge(); outbox.flushAll(); });
  addEventListener('offline', () => socket.drop());
  document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'visible') socket.nudge(); });
}

async function load() {
  const me = await api.get('/me');
  // A choice made in this browser wins over the account's language, which is no choice and is not remembered as one.
  const lang = chosenLanguage() ?? me.locale ?? currentLanguage();
  setLanguage(lang);
  store.set({ me, lang });
  people.learn([me]);
  await Promise.all([rooms.reload(), people.load()]);
}

// A server that is just starting is not a reason to show an empty page for ever.
async function start() {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await load();
      break;
    } catch (problem) {
      if (problem.code === 'unauthenticated') return;
      await new Promise((resolve) => { setTimeout(resolve, Math.min(10_000, 500 * 2 ** attempt) * (0.5 + Math.random() / 2)); });
    }
  }
  const { me } = store.get();
  outbox = new Outbox({ userId: me.id, db: openOutboxDb(me.id), api, socket, store });
  await outbox.load();
  store.set({ loaded: true });
  const root = document.getElementById('app');
  root.replaceChildren();
  render(html`<${AppContext.Provider} value=${app}><${Shell} /><//>`, root);
  listen();
  socket.start(me.id);
}

start();

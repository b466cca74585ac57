// A room's timeline on the screen: loads earlier pages when scrolled up, keeps its place, stays at the end when it is there,
// and says what has been read.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { html } from '../html.js';
import { useApp, useStore } from '../context.js';
import { currentLanguage, t } from '../i18n.js';
import { dayOf, fullDay } from '../time.js';
import { isBlocked, messageLine, personName, roomTitle } from '../names.js';
import { firstUnread, layOut } from '../state/rows.js';
import { unreadBy } from '../state/reads.js';
import { visibleEntries } from '../state/outbox.js';
import { Message, Pending } from './message.js';
import { Notice } from './room-notice.js';
import { Icon } from './icons.js';

const endMargin = 48;
const earlyMargin = 240;

export function MessageList({ room, compose }) {
  const app = useApp();
  const timeline = useStore((state) => state.timelines[room.id]);
  const reads = useStore((state) => state.reads[room.id]);
  const outbox = useStore((state) => state.outbox);
  const me = useStore((state) => state.me);
  // Drawn again when the connection returns, so that what was read meanwhile is told.
  useStore((state) => state.connection);
  const pending = visibleEntries(outbox, room.id, timeline, me.id);
  const box = useRef();
  const view = useRef({ atEnd: true });
  const [away, setAway] = useState(false);
  const [fresh, setFresh] = useState(undefined);
  // Where reading had stopped when the room was opened; the line stays there during the visit.
  const stopped = useMemo(() => (room.unread > 0 ? room.readOrdinal : undefined), [room.id]);
  const rows = useMemo(() => {
    // A direct room begins by itself; nobody needs to be told who came.
    const items = room.kind === 'direct' ? timeline.items.filter((item) => item.kind !== 'join') : timeline.items;
    return layOut(items, { dayOf, firstUnreadSeq: firstUnread(timeline, stopped, me.id) });
  }, [timeline.items, timeline.hasOlder, room.kind, stopped, currentLanguage()]);

  const toEnd = () => { box.current.scrollTop = box.current.scrollHeight; };
  const read = () => {
    if (view.current.atEnd && document.visibilityState === 'visible') app.rooms.markRead(room.id);
  };
  const scrolled = () => {
    const { scrollTop, scrollHeight, clientHeight } = box.current;
    const atEnd = scrollHeight - scrollTop - clientHeight < endMargin;
    view.current.fromEnd = scrollHeight - scrollTop;
    view.current.atEnd = atEnd;
    setAway(!atEnd);
    if (atEnd) {
      setFresh(undefined);
      read();
    }
    if (scrollTop < earlyMargin && timeline.hasOlder) app.rooms.loadOlder(room.id).catch(() => {});
  };
  const jump = app.doing(async (seq) => {
    if (!await app.rooms.reach(room.id, seq)) {
      app.toast(t('message.far'));
      return;
    }
    const target = document.getElementById(`message-${seq}`);
    target?.scrollIntoView({ block: 'center', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' });
    target?.classList.add('found');
    setTimeout(() => target?.classList.remove('found'), 1600);
  });

  // After drawing: keep the place when an earlier page came in front, follow the end when we are there or have just written.
  useLayoutEffect(() => {
    const now = { first: timeline.items[0]?.seq, waiting: pending.at(-1)?.key };
    const before = view.current;
    if (before.room !== room.id) {
      const line = box.current.querySelector('.unread-line');
      if (line) line.scrollIntoView({ block: 'center' });
      else toEnd();
    } else if (now.first !== before.first && !before.atEnd) {
      box.current.scrollTop = box.current.scrollHeight - before.fromEnd;
    } else if (before.atEnd || (now.waiting && now.waiting !== before.waiting)) {
      toEnd();
    }
    const { scrollTop, scrollHeight, clientHeight } = box.current;
    const atEnd = scrollHeight - scrollTop - clientHeight < endMargin;
    view.current = { ...now, room: room.id, fromEnd: scrollHeight - scrollTop, atEnd };
    if (away === atEnd) setAway(!atEnd);
  });

  // The window or the composer changed its height.
  useEffect(() => {
    const observer = new ResizeObserver(() => { if (view.current.atEnd) toEnd(); });
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    read();
    document.addEventListener('visibilitychange', read);
    return () => document.removeEventListener('visibilitychange', read);
  });

  // News: at the end they are simply there, further up they are offered; screen readers hear them in both cases.
  const newest = timeline.items.at(-1);
  const told = useRef(newest?.seq);
  useEffect(() => {
    if (!newest || newest.seq <= (told.current ?? 0)) return;
    told.current = newest.seq;
    const { people, blocks } = app.store.get();
    if (newest.kind !== 'message' || newest.authorId === me.id || isBlocked(newest.authorId, blocks)) return;
    app.store.set({ announcement: t('message.arrived', { name: personName(people[newest.authorId]), text: messageLine(newest, blocks) }) });
    if (!view.current.atEnd) setFresh(newest);
    else app.rooms.shorten(room.id);
  }, [newest?.seq]);

  return html`
    <div class="timeline-place">
      <div class="timeline" ref=${box} onScroll=${scrolled} tabindex="0" role="region" aria-label=${t('room.messages', { name: roomTitle(room, app.store.get()) })} data-testid="timeline">
        <p class="timeline-top">${timeline.hasOlder ? t('room.older') : t('room.start')}</p>
        <ol class="messages">
          ${rows.map((row) => html`<${Row} key=${row.key} row=${row} room=${room} reads=${reads} jump=${jump} compose=${compose} />`)}
          ${pending.map((entry) => html`<${Pending} key=${entry.key} entry=${entry} />`)}
        </ol>
        <${Typing} roomId=${room.id} />
      </div>
      ${fresh && html`<button type="button" class="fresh" data-testid="new-messages" onClick=${toEnd}><${Fresh} item=${fresh} /></button>`}
      ${!fresh && away && html`<button type="button" class="to-end" aria-label=${t('room.toEnd')} data-testid="to-end" onClick=${toEnd}><${Icon} name="down" /></button>`}
    </div>`;
}

function Row({ row, room, reads, jump, compose }) {
  switch (row.type) {
    case 'day':
      return html`<li class="notice-row"><span class="notice day" data-testid="day">${fullDay(row.date)}</span></li>`;
    case 'unread':
      return html`<li class="unread-line" data-testid="unread-line"><span>${t('room.unreadHere')}</span></li>`;
    case 'notice':
      return html`<${Notice} item=${row.item} />`;
    default:
      return html`<${Message} room=${room} item=${row.item} first=${row.first} last=${row.last} unread=${unreadBy(row.item, reads)} jump=${jump} compose=${compose} />`;
  }
}

function Fresh({ item }) {
  const author = useStore((state) => state.people[item.authorId]);
  const blocks = useStore((state) => state.blocks);
  return html`<strong>${personName(author)}</strong><span>${messageLine(item, blocks)}</span><${Icon} name="down" />`;
}

function Typing({ roomId }) {
  const typing = useStore((state) => state.typing[roomId]);
  const people = useStore((state) => state.people);
  const ids = Object.keys(typing ?? {});
  const text = ids.length === 0 ? '' : ids.length === 1 ? t('room.typingOne', { name: personName(people[ids[0]]) }) : t('room.typingMany', { count: ids.length });
  return html`<p class="typing" data-testid="typing" aria-live="polite">${text && html`<span class="typing-dots" aria-hidden="true"><i></i><i></i><i></i></span>${text}`}</p>`;
}

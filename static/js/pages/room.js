// One room: head, timeline, composer.
import { useEffect, useState } from 'preact/hooks';
import { html } from '../html.js';
import { useApp, useStore } from '../context.js';
import { t } from '../i18n.js';
import { isNoteToSelf } from '../state/rooms.js';
import { roomTitle } from '../names.js';
import { RoomAvatar } from '../components/avatar.js';
import { Composer } from '../components/composer.js';
import { Empty } from '../components/empty.js';
import { Icon, IconButton } from '../components/icons.js';
import { MessageList } from '../components/message-list.js';
import { Link } from '../components/nav.js';
import { RoomInfo } from '../components/room-info.js';

export function RoomPage({ roomId }) {
  const app = useApp();
  const room = useStore((state) => state.rooms[roomId]);
  const timeline = useStore((state) => state.timelines[roomId]);
  const online = useStore((state) => state.connection === 'online');
  useStore((state) => state.people);
  const [problem, setProblem] = useState(undefined);
  const [task, setTask] = useState(undefined);
  const open = () => {
    setProblem(undefined);
    app.rooms.open(roomId).catch(setProblem);
  };
  // Also when it disappears under us: then the server says whether we are out, or hands it to us anew.
  useEffect(open, [roomId, !room, !timeline]);
  // What has failed may have failed for want of a connection.
  useEffect(() => { if (online && problem) open(); }, [online]);
  useEffect(() => app.rooms.watch(roomId), [roomId]);
  useEffect(() => () => app.rooms.shorten(roomId), [roomId]);

  if (problem?.code === 'not_a_member' || problem?.code === 'not_found') return html`<${Empty} title=${t('room.gone')} hint=${t('room.goneHint')} testid="room-gone"><${Link} to="/chats" class="button">${t('chats.title')}<//><//>`;
  if (problem && !timeline) return html`<${Empty} title=${t('room.failed')} testid="room-failed"><button type="button" class="button" onClick=${open}>${t('common.retry')}</button><//>`;
  if (!room || !timeline) return html`<div class="room-loading" role="status"><span class="spinner"></span><span class="visually-hidden">${t('common.loading')}</span></div>`;

  const me = app.store.get().me;
  const editLast = () => {
    const item = timeline.items.findLast?.((one) => one.kind === 'message' && one.authorId === me.id && !one.deletedAt && one.text);
    if (item) setTask({ mode: 'edit', item });
    return Boolean(item);
  };
  const title = roomTitle(room, app.store.get());
  return html`
    <header class="room-head">
      <${Link} to="/chats" class="icon-button room-back" aria-label=${t('common.back')} testid="room-back"><${Icon} name="back" /><//>
      <${RoomAvatar} room=${room} size="s" />
      <div class="room-name"><h1 data-testid="room-title">${title}</h1>${room.kind === 'group' && html`<p>${t('room.members', { count: room.memberCount })}</p>`}</div>
      ${!isNoteToSelf(room) && html`<${IconButton} icon="menu" label=${t('room.info')} testid="room-info-open" onClick=${() => app.dialog(RoomInfo, { roomId })} />`}
    </header>
    <${MessageList} key=${roomId} room=${room} compose=${setTask} />
    <${Composer} room=${room} task=${task} done=${() => setTask(undefined)} editLast=${editLast} />`;
}

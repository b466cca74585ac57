// My rooms, newest message first.
import { useEffect, useState } from 'preact/hooks';
import { html } from '../html.js';
import { useApp, useStore } from '../context.js';
import { t } from '../i18n.js';
import { listTime } from '../time.js';
import { messageLine, personName, roomTitle } from '../names.js';
import { byNewest } from '../state/rooms.js';
import { RoomAvatar } from '../components/avatar.js';
import { Empty } from '../components/empty.js';
import { Icon, IconButton } from '../components/icons.js';
import { Badge, Link } from '../components/nav.js';
import { PaneHead, SearchField } from '../components/pane.js';
import { NewChat } from '../components/pick-friends.js';

export function ChatsPage({ roomId }) {
  const app = useApp();
  const state = useStore((whole) => whole);
  const [filter, setFilter] = useState('');
  const wanted = filter.trim().toLowerCase();
  const rooms = byNewest(state.rooms);
  const shown = wanted ? rooms.filter((room) => roomTitle(room, state).toLowerCase().includes(wanted)) : rooms;
  return html`
    <${PaneHead} title=${t('chats.title')}><${IconButton} icon="newChat" label=${t('chats.new')} testid="new-chat-open" onClick=${() => app.dialog(NewChat)} /><//>
    <div class="pane-scroll">
      ${rooms.length > 5 && html`<${SearchField} label=${t('chats.filter')} value=${filter} change=${setFilter} />`}
      <ul class="list" data-testid="chat-list">${shown.map((room) => html`<${ChatRow} key=${room.id} room=${room} state=${state} open=${room.id === roomId} />`)}</ul>
      ${wanted && shown.length === 0 && html`<p class="form-hint centred">${t('chats.none')}</p>`}
      ${state.loaded && rooms.length === 0 && html`<${Empty} title=${t('chats.empty')} hint=${t('chats.emptyHint')} testid="chats-empty"><${Link} to="/friends" class="button primary">${t('chats.toFriends')}<//><//>`}
    </div>`;
}

function ChatRow({ room, state, open }) {
  const app = useApp();
  const { lastMessage } = room;
  const authorId = room.kind === 'group' && lastMessage?.authorId !== state.me.id ? lastMessage?.authorId : undefined;
  const author = state.people[authorId];
  // A room carries its first members only.
  useEffect(() => { if (authorId && !author) app.people.meet(authorId); }, [authorId, author]);
  const line = lastMessage ? messageLine(lastMessage, state.blocks) : t('chats.noMessages');
  return html`
    <li><${Link} to="/rooms/${room.id}" class="row chat" current=${open} testid="chat" data-room=${room.id}>
      <${RoomAvatar} room=${room} />
      <span class="row-text">
        <span class="row-title"><span class="row-name" data-testid="chat-title">${roomTitle(room, state)}</span>
          ${room.kind === 'group' && html`<span class="row-count">${room.memberCount}</span>`}
          ${room.muted && html`<span class="row-muted" title=${t('chats.muted')}><${Icon} name="muted" /><span class="visually-hidden">${t('chats.muted')}</span></span>`}
        </span>
        <span class="row-sub two" data-testid="chat-last">${authorId ? `${personName(author)}: ` : ''}${line}</span>
      </span>
      <span class="row-side">
        ${lastMessage && html`<time datetime=${lastMessage.createdAt}>${listTime(lastMessage.createdAt)}</time>`}
        ${room.unread > 0 && html`<${Badge} count=${room.unread} label=${t('nav.unread', { count: room.unread })} testid="chat-unread" />`}
      </span>
    <//></li>`;
}

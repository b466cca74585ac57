// One message: bubble, quote, reactions, time, the number of those who have not read it, and the way to its menu.
import { useEffect, useRef, useState } from 'preact/hooks';
import { html } from '../html.js';
import { useApp, useStore } from '../context.js';
import { t } from '../i18n.js';
import { clockTime, fullTime } from '../time.js';
import { isBlocked, messageLine, personName } from '../names.js';
import { findItem } from '../state/timeline.js';
import { Avatar } from './avatar.js';
import { Icon, IconButton } from './icons.js';
import { MessageMenu } from './message-menu.js';
import { PersonCard } from './person-card.js';

const longPressMs = 450;
const onlyEmoji = /^(?:\p{Extended_Pictographic}(?:\p{Emoji_Modifier}|\uFE0F|\u200D\p{Extended_Pictographic})*\s*){1,3}$/u;
const link = /(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}])/g;

export function Message({ room, item, first, last, unread, jump, compose }) {
  const app = useApp();
  const author = useStore((state) => state.people[item.authorId]);
  const mine = useStore((state) => state.me.id === item.authorId);
  const blocked = useStore((state) => isBlocked(item.authorId, state.blocks));
  const [unfolded, unfold] = useState(false);
  const press = useRef();
  useEffect(() => { if (!author) app.people.meet(item.authorId); }, [author]);

  const open = (event, part) => app.dialog(MessageMenu, { room, item, mine, compose, part, at: event.currentTarget.closest('.message').querySelector('.bubble').getBoundingClientRect() });
  // A long press is the menu of touch screens; the mouse and the keyboard have the buttons.
  const pressed = (event) => {
    if (event.pointerType !== 'touch' || item.deletedAt) return;
    const { currentTarget } = event;
    press.current = setTimeout(() => open({ currentTarget }), longPressMs);
  };
  const released = () => clearTimeout(press.current);

  if (blocked && !mine && !unfolded) {
    return html`<li class="notice-row"><span class="notice">${t('message.folded')} <button type="button" class="link" onClick=${() => unfold(true)}>${t('message.show')}</button></span></li>`;
  }
  return html`
    <li class="message ${mine ? 'mine' : ''} ${first ? 'first' : ''}" data-testid="message" data-seq=${item.seq} id="message-${item.seq}">
      ${!mine && (first ? html`<button type="button" class="message-avatar" aria-label=${personName(author)} onClick=${() => app.dialog(PersonCard, { userId: item.authorId })}><${Avatar} user=${author} size="s" /></button>` : html`<span class="message-avatar"></span>`)}
      <div class="message-body">
        ${!mine && (first ? html`<p class="message-author">${personName(author)}</p>` : html`<span class="visually-hidden">${personName(author)}</span>`)}
        <div class="message-line">
          <div class="bubble ${item.deletedAt ? 'deleted' : ''} ${isJumbo(item) ? 'jumbo' : ''}" data-testid="bubble"
            onPointerDown=${pressed} onPointerUp=${released} onPointerCancel=${released} onPointerMove=${released}>
            ${item.replyTo && !item.deletedAt && html`<${Quote} room=${room} seq=${item.replyTo} jump=${jump} />`}
            <${Content} item=${item} />
          </div>
          <div class="message-meta">
            ${unread > 0 && html`<span class="unread-by" data-testid="unread-by" title=${t('message.unread', { count: unread })}><span aria-hidden="true">${unread}</span><span class="visually-hidden">${t('message.unread', { count: unread })}</span></span>`}
            ${item.editedAt && !item.deletedAt && html`<span class="edited" data-testid="edited">${t('message.edited')}</span>`}
            ${last ? html`<time datetime=${item.createdAt} title=${fullTime(item.createdAt)}>${clockTime(item.createdAt)}</time>` : html`<time class="visually-hidden" datetime=${item.createdAt}>${clockTime(item.createdAt)}</time>`}
          </div>
          ${!item.deletedAt && html`<div class="message-actions">
            <${IconButton} icon="smile" label=${t('message.react')} testid="message-react" onClick=${(event) => open(event, 'emoji')} />
            <${IconButton} icon="reply" label=${t('message.reply')} testid="message-reply" onClick=${() => compose({ mode: 'reply', item })} />
            <${IconButton} icon="more" label=${t('message.actions')} testid="message-menu" onClick=${(event) => open(event)} />
          </div>`}
        </div>
        <${Reactions} room=${room} item=${item} />
      </div>
    </li>`;
}

function isJumbo(item) {
  return !item.deletedAt && !item.replyTo && item.text !== undefined && onlyEmoji.test(item.text);
}

function Content({ item }) {
  if (item.deletedAt) return html`<span class="bubble-text">${t('message.deleted')}</span>`;
  return html`
    ${item.file && html`<${File} file=${item.file} />`}
    ${item.text && html`<span class="bubble-text" data-testid="message-text">${withLinks(item.text)}</span>`}`;
}

export function withLinks(text) {
  return text.split(link).map((part, index) => (index % 2 === 1 ? html`<a href=${part} target="_blank" rel="noopener noreferrer">${part}</a>` : part));
}

function File({ file }) {
  if (file.type?.startsWith('image/')) {
    return html`<a class="bubble-image" href=${file.url} target="_blank" rel="noopener"><img src=${file.url} alt=${file.name ?? t('message.photo')} width=${file.width} height=${file.height} loading="lazy" /></a>`;
  }
  return html`<a class="bubble-file" href=${file.url} download=${file.name}><${Icon} name="file" />${file.name ?? t('message.file')}</a>`;
}

// The message that is answered, in one line. It may lie outside of what is loaded.
function Quote({ room, seq, jump }) {
  const app = useApp();
  const near = useStore((state) => findItem(state.timelines[room.id] ?? { items: [] }, seq));
  const far = useStore((state) => state.quoted[room.id]?.[seq]);
  const quoted = near ?? far;
  const author = useStore((state) => state.people[quoted?.authorId]);
  const blocks = useStore((state) => state.blocks);
  useEffect(() => { if (!quoted) app.rooms.fetchQuoted(room.id, seq); }, [quoted]);
  useEffect(() => { if (quoted?.authorId && !author) app.people.meet(quoted.authorId); }, [quoted, author]);
  if (quoted?.missing) return html`<span class="quote gone">${t('message.replyGone')}</span>`;
  return html`
    <button type="button" class="quote" data-testid="quote" onClick=${() => jump(seq)}>
      <span class="quote-author">${t('message.replyTo', { name: quoted ? personName(author) : '…' })}</span>
      <span class="quote-text">${quoted ? messageLine(quoted, blocks) : '…'}</span>
    </button>`;
}

function Reactions({ room, item }) {
  const app = useApp();
  if (!item.reactions?.length) return null;
  return html`
    <ul class="reactions">
      ${item.reactions.map(({ emoji, count, mine }) => html`
        <li key=${emoji}><button type="button" class="reaction ${mine ? 'mine' : ''}" data-testid="reaction" data-emoji=${emoji} aria-pressed=${mine} aria-label=${t('message.reactions', { emoji, count })}
          onClick=${app.doing(() => app.roomActions.react(room.id, item.seq, emoji, !mine))}><span class="emoji">${emoji}</span>${count}</button></li>`)}
    </ul>`;
}

// A message that is still here: on its way, or refused.
export function Pending({ entry }) {
  const { outbox } = useApp();
  const failed = entry.state === 'failed';
  return html`
    <li class="message mine first pending" data-testid="pending" data-state=${entry.seq !== undefined ? 'sent' : entry.state}>
      <div class="message-body">
        <div class="message-line">
          <div class="bubble"><span class="bubble-text" data-testid="message-text">${withLinks(entry.text)}</span></div>
          <div class="message-meta">
            ${failed
              ? html`<span class="failed-mark" title=${t('message.failed')}><${Icon} name="alert" /><span>${t('message.failed')}</span></span>`
              : entry.seq === undefined && html`<span class="waiting-mark" title=${t('message.waiting')}><${Icon} name="clock" /><span class="visually-hidden">${t('message.waiting')}</span></span>`}
          </div>
        </div>
        ${failed && html`<div class="failed-actions" data-testid="failed">
          <span>${t(`problem.${entry.code}`)}</span>
          <button type="button" class="link" data-testid="resend" onClick=${() => outbox.resend(entry.key)}>${t('message.resend')}</button>
          <button type="button" class="link" data-testid="discard" onClick=${() => outbox.discard(entry.key)}>${t('message.discard')}</button>
        </div>`}
      </div>
    </li>`;
}

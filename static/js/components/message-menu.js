// The menu of a message: reactions first, then reply, copy, edit, delete. Beside the bubble in a wide window,
// at the bottom in a narrow one.
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { html } from '../html.js';
import { useApp } from '../context.js';
import { t } from '../i18n.js';
import { Dialog } from './dialog.js';
import { Icon, IconButton } from './icons.js';

const quick = ['👍', '❤️', '😂', '😮', '😢', '🙏'];
const more = ['😀', '😆', '😊', '😍', '🥰', '😘', '😎', '🤔', '😴', '😭', '😡', '🥳', '👏', '🙌', '💪', '👌', '✌️', '🤝', '👋', '🔥', '✨', '🎉', '💯', '✅', '❌', '❓', '💛', '💙', '🍀', '🌸', '☕', '🍜', '🍗', '🍻', '🚀', '👀'];
const gap = 8;

export function MessageMenu({ room, item, mine, compose, part, at, close }) {
  const app = useApp();
  const [all, showAll] = useState(false);
  const place = useRef();
  const mayDelete = mine || ['owner', 'admin'].includes(room.role);
  useLayoutEffect(() => moveBeside(place.current.closest('dialog'), at, mine), [all]);

  const then = (act) => () => {
    close();
    act();
  };
  const react = (emoji) => then(app.doing(() => {
    const given = item.reactions.find((reaction) => reaction.emoji === emoji)?.mine;
    return app.roomActions.react(room.id, item.seq, emoji, !given);
  }));
  const copy = then(app.doing(async () => {
    await copyText(item.text);
    app.toast(t('message.copied'));
  }));
  const remove = then(app.doing(async () => {
    if (await app.confirm(t('message.deleteAsk'), t('message.delete'))) await app.roomActions.remove(room.id, item.seq);
  }));

  return html`
    <${Dialog} title=${t('message.actions')} close=${close} testid="menu" plain class="menu">
      <div ref=${place} class="menu-emoji ${all ? 'all' : ''}">
        ${(all ? [...quick, ...more] : quick).map((emoji, index) => html`
          <button key=${emoji} type="button" class="emoji-button emoji" data-testid="emoji" data-emoji=${emoji} aria-label=${emoji} aria-pressed=${item.reactions.some((one) => one.emoji === emoji && one.mine)} autofocus=${index === 0} onClick=${react(emoji)}>${emoji}</button>`)}
        ${!all && html`<${IconButton} icon="plus" label=${t('message.moreEmoji')} testid="more-emoji" onClick=${() => showAll(true)} />`}
      </div>
      ${part !== 'emoji' && html`<ul class="menu-items">
        <${Item} icon="reply" text=${t('message.reply')} testid="menu-reply" act=${then(() => compose({ mode: 'reply', item }))} />
        ${item.text && html`<${Item} icon="copy" text=${t('message.copy')} testid="menu-copy" act=${copy} />`}
        ${mine && item.text && html`<${Item} icon="edit" text=${t('message.edit')} testid="menu-edit" act=${then(() => compose({ mode: 'edit', item }))} />`}
        ${mayDelete && html`<${Item} icon="trash" text=${t('message.delete')} testid="menu-delete" danger act=${remove} />`}
      </ul>`}
    <//>`;
}

function Item({ icon, text, testid, danger, act }) {
  return html`<li><button type="button" class="menu-item ${danger ? 'danger' : ''}" data-testid=${testid} onClick=${act}><${Icon} name=${icon} />${text}</button></li>`;
}

// Below the bubble, or above it where there is no room; the narrow layout is the style sheet's.
function moveBeside(dialog, at, mine) {
  if (!matchMedia('(min-width: 720px)').matches) return;
  const { offsetWidth: width, offsetHeight: height } = dialog;
  const left = mine ? at.right - width : at.left;
  const below = at.bottom + gap;
  const top = below + height < innerHeight - gap ? below : at.top - height - gap;
  dialog.style.left = `${Math.max(gap, Math.min(left, innerWidth - width - gap))}px`;
  dialog.style.top = `${Math.max(gap, Math.min(top, innerHeight - height - gap))}px`;
}

// The clipboard interface needs https or localhost; elsewhere the old command serves.
async function copyText(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

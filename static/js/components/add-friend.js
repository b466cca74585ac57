// Finds people by username and asks for friendship.
import { useEffect, useState } from 'preact/hooks';
import { html } from '../html.js';
import { useApp, useStore } from '../context.js';
import { t } from '../i18n.js';
import { personName } from '../names.js';
import { Avatar } from './avatar.js';
import { Dialog } from './dialog.js';

const pauseMs = 250;

export function AddFriend({ close }) {
  const app = useApp();
  const [query, setQuery] = useState('');
  const [found, setFound] = useState(undefined);
  const wanted = query.trim().toLowerCase();

  // The server is asked when the typing rests; an answer to an older question is dropped.
  useEffect(() => {
    setFound(undefined);
    if (wanted.length === 0) return undefined;
    let current = true;
    const timer = setTimeout(app.doing(async () => {
      const users = await app.people.find(wanted);
      if (current) setFound(users);
    }), pauseMs);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [wanted]);

  return html`
    <${Dialog} title=${t('add.title')} close=${close} testid="add-friend">
      <label class="field-label" for="add-query">${t('add.label')}</label>
      <input id="add-query" class="field" type="text" autofocus autocomplete="off" autocapitalize="none" spellcheck=${false} maxlength="32"
        data-testid="add-friend-input" value=${query} onInput=${(event) => setQuery(event.target.value)} />
      <div class="add-results" aria-live="polite">
        ${found === undefined && html`<p class="form-hint">${t('add.hint')}</p>`}
        ${found?.length === 0 && html`<p class="form-hint">${t('add.none')}</p>`}
        ${found?.length > 0 && html`<ul class="list">${found.map((user) => html`<${Found} key=${user.id} user=${user} />`)}</ul>`}
      </div>
    <//>`;
}

function Found({ user }) {
  const app = useApp();
  const { friends, requests } = useStore((state) => state);
  const isFriend = friends.some((friend) => friend.user.id === user.id);
  const request = requests.find((one) => one.user.id === user.id);
  const ask = app.doing(async () => {
    const { state } = await app.people.befriend(user.id);
    app.toast(t(state === 'friends' ? 'friends.accepted' : 'add.sent', { name: personName(user) }));
  });
  return html`
    <li class="row" data-testid="found" data-username=${user.username}>
      <${Avatar} user=${user} />
      <span class="row-text"><span class="row-title">${personName(user)}</span><span class="row-sub">@${user.username}</span></span>
      ${isFriend && html`<span class="row-mark">${t('add.friend')}</span>`}
      ${!isFriend && request?.direction === 'outgoing' && html`<span class="row-mark">${t('add.requested')}</span>`}
      ${!isFriend && request?.direction !== 'outgoing' && html`
        <button type="button" class="button small primary" data-testid="send-request" onClick=${ask}>${request ? t('friends.accept') : t('add.send')}</button>`}
    </li>`;
}

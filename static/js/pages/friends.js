// The people I know: myself, requests, friends.
import { useState } from 'preact/hooks';
import { html } from '../html.js';
import { useApp, useStore } from '../context.js';
import { t } from '../i18n.js';
import { personName } from '../names.js';
import { AddFriend } from '../components/add-friend.js';
import { Avatar } from '../components/avatar.js';
import { Empty } from '../components/empty.js';
import { IconButton } from '../components/icons.js';
import { PaneHead, SearchField } from '../components/pane.js';
import { PersonCard } from '../components/person-card.js';

export function FriendsPage() {
  const app = useApp();
  const { me, friends, requests, loaded } = useStore((state) => state);
  const [filter, setFilter] = useState('');
  const incoming = requests.filter(({ direction }) => direction === 'incoming');
  const outgoing = requests.filter(({ direction }) => direction === 'outgoing');
  const wanted = filter.trim().toLowerCase();
  const shown = friends
    .filter(({ user }) => `${user.displayName} ${user.username}`.toLowerCase().includes(wanted))
    .sort((a, b) => personName(a.user).localeCompare(personName(b.user)));
  const add = () => app.dialog(AddFriend);

  return html`
    <${PaneHead} title=${t('friends.title')}><${IconButton} icon="addPerson" label=${t('friends.add')} testid="add-friend-open" onClick=${add} /><//>
    <div class="pane-scroll">
      ${friends.length > 5 && html`<${SearchField} label=${t('friends.filter')} value=${filter} change=${setFilter} />`}
      ${!wanted && html`<ul class="list"><${Person} user=${me} testid="me" /></ul>`}
      ${!wanted && incoming.length > 0 && html`<${Section} title=${t('friends.requests', { count: incoming.length })}>${incoming.map(({ user }) => html`<${Incoming} key=${user.id} user=${user} />`)}<//>`}
      ${!wanted && outgoing.length > 0 && html`<${Section} title=${t('friends.sent', { count: outgoing.length })}>${outgoing.map(({ user }) => html`<${Outgoing} key=${user.id} user=${user} />`)}<//>`}
      ${friends.length > 0 && html`<${Section} title=${t('friends.count', { count: friends.length })}>${shown.map(({ user }) => html`<${Person} key=${user.id} user=${user} testid="friend" />`)}<//>`}
      ${wanted && shown.length === 0 && html`<p class="form-hint centred">${t('friends.none')}</p>`}
      ${loaded && friends.length === 0 && html`<${Empty} title=${t('friends.empty')} hint=${t('friends.emptyHint')} testid="friends-empty"><button type="button" class="button primary" onClick=${add}>${t('friends.add')}</button><//>`}
    </div>`;
}

function Section({ title, children }) {
  return html`<section><h2 class="section-title">${title}</h2><ul class="list">${children}</ul></section>`;
}

function Person({ user, testid }) {
  const app = useApp();
  const online = useStore((state) => state.presence[user.id]?.state === 'online');
  return html`
    <li><button type="button" class="row" data-testid=${testid} data-username=${user.username} onClick=${() => app.dialog(PersonCard, { userId: user.id })}>
      <${Avatar} user=${user} size=${testid === 'me' ? 'l' : 'm'} online=${online} />
      <span class="row-text">
        <span class="row-title">${personName(user)}${online && html`<span class="visually-hidden"> (${t('friends.online')})</span>`}</span>
        ${user.statusMessage && html`<span class="row-sub">${user.statusMessage}</span>`}
      </span>
    </button></li>`;
}

function Incoming({ user }) {
  const app = useApp();
  const accept = app.doing(async () => {
    await app.people.accept(user.id);
    app.toast(t('friends.accepted', { name: personName(user) }));
  });
  return html`
    <li class="row" data-testid="request" data-username=${user.username}>
      <${Avatar} user=${user} />
      <span class="row-text"><span class="row-title">${personName(user)}</span><span class="row-sub">@${user.username}</span></span>
      <button type="button" class="button small" data-testid="decline" onClick=${app.doing(() => app.people.decline(user.id))}>${t('friends.decline')}</button>
      <button type="button" class="button small primary" data-testid="accept" onClick=${accept}>${t('friends.accept')}</button>
    </li>`;
}

function Outgoing({ user }) {
  const app = useApp();
  return html`
    <li class="row" data-testid="sent-request" data-username=${user.username}>
      <${Avatar} user=${user} />
      <span class="row-text"><span class="row-title">${personName(user)}</span><span class="row-sub">@${user.username}</span></span>
      <button type="button" class="button small" onClick=${app.doing(() => app.people.decline(user.id))}>${t('friends.withdraw')}</button>
    </li>`;
}

// Choosing friends: to begin a chat, or to invite into a group.
import { useMemo, useState } from 'preact/hooks';
import { html } from '../html.js';
import { useApp, useStore } from '../context.js';
import { t } from '../i18n.js';
import { personName } from '../names.js';
import { newKey } from '../state/outbox.js';
import { Avatar } from './avatar.js';
import { Dialog } from './dialog.js';
import { Icon } from './icons.js';

export function NewChat({ close }) {
  const app = useApp();
  const [picked, setPicked] = useState([]);
  const [name, setName] = useState('');
  const [busy, setBusy] = useState(false);
  const key = useMemo(() => newKey(crypto.getRandomValues(new Uint8Array(16))), []);
  const friends = useStore((state) => state.friends);
  const create = app.doing(async () => {
    setBusy(true);
    try {
      const room = picked.length === 1 ? await app.roomActions.openDirect(picked[0]) : await app.roomActions.createGroup(name.trim(), picked, key);
      close();
      app.navigate(`/rooms/${room.id}`);
    } finally {
      setBusy(false);
    }
  });
  return html`
    <${Dialog} title=${t('group.title')} close=${close} testid="new-chat">
      <p class="form-hint">${t('group.hint')}</p>
      ${picked.length > 1 && html`<input class="field" aria-label=${t('group.name')} placeholder=${t('group.name')} maxlength="100" data-testid="group-name"
        value=${name} onInput=${(event) => setName(event.target.value)} />`}
      <${FriendPicker} people=${friends.map(({ user }) => user)} picked=${picked} change=${setPicked} none=${t('friends.empty')} />
      <button type="button" class="button primary wide" disabled=${busy || picked.length === 0} data-testid="group-create" onClick=${create}>${t('group.create')}</button>
    <//>`;
}

export function Invite({ roomId, close }) {
  const app = useApp();
  const [picked, setPicked] = useState([]);
  const { friends, members } = useStore((state) => state);
  const inside = new Set((members[roomId] ?? []).map(({ user }) => user.id));
  const people = friends.map(({ user }) => user).filter((user) => !inside.has(user.id));
  const invite = app.doing(async () => {
    await app.roomActions.invite(roomId, picked);
    close();
  });
  return html`
    <${Dialog} title=${t('info.invite')} close=${close} testid="invite">
      <${FriendPicker} people=${people} picked=${picked} change=${setPicked} none=${t('info.inviteNone')} />
      <button type="button" class="button primary wide" disabled=${picked.length === 0} data-testid="invite-send" onClick=${invite}>${t('info.invite')}</button>
    <//>`;
}

function FriendPicker({ people, picked, change, none }) {
  if (people.length === 0) return html`<p class="form-hint">${none}</p>`;
  const toggle = (id) => change(picked.includes(id) ? picked.filter((other) => other !== id) : [...picked, id]);
  return html`
    <ul class="list pick-list">
      ${people.map((user) => html`
        <li key=${user.id}>
          <label class="row pick" data-testid="pick" data-username=${user.username}>
            <${Avatar} user=${user} />
            <span class="row-text"><span class="row-title">${personName(user)}</span></span>
            <input class="visually-hidden" type="checkbox" checked=${picked.includes(user.id)} onChange=${() => toggle(user.id)} />
            <span class="tick"><${Icon} name="check" /></span>
          </label>
        </li>`)}
    </ul>`;
}

// A room's name, members and switches.
import { useEffect, useState } from 'preact/hooks';
import { html } from '../html.js';
import { useApp, useStore } from '../context.js';
import { t } from '../i18n.js';
import { personName } from '../names.js';
import { Avatar } from './avatar.js';
import { Dialog } from './dialog.js';
import { Icon, IconButton } from './icons.js';
import { Invite } from './pick-friends.js';
import { PersonCard } from './person-card.js';

export function RoomInfo({ roomId, close }) {
  const app = useApp();
  const room = useStore((state) => state.rooms[roomId]);
  const members = useStore((state) => state.members[roomId]) ?? [];
  useEffect(() => { app.doing(() => app.rooms.loadMembers(roomId))(); }, [roomId]);
  useEffect(() => { if (!room) close(); }, [room]);
  if (!room) return null;

  const group = room.kind === 'group';
  const leave = app.doing(async () => {
    if (!await app.confirm(t(group ? 'info.leaveAsk' : 'info.leaveDirectAsk'), t('info.leave'))) return;
    await app.roomActions.leave(roomId);
    close();
    app.navigate('/chats', { replace: true });
  });
  const mute = app.doing(() => app.roomActions.mute(roomId, !room.muted));
  return html`
    <${Dialog} title=${t('info.title')} close=${close} testid="room-info">
      ${group && ['owner', 'admin'].includes(room.role) && html`<${Rename} room=${room} />`}
      <div class="section-head"><h3>${t('info.members', { count: room.memberCount })}</h3></div>
      <ul class="list">
        ${group && html`<li><button type="button" class="row" data-testid="invite-open" onClick=${() => app.dialog(Invite, { roomId })}>
          <span class="avatar m add"><${Icon} name="plus" /></span><span class="row-text"><span class="row-title">${t('info.invite')}</span></span></button></li>`}
        ${members.map((member) => html`<${Member} key=${member.user.id} member=${member} room=${room} />`)}
      </ul>
      <div class="info-actions">
        <button type="button" class="button" data-testid="mute" aria-pressed=${room.muted} onClick=${mute}><${Icon} name=${room.muted ? 'bell' : 'muted'} />${t(room.muted ? 'info.unmute' : 'info.mute')}</button>
        <button type="button" class="button danger-text" data-testid="leave" onClick=${leave}><${Icon} name="signOut" />${t('info.leave')}</button>
      </div>
    <//>`;
}

function Member({ member, room }) {
  const app = useApp();
  const me = useStore((state) => state.me);
  const online = useStore((state) => state.presence[member.user.id]?.state === 'online');
  const mayExpel = room.kind === 'group' && member.user.id !== me.id && (room.role === 'owner' || (room.role === 'admin' && member.role === 'member'));
  const expel = app.doing(async () => {
    if (await app.confirm(t('info.expelAsk', { name: personName(member.user) }), t('info.expel'))) await app.roomActions.expel(room.id, member.user.id);
  });
  return html`
    <li class="row-with-action" data-testid="member" data-username=${member.user.username}>
      <button type="button" class="row" onClick=${() => app.dialog(PersonCard, { userId: member.user.id })}>
        <${Avatar} user=${member.user} online=${online} />
        <span class="row-text"><span class="row-title">${personName(member.user)}${member.user.id === me.id && html` <span class="row-mark">${t('common.me')}</span>`}</span></span>
        ${room.kind === 'group' && member.role !== 'member' && html`<span class="row-mark">${t(`info.${member.role}`)}</span>`}
      </button>
      ${mayExpel && html`<${IconButton} icon="close" label=${t('info.expel')} testid="expel" onClick=${expel} />`}
    </li>`;
}

function Rename({ room }) {
  const app = useApp();
  const [name, setName] = useState(room.name ?? '');
  const save = app.doing(async (event) => {
    event.preventDefault();
    await app.roomActions.rename(room.id, name.trim());
    app.toast(t('more.saved'));
  });
  return html`
    <form class="rename" onSubmit=${save}>
      <label class="field-label" for="room-name">${t('info.name')}</label>
      <div class="field-with-button">
        <input id="room-name" class="field" maxlength="100" value=${name} data-testid="room-name" onInput=${(event) => setName(event.target.value)} />
        <button type="submit" class="button" disabled=${!name.trim() || name.trim() === room.name}>${t('common.save')}</button>
      </div>
    </form>`;
}

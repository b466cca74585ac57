// One person: picture, name, status, and what one can do with them.
import { html } from '../html.js';
import { useApp, useStore } from '../context.js';
import { t } from '../i18n.js';
import { personName } from '../names.js';
import { Avatar } from './avatar.js';
import { Dialog } from './dialog.js';
import { Icon } from './icons.js';

export function PersonCard({ userId, close }) {
  const app = useApp();
  const { me, people, friends, blocks, presence, requests } = useStore((state) => state);
  const user = userId === me.id ? me : people[userId];
  const isMe = userId === me.id;
  const isFriend = friends.some((friend) => friend.user.id === userId);
  const isBlocked = blocks.some((block) => block.user.id === userId);
  const request = requests.find((one) => one.user.id === userId);

  const chat = app.doing(async () => {
    const room = await app.roomActions.openDirect(userId);
    close();
    app.navigate(`/rooms/${room.id}`);
  });
  const befriend = app.doing(async () => {
    await app.people.befriend(userId);
    app.toast(t('add.sent', { name: personName(user) }));
  });
  const accept = app.doing(() => app.people.accept(userId));
  const unfriend = app.doing(async () => {
    if (await app.confirm(t('person.unfriendAsk', { name: personName(user) }), t('person.unfriend'))) await app.people.unfriend(userId);
  });
  const block = app.doing(async () => {
    if (isBlocked || await app.confirm(t('person.blockAsk', { name: personName(user) }), t('person.block'))) await app.people.block(userId, !isBlocked);
  });
  const edit = () => {
    close();
    app.navigate('/more');
  };

  return html`
    <${Dialog} title=${personName(user)} close=${close} testid="person-card" class="person-card">
      <div class="person-top">
        <${Avatar} user=${user} size="xl" online=${presence[userId]?.state === 'online'} />
        <p class="person-name">${personName(user)}</p>
        ${user?.username && html`<p class="person-username">@${user.username}</p>`}
        ${isBlocked && html`<p class="person-mark">${t('person.blocked')}</p>`}
        ${user?.statusMessage && html`<p class="person-status">${user.statusMessage}</p>`}
      </div>
      ${!user?.deleted && html`<div class="person-actions">
        ${(isMe || isFriend) && html`<button type="button" class="person-action" data-testid="person-chat" onClick=${chat}><${Icon} name="chats" />${isMe ? t('person.note') : t('person.chat')}</button>`}
        ${isMe && html`<button type="button" class="person-action" onClick=${edit}><${Icon} name="edit" />${t('person.edit')}</button>`}
        ${!isMe && !isFriend && !isBlocked && !request && html`<button type="button" class="person-action" data-testid="person-befriend" onClick=${befriend}><${Icon} name="addPerson" />${t('add.send')}</button>`}
        ${request?.direction === 'incoming' && html`<button type="button" class="person-action" onClick=${accept}><${Icon} name="check" />${t('add.accept')}</button>`}
        ${request?.direction === 'outgoing' && html`<span class="person-action still"><${Icon} name="clock" />${t('add.requested')}</span>`}
        ${isFriend && html`<button type="button" class="person-action" data-testid="person-unfriend" onClick=${unfriend}><${Icon} name="trash" />${t('person.unfriend')}</button>`}
        ${!isMe && html`<button type="button" class="person-action ${isBlocked ? '' : 'danger'}" data-testid="person-block" onClick=${block}><${Icon} name="block" />${isBlocked ? t('person.unblock') : t('person.block')}</button>`}
      </div>`}
    <//>`;
}

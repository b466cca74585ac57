// The frame of the page: places, list, room; dialogs and notices above them.
import { useEffect } from 'preact/hooks';
import { html } from '../html.js';
import { useStore } from '../context.js';
import { t } from '../i18n.js';
import { totalUnread } from '../state/rooms.js';
import { ChatsPage } from '../pages/chats.js';
import { FriendsPage } from '../pages/friends.js';
import { MorePage } from '../pages/more.js';
import { RoomPage } from '../pages/room.js';
import { OnTop } from './dialog.js';
import { Empty } from './empty.js';
import { Nav } from './nav.js';
import { Announcer, ConnectionBanner, Toasts } from './notices.js';

export function Shell() {
  const { page, roomId } = useStore((state) => state.route);
  const lang = useStore((state) => state.lang);
  const dialogs = useStore((state) => state.dialogs);
  const unread = useStore((state) => totalUnread(state.rooms));
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) ${t('app.name')}` : t('app.name');
  }, [unread, lang]);

  return html`
    <a class="skip" href="#content">${t('app.skip')}</a>
    <${ConnectionBanner} />
    <div class="shell ${roomId ? 'in-room' : ''}">
      <${Nav} page=${page} />
      <section class="pane list-pane" aria-label=${t(`nav.${page}`)}>
        ${page === 'friends' && html`<${FriendsPage} />`}
        ${page === 'chats' && html`<${ChatsPage} roomId=${roomId} />`}
        ${page === 'more' && html`<${MorePage} />`}
      </section>
      <main class="pane room-pane" id="content" tabindex="-1">
        ${roomId ? html`<${RoomPage} key=${roomId} roomId=${roomId} />` : html`<${Empty} title=${t('chats.pick')} hint=${t('chats.pickHint')} />`}
      </main>
    </div>
    ${dialogs.map(({ id, Component, props }, index) => html`<${OnTop.Provider} key=${id} value=${index === dialogs.length - 1}><${Component} ...${props} /><//>`)}
    ${dialogs.length === 0 && html`<${Toasts} />`}
    <${Announcer} />`;
}

// The three places: a rail on the left of a wide window, a bar at the bottom of a narrow one.
import { html } from '../html.js';
import { useApp, useStore } from '../context.js';
import { t } from '../i18n.js';
import { totalUnread } from '../state/rooms.js';
import { Icon } from './icons.js';

export function Nav({ page }) {
  const unread = useStore((state) => totalUnread(state.rooms));
  const requests = useStore((state) => state.requests.filter(({ direction }) => direction === 'incoming').length);
  return html`
    <nav class="nav" aria-label=${t('nav.label')}>
      <${Place} to="/friends" icon="friends" label=${t('nav.friends')} active=${page === 'friends'} count=${requests} countLabel=${t('nav.requests', { count: requests })} testid="nav-friends" />
      <${Place} to="/chats" icon="chats" label=${t('nav.chats')} active=${page === 'chats'} count=${unread} countLabel=${t('nav.unread', { count: unread })} testid="nav-chats" />
      <${Place} to="/more" icon="more" label=${t('nav.more')} active=${page === 'more'} count=${0} testid="nav-more" />
    </nav>`;
}

function Place({ to, icon, label, active, count, countLabel, testid }) {
  return html`
    <${Link} to=${to} class="nav-place" current=${active} testid=${testid}>
      <span class="nav-icon"><${Icon} name=${icon} />${count > 0 && html`<${Badge} count=${count} label=${countLabel} testid="${testid}-badge" />`}</span>
      <span class="nav-label">${label}</span>
    <//>`;
}

export function Badge({ count, label, testid }) {
  return html`<span class="badge" data-testid=${testid}><span aria-hidden="true">${count > 999 ? '999+' : count}</span><span class="visually-hidden">${label}</span></span>`;
}

// A link inside the page: an ordinary one for the keyboard, other tabs and copying, but without loading the page again.
export function Link({ to, current = false, testid, class: name, children, ...rest }) {
  const { navigate } = useApp();
  const go = (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(to);
  };
  return html`<a href=${to} class=${name} aria-current=${current ? 'page' : undefined} data-testid=${testid} onClick=${go} ...${rest}>${children}</a>`;
}

// What hovers over everything: the connection's state, short messages, and news for screen readers.
import { useEffect, useState } from 'preact/hooks';
import { html } from '../html.js';
import { useStore } from '../context.js';
import { t } from '../i18n.js';

// A reconnection of a moment is nobody's business; only a longer one is shown.
const patienceMs = 700;

function Reload() {
  return html`${t('connection.misunderstood')} <button type="button" data-testid="reload" onClick=${() => location.reload()}>${t('connection.reload')}</button>`;
}

export function ConnectionBanner() {
  const connection = useStore((state) => state.connection);
  const lost = connection !== 'online';
  const [shown, show] = useState(false);
  useEffect(() => {
    if (!lost) {
      show(false);
      return undefined;
    }
    const timer = setTimeout(() => show(true), patienceMs);
    return () => clearTimeout(timer);
  }, [lost]);
  return html`<div class="banner-place" role="status" data-testid="connection" data-state=${connection}>
    ${shown && html`<p class="banner" data-testid="connection-banner">${connection === 'misunderstood' ? html`<${Reload} />` : html`<span class="spinner"></span>${t('connection.offline')}`}</p>`}
  </div>`;
}

// Drawn in the topmost window: what lies beside a modal one is behind its backdrop, and mute.
export function Toasts() {
  const toasts = useStore((state) => state.toasts);
  return html`<div class="toasts" role="status" aria-live="polite">
    ${toasts.map((toast) => html`<p key=${toast.id} class="toast ${toast.kind}" data-testid="toast">${toast.text}</p>`)}
  </div>`;
}

export function Announcer() {
  const text = useStore((state) => state.announcement);
  return html`<p class="visually-hidden" aria-live="polite">${text}</p>`;
}

// A friendly word where there is nothing to show.
import { html } from '../html.js';

export function Empty({ title, hint, children, testid }) {
  return html`
    <div class="empty" data-testid=${testid}>
      <svg class="empty-picture" viewBox="0 0 64 64" aria-hidden="true">
        <path d="M20 13h24a8 8 0 0 1 8 8v16a8 8 0 0 1-8 8H33L22 54v-9h-2a8 8 0 0 1-8-8V21a8 8 0 0 1 8-8z" />
        <rect x="24" y="21.500" width="16" height="15" rx="2.500" />
      </svg>
      <p class="empty-title">${title}</p>
      ${hint && html`<p class="empty-hint">${hint}</p>`}
      ${children}
    </div>`;
}

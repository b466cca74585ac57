// Parts of the list pane.
import { html } from '../html.js';
import { Icon } from './icons.js';

export function PaneHead({ title, children }) {
  return html`<header class="pane-head"><h1>${title}</h1><div class="pane-tools">${children}</div></header>`;
}

export function SearchField({ label, value, change }) {
  return html`
    <label class="search-field"><span class="visually-hidden">${label}</span><${Icon} name="search" />
      <input type="search" placeholder=${label} value=${value} onInput=${(event) => change(event.target.value)} />
    </label>`;
}

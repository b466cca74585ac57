// A modal window. The browser's <dialog> brings the focus trap, Escape and the inert page behind it.
import { createContext } from 'preact';
import { useContext, useLayoutEffect, useRef } from 'preact/hooks';
import { html } from '../html.js';
import { t } from '../i18n.js';
import { IconButton } from './icons.js';
import { Toasts } from './notices.js';

// Whether no other window lies above this one.
export const OnTop = createContext(true);

export function Dialog({ title, close, testid, children, plain = false, class: more = '' }) {
  const ref = useRef();
  const onTop = useContext(OnTop);
  // Before painting, so that those who look at the size of the window see it.
  useLayoutEffect(() => {
    const dialog = ref.current;
    dialog.showModal();
    dialog.querySelector('[autofocus]')?.focus();
    // The browser gives the focus back to where it was. It must not wait until the window is gone from the page: that tells nobody.
    return () => dialog.close();
  }, []);
  const cancel = (event) => {
    event.preventDefault();
    close();
  };
  // The dialog has no padding, so a click on itself is a click on the backdrop.
  const outside = (event) => event.target === ref.current && close();
  return html`
    <dialog ref=${ref} class="dialog ${more}" aria-label=${title} data-testid=${testid} onCancel=${cancel} onMouseDown=${outside}>
      <div class="dialog-card">
        ${!plain && html`<header class="dialog-head"><h2>${title}</h2><${IconButton} icon="close" label=${t('common.close')} testid="dialog-close" onClick=${close} /></header>`}
        ${children}
      </div>
      ${onTop && html`<${Toasts} />`}
    </dialog>`;
}

export function Confirm({ text, action, danger = true, close, answer }) {
  const choose = (value) => {
    answer(value);
    close();
  };
  return html`
    <${Dialog} title=${text} close=${() => choose(false)} testid="confirm" plain class="confirm">
      <p>${text}</p>
      <div class="dialog-buttons">
        <button type="button" class="button" onClick=${() => choose(false)}>${t('common.cancel')}</button>
        <button type="button" class="button ${danger ? 'danger' : 'primary'}" data-testid="confirm-ok" autofocus onClick=${() => choose(true)}>${action}</button>
      </div>
    <//>`;
}

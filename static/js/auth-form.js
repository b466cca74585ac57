// What the sign-in and sign-up forms share: showing errors, one submission at a time, the language buttons.
import { problemText, rememberLanguage } from './i18n.js';

export function showError(id, text) {
  const line = document.getElementById(id);
  line.textContent = text;
  line.hidden = !text;
  const input = document.getElementById(id.replace(/-error$/, ''));
  if (input && input !== line) {
    if (text) input.setAttribute('aria-invalid', 'true');
    else input.removeAttribute('aria-invalid');
  }
}

// `work` throws Problems; `explain` may show one at its field and then answers true.
export function onSubmit(work, explain = () => false) {
  const form = document.getElementById('form');
  const button = form.querySelector('button[type=submit]');
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    showError('error', '');
    try {
      await work(new FormData(form));
    } catch (problem) {
      if (!explain(problem)) showError('error', problemText(problem));
      form.querySelector('[aria-invalid]')?.focus();
      button.disabled = false;
    }
  });
}

export function languageButtons() {
  for (const button of document.querySelectorAll('[data-lang]')) {
    button.addEventListener('click', () => {
      rememberLanguage(button.dataset.lang);
      location.reload();
    });
  }
}

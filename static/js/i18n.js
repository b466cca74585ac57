// The page's language. One document speaks one language at a time, so it is kept here and not in the store;
// whoever changes it draws the page again.
import { ko } from './texts/ko.js';
import { en } from './texts/en.js';

export const tables = { ko, en };

let language = globalThis.document?.documentElement.lang === 'en' ? 'en' : 'ko';

export function currentLanguage() {
  return language;
}

export function setLanguage(lang) {
  language = lang in tables ? lang : 'ko';
  if (globalThis.document) document.documentElement.lang = language;
}

// Parameters stand in braces in the texts. A value may be a function of the parameters, for plurals.
export function t(key, parameters = {}) {
  const text = tables[language][key];
  if (text === undefined) return key;
  if (typeof text === 'function') return text(parameters);
  return text.replace(/\{(\w+)\}/g, (_, name) => String(parameters[name] ?? ''));
}

// A refusal in the reader's language, by its stable code.
export function problemText(problem) {
  const key = `problem.${problem?.code}`;
  return key in tables[language] ? t(key) : t('problem.internal');
}

// The server's pages read the cookie; the scripts read the storage, which also tells a choice from a guess.
export function rememberLanguage(lang) {
  document.cookie = `madang_lang=${lang}; Path=/; Max-Age=31536000; SameSite=Lax`;
  try {
    localStorage.setItem('madang-lang', lang);
  } catch {
    // The cookie remains.
  }
}

export function chosenLanguage() {
  try {
    return localStorage.getItem('madang-lang') ?? undefined;
  } catch {
    return undefined;
  }
}

// Times and days in the browser's zone and the page's language.
import { currentLanguage } from './i18n.js';

const formats = new Map();

function format(name, options) {
  const key = `${currentLanguage()} ${name}`;
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(currentLanguage(), options));
  return formats.get(key);
}

export function clockTime(iso) {
  return format('clock', { hour: 'numeric', minute: '2-digit' }).format(new Date(iso));
}

export function fullDay(iso) {
  return format('day', { year: 'numeric', month: 'long', day: 'numeric', weekday: 'long' }).format(new Date(iso));
}

export function fullTime(iso) {
  return format('full', { dateStyle: 'long', timeStyle: 'short' }).format(new Date(iso));
}

// The day as a comparable string.
export function dayOf(iso) {
  const date = new Date(iso);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}

// For lists: the time today, "yesterday", the day this year, else the date.
export function listTime(iso, now = new Date()) {
  const date = new Date(iso);
  if (dayOf(iso) === dayOf(now)) return clockTime(iso);
  const yesterday = new Date(now);
  yesterday.setDate(now.getDate() - 1);
  if (dayOf(iso) === dayOf(yesterday)) return new Intl.RelativeTimeFormat(currentLanguage(), { numeric: 'auto' }).format(-1, 'day');
  if (date.getFullYear() === now.getFullYear()) return format('short', { month: 'short', day: 'numeric' }).format(date);
  return format('date', { year: 'numeric', month: '2-digit', day: '2-digit' }).format(date);
}

export function dateTimeShort(iso) {
  return format('dateTimeShort', { month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit' }).format(new Date(iso));
}

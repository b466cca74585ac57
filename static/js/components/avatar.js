// Pictures of people and rooms. Without an uploaded picture: an initial on a soft colour that belongs to the id.
import { html } from '../html.js';
import { useApp, useStore } from '../context.js';
import { othersOf, personName } from '../names.js';
import { isNoteToSelf } from '../state/rooms.js';

const tints = 10;

export function Avatar({ user, size = 'm', online = false }) {
  const dot = online && html`<span class="avatar-online"></span>`;
  if (user?.avatarUrl) return html`<span class="avatar ${size}"><img src=${user.avatarUrl} alt="" />${dot}</span>`;
  // Ids are handed out one after the other; a step of seven keeps neighbours apart.
  const tint = user && !user.deleted ? (user.id * 7) % tints : 'none';
  const initial = user && !user.deleted ? [...personName(user)][0] : '?';
  return html`<span class="avatar ${size} tint-${tint}" aria-hidden="true">${initial}${dot}</span>`;
}

export function RoomAvatar({ room, size = 'm' }) {
  const { store } = useApp();
  useStore((state) => state.people);
  const state = store.get();
  if (isNoteToSelf(room)) return html`<${Avatar} user=${state.me} size=${size} />`;
  const others = othersOf(room, state);
  if (room.kind === 'direct' || others.length < 2) {
    return html`<${Avatar} user=${others[0] ?? state.me} size=${size} online=${state.presence[others[0]?.id]?.state === 'online'} />`;
  }
  const shown = others.slice(0, 4);
  return html`<span class="avatar-group ${size} of-${shown.length}" aria-hidden="true">${shown.map((user) => html`<${Avatar} key=${user.id} user=${user} size="part" />`)}</span>`;
}

// How people and rooms are called on the screen.
import { t } from './i18n.js';
import { isNoteToSelf, partnerOf } from './state/rooms.js';

export function personName(user) {
  if (!user) return t('common.unknown');
  return user.deleted ? t('common.deleted') : user.displayName;
}

// The people a room's picture and name are made of. What is known of them now wins over what the room carried.
export function othersOf(room, state) {
  return room.members
    .map((member) => member.user ?? member)
    .filter((user) => user.id !== state.me.id)
    .map((user) => state.people[user.id] ?? user);
}

export function roomTitle(room, state) {
  if (isNoteToSelf(room)) return t('room.note');
  if (room.kind === 'direct') {
    const partner = partnerOf(room, state.me.id);
    return personName(partner && (state.people[partner.id] ?? partner));
  }
  if (room.name) return room.name;
  const names = othersOf(room, state).map(personName);
  return names.length > 0 ? names.join(', ') : personName(state.me);
}

export function isBlocked(userId, blocks) {
  return blocks.some(({ user }) => user.id === userId);
}

// One line of a message, for lists and quotes: folded as in the timeline when its author is blocked.
export function messageLine(message, blocks) {
  if (!message) return '';
  if (isBlocked(message.authorId, blocks)) return t('message.folded');
  if (message.deletedAt) return t('message.deleted');
  if (message.text) return message.text;
  if (message.file) return message.file.type?.startsWith('image/') ? t('message.photo') : message.file.name ?? t('message.file');
  return '';
}

// "Chrome · Linux" from a User-Agent; the whole of it where we do not know better.
export function deviceName(agent = '') {
  const browser = [['Edg/', 'Edge'], ['OPR/', 'Opera'], ['Whale/', 'Whale'], ['SamsungBrowser', 'Samsung Internet'], ['Firefox/', 'Firefox'], ['Chrome/', 'Chrome'], ['Safari/', 'Safari']]
    .find(([mark]) => agent.includes(mark))?.[1];
  const system = [['Android', 'Android'], ['iPhone', 'iPhone'], ['iPad', 'iPad'], ['Windows', 'Windows'], ['Mac OS X', 'macOS'], ['CrOS', 'ChromeOS'], ['Linux', 'Linux']]
    .find(([mark]) => agent.includes(mark))?.[1];
  return [browser, system].filter(Boolean).join(' · ') || agent || t('common.unknown');
}

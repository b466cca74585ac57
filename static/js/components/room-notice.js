// Joining, leaving and renaming, as a line in the middle of the timeline.
import { useEffect } from 'preact/hooks';
import { html } from '../html.js';
import { useApp, useStore } from '../context.js';
import { t } from '../i18n.js';
import { personName } from '../names.js';

export function Notice({ item }) {
  const app = useApp();
  const people = useStore((state) => state.people);
  const ids = [item.authorId, item.userId, ...(item.userIds ?? [])].filter(Boolean);
  useEffect(() => { for (const id of ids) app.people.meet(id); }, [item.seq]);
  return html`<li class="notice-row"><span class="notice" data-testid="notice">${textOf(item, (id) => personName(people[id]))}</span></li>`;
}

function textOf(item, name) {
  const who = name(item.authorId);
  if (item.kind === 'rename') return t('room.renamed', { who, name: item.name });
  if (item.kind === 'leave') {
    return item.userId === item.authorId ? t('room.left', { name: who }) : t('room.expelled', { who, name: name(item.userId) });
  }
  const others = (item.userIds ?? []).filter((id) => id !== item.authorId);
  if (others.length > 0) return t('room.join', { who, names: others.map(name).join(', ') });
  return item.seq === 1 ? t('room.created', { who }) : t('room.joinSelf', { names: who });
}

// Lays a timeline out as rows: a separator before each day, and messages of one person within one minute joined:
// the first carries name and picture, the last one the time. Pure.

export function layOut(items, { dayOf, firstUnreadSeq }) {
  const rows = [];
  let day;
  for (const item of items) {
    const itemDay = dayOf(item.createdAt);
    if (itemDay !== day) {
      day = itemDay;
      rows.push({ type: 'day', key: `day-${item.seq}`, date: item.createdAt });
    }
    if (item.seq === firstUnreadSeq) rows.push({ type: 'unread', key: 'unread' });
    if (item.kind !== 'message') {
      rows.push({ type: 'notice', key: item.seq, item });
      continue;
    }
    const before = rows.at(-1);
    const joins = before?.type === 'message' && before.item.authorId === item.authorId && minuteOf(before.item) === minuteOf(item);
    if (joins) before.last = false;
    rows.push({ type: 'message', key: item.seq, item, first: !joins, last: true });
  }
  return rows;
}

// The first message of others after the ordinal at which reading had stopped. None while that place may lie before what is loaded.
export function firstUnread({ items, hasOlder }, stopped, myId) {
  if (stopped === undefined || (hasOlder && !items.some((item) => item.ordinal <= stopped))) return undefined;
  return items.find((item) => item.ordinal > stopped && item.authorId !== myId)?.seq;
}

function minuteOf(item) {
  return item.createdAt.slice(0, 16);
}

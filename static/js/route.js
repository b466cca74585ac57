// Which page an address means. The room is part of the chats.
export function routeOf(path) {
  const room = /^\/rooms\/(\d+)$/.exec(path);
  if (room) return { page: 'chats', roomId: Number(room[1]) };
  const page = path.slice(1);
  return { page: ['friends', 'more'].includes(page) ? page : 'chats' };
}

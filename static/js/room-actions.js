// What a person does to a room or a message. The visible result comes back as an event of the room.
import { withoutRoom } from './state/receive.js';

export function createRoomActions({ store, api, rooms }) {
  const message = (roomId, seq) => `/rooms/${roomId}/messages/${seq}`;
  const replaceRoom = (roomId, change) => store.set((state) => ({ ...state, rooms: { ...state.rooms, [roomId]: { ...state.rooms[roomId], ...change } } }));

  return {
    async openDirect(userId) {
      const room = await api.post('/rooms', { kind: 'direct', memberIds: [userId] });
      rooms.put(room);
      return room;
    },
    // `key` is one for each group that is wanted: asked for twice, it is made once.
    async createGroup(name, memberIds, key) {
      const room = await api.post('/rooms', name ? { kind: 'group', memberIds, name } : { kind: 'group', memberIds }, { key });
      rooms.put(room);
      return room;
    },
    edit: (roomId, seq, text) => api.patch(message(roomId, seq), { text }),
    remove: (roomId, seq) => api.del(message(roomId, seq)),
    react: (roomId, seq, emoji, on) => api[on ? 'put' : 'del'](`${message(roomId, seq)}/reactions/${encodeURIComponent(emoji)}`),
    rename: (roomId, name) => api.patch(`/rooms/${roomId}`, { name }),
    async invite(roomId, userIds) {
      await api.post(`/rooms/${roomId}/members`, { userIds });
      await rooms.refresh(roomId);
    },
    async expel(roomId, userId) {
      await api.del(`/rooms/${roomId}/members/${userId}`);
      await rooms.refresh(roomId);
    },
    async leave(roomId) {
      await api.del(`/rooms/${roomId}/members/me`);
      store.set((state) => withoutRoom(state, roomId));
    },
    async mute(roomId, muted) {
      await api[muted ? 'put' : 'del'](`/rooms/${roomId}/mute`);
      replaceRoom(roomId, { muted });
    },
  };
}

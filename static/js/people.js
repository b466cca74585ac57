// Friends, requests, blocks, and everybody whose name the page has met.

export class People {
  constructor({ store, api }) {
    Object.assign(this, { store, api });
    this.asked = new Set();
  }

  async load() {
    const [{ friends }, { requests }, { blocks }] = await Promise.all([
      this.api.all('/friends', 'friends', 2000),
      this.api.all('/friends/requests', 'requests'),
      this.api.all('/blocks', 'blocks'),
    ]);
    this.learn([...friends, ...requests, ...blocks]);
    this.present(friends.map(({ presence }) => presence).filter(Boolean));
    this.store.set({ friends, requests, blocks });
  }

  // Remembers people from anything that carries users: members, friends, requests, or users themselves.
  learn(carriers = []) {
    this.store.set((state) => {
      const people = { ...state.people };
      for (const carrier of carriers) {
        const user = carrier.user ?? carrier;
        people[user.id] = user;
      }
      return { ...state, people };
    });
  }

  // Asks for somebody unknown, such as the author of an old message who has left the room.
  async meet(id) {
    if (this.store.get().people[id] || this.asked.has(id)) return;
    this.asked.add(id);
    const user = await this.api.get(`/users/${id}`).catch(() => undefined);
    if (user) this.learn([user]);
    else this.asked.delete(id);
  }

  present(list) {
    this.store.set((state) => {
      const presence = { ...state.presence };
      for (const one of list) presence[one.userId] = one;
      return { ...state, presence };
    });
  }

  async find(query) {
    const { users } = await this.api.get(`/users?${new URLSearchParams({ query, limit: '20' })}`);
    return users.filter((user) => user.id !== this.store.get().me.id);
  }

  async befriend(userId) {
    const answer = await this.api.post('/friends', { userId });
    await this.load();
    return answer;
  }

  async accept(userId) {
    await this.api.post(`/friends/requests/${userId}/accept`);
    await this.load();
  }

  async decline(userId) {
    await this.api.post(`/friends/requests/${userId}/decline`);
    await this.load();
  }

  async unfriend(userId) {
    await this.api.del(`/friends/${userId}`);
    await this.load();
  }

  async block(userId, on) {
    await this.api[on ? 'put' : 'del'](`/blocks/${userId}`);
    await this.load();
  }
}

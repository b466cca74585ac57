// Oneself: profile, language, password, devices, signing out.
import { forgetAccess } from './session.js';
import { rememberLanguage, setLanguage } from './i18n.js';

export function createAccount({ store, api, channel }) {
  async function change(fields) {
    const me = await api.patch('/me', fields);
    store.set((state) => ({ ...state, me, people: { ...state.people, [me.id]: me } }));
  }

  return {
    change,
    async language(lang) {
      setLanguage(lang);
      rememberLanguage(lang);
      store.set({ lang });
      await change({ locale: lang });
    },
    password: (currentPassword, newPassword) => api.put('/me/password', { currentPassword, newPassword }),
    sessions: () => api.all('/sessions', 'sessions').then(({ sessions }) => sessions),
    endSession: (id) => api.del(`/sessions/${id}`),
    async signOut() {
      await api.del('/sessions/current').catch((problem) => {
        if (problem.status !== 401) throw problem;
      });
      forgetAccess();
      channel.postMessage('signed-out');
      location.assign('/login');
    },
  };
}

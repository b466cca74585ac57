// The sign-in page.
import { createApi, Problem } from './api.js';
import { rememberAccess, sessionChannel } from './session.js';
import { languageButtons, onSubmit } from './auth-form.js';

const api = createApi();

languageButtons();
onSubmit(async (form) => {
  const username = form.get('username').trim();
  const password = form.get('password');
  if (!username || !password) throw new Problem('bad_credentials');
  rememberAccess(await api.post('/sessions', { username, password }, { anonymous: true }));
  sessionChannel().postMessage('signed-in');
  location.assign('/chats');
});

// The sign-up page: makes the account, signs in with it and goes to the friends.
import { createApi, Problem } from './api.js';
import { currentLanguage, problemText, t } from './i18n.js';
import { rememberAccess, sessionChannel } from './session.js';
import { languageButtons, onSubmit, showError } from './auth-form.js';

const api = createApi();
const fieldTexts = { username: 'form.usernameInvalid', displayName: 'form.nameInvalid', password: 'form.passwordShort' };

function checked(form) {
  const values = {
    username: form.get('username').trim().toLowerCase(),
    displayName: form.get('displayName').trim(),
    password: form.get('password'),
  };
  const wrong = {
    username: !/^[a-z0-9._-]{3,32}$/.test(values.username),
    displayName: values.displayName === '' || [...values.displayName].length > 50,
    password: [...values.password].length < 8,
  };
  for (const [field, bad] of Object.entries(wrong)) showError(`${field}-error`, bad ? t(fieldTexts[field]) : '');
  if (Object.values(wrong).includes(true)) throw new Problem('invalid_request', { errors: [] });
  return values;
}

function explain(problem) {
  if (problem.code === 'username_taken') {
    showError('username-error', problemText(problem));
    return true;
  }
  if (problem.code !== 'invalid_request') return false;
  for (const { field } of problem.errors) {
    if (field in fieldTexts) showError(`${field}-error`, t(fieldTexts[field]));
  }
  return problem.status === 0 || problem.errors.some(({ field }) => field in fieldTexts);
}

// The name of an account that was made before signing in failed: pressing again has only that left to do.
let made;

languageButtons();
onSubmit(async (form) => {
  const values = checked(form);
  const { username, password } = values;
  if (made !== username) await api.post('/users', values, { anonymous: true });
  made = username;
  rememberAccess(await api.post('/sessions', { username, password }, { anonymous: true }));
  sessionChannel().postMessage('signed-in');
  // The account speaks the language in which it was made. Not worth failing for.
  await api.patch('/me', { locale: currentLanguage() }).catch(() => {});
  location.assign('/friends');
}, explain);

// Oneself and the settings.
import { useEffect, useState } from 'preact/hooks';
import { html } from '../html.js';
import { useApp, useStore } from '../context.js';
import { problemText, t } from '../i18n.js';
import { dateTimeShort } from '../time.js';
import { deviceName, personName } from '../names.js';
import { Avatar } from '../components/avatar.js';
import { Dialog } from '../components/dialog.js';
import { Icon } from '../components/icons.js';
import { PaneHead } from '../components/pane.js';

export function MorePage() {
  const app = useApp();
  const { lang, blocks } = useStore((state) => state);
  const signOut = app.doing(async () => {
    if (await app.confirm(t('more.signOutAsk'), t('more.signOut'), false)) await app.account.signOut();
  });
  return html`
    <${PaneHead} title=${t('more.title')} />
    <div class="pane-scroll more">
      <${Profile} key=${lang} />
      <section class="card">
        <h2 class="card-title"><${Icon} name="globe" />${t('more.language')}</h2>
        <div class="segments" role="group" aria-label=${t('more.language')}>
          ${[['ko', '한국어'], ['en', 'English']].map(([code, name]) => html`<button key=${code} type="button" lang=${code} aria-pressed=${lang === code} data-testid="lang-${code}" onClick=${app.doing(() => app.account.language(code))}>${name}</button>`)}
        </div>
      </section>
      <${Devices} />
      ${blocks.length > 0 && html`<${Blocked} blocks=${blocks} />`}
      <section class="card buttons">
        <button type="button" class="row" data-testid="password-open" onClick=${() => app.dialog(Password)}><${Icon} name="lock" /><span class="row-text">${t('more.password')}</span></button>
        <button type="button" class="row danger-text" data-testid="sign-out" onClick=${signOut}><${Icon} name="signOut" /><span class="row-text">${t('more.signOut')}</span></button>
      </section>
    </div>`;
}

function Profile() {
  const app = useApp();
  const me = useStore((state) => state.me);
  const [name, setName] = useState(me.displayName);
  const [status, setStatus] = useState(me.statusMessage ?? '');
  const changed = name.trim() !== me.displayName || status.trim() !== (me.statusMessage ?? '');
  const save = app.doing(async (event) => {
    event.preventDefault();
    await app.account.change({ displayName: name.trim(), statusMessage: status.trim() });
    app.toast(t('more.saved'));
  });
  return html`
    <form class="card profile" onSubmit=${save} data-testid="profile">
      <div class="profile-top"><${Avatar} user=${me} size="l" /><div><p class="person-name">${me.displayName}</p><p class="person-username">@${me.username}</p></div></div>
      <label class="field-label" for="profile-name">${t('more.displayName')}</label>
      <input id="profile-name" class="field" maxlength="50" required value=${name} data-testid="profile-name" onInput=${(event) => setName(event.target.value)} />
      <label class="field-label" for="profile-status">${t('more.statusMessage')}</label>
      <input id="profile-status" class="field" maxlength="100" placeholder=${t('more.statusHint')} value=${status} data-testid="profile-status" onInput=${(event) => setStatus(event.target.value)} />
      <button type="submit" class="button primary wide" disabled=${!changed || !name.trim()} data-testid="profile-save">${t('common.save')}</button>
    </form>`;
}

function Devices() {
  const app = useApp();
  const [sessions, setSessions] = useState(undefined);
  const load = app.doing(async () => setSessions(await app.account.sessions()));
  useEffect(() => { load(); }, []);
  const end = (session) => app.doing(async () => {
    if (!await app.confirm(t('more.endSessionAsk', { device: deviceName(session.device) }), t('more.endSession'))) return;
    await app.account.endSession(session.id);
    await load();
  });
  return html`
    <section class="card" data-testid="devices">
      <h2 class="card-title"><${Icon} name="device" />${t('more.devices')}</h2>
      <ul class="list">
        ${(sessions ?? []).map((session) => html`
          <li key=${session.id} class="row still" data-testid="device">
            <span class="row-text"><span class="row-title">${deviceName(session.device)}</span>
              <span class="row-sub">${session.current ? t('more.thisDevice') : t('more.lastUsed', { time: dateTimeShort(session.lastUsedAt ?? session.createdAt) })}${session.address ? ` · ${session.address}` : ''}</span></span>
            ${!session.current && html`<button type="button" class="button small" data-testid="end-session" onClick=${end(session)}>${t('more.endSession')}</button>`}
          </li>`)}
      </ul>
    </section>`;
}

function Blocked({ blocks }) {
  const app = useApp();
  return html`
    <section class="card">
      <h2 class="card-title"><${Icon} name="block" />${t('more.blocked', { count: blocks.length })}</h2>
      <ul class="list">${blocks.map(({ user }) => html`
        <li key=${user.id} class="row still"><${Avatar} user=${user} size="s" /><span class="row-text"><span class="row-title">${personName(user)}</span></span>
          <button type="button" class="button small" data-testid="unblock" onClick=${app.doing(() => app.people.block(user.id, false))}>${t('person.unblock')}</button></li>`)}</ul>
    </section>`;
}

function Password({ close }) {
  const app = useApp();
  const [problem, setProblem] = useState('');
  const submit = async (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    if ([...form.get('newPassword')].length < 8) {
      setProblem(t('form.passwordShort'));
      return;
    }
    try {
      await app.account.password(form.get('currentPassword'), form.get('newPassword'));
      app.toast(t('more.passwordChanged'));
      close();
    } catch (error) {
      setProblem(problemText(error));
    }
  };
  return html`
    <${Dialog} title=${t('more.password')} close=${close} testid="password">
      <form onSubmit=${submit}>
        <input type="text" class="visually-hidden" autocomplete="username" value=${app.store.get().me.username} readonly tabindex="-1" aria-hidden="true" />
        <label class="field-label" for="current-password">${t('more.currentPassword')}</label>
        <input id="current-password" name="currentPassword" class="field" type="password" autocomplete="current-password" required autofocus />
        <label class="field-label" for="new-password">${t('more.newPassword')}</label>
        <input id="new-password" name="newPassword" class="field" type="password" autocomplete="new-password" maxlength="128" required />
        ${problem && html`<p class="form-error" role="alert">${problem}</p>`}
        <button type="submit" class="button primary wide">${t('common.save')}</button>
      </form>
    <//>`;
}

// Where messages are written. The text area is left to the browser (input methods compose in it); we only read it.
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { html } from '../html.js';
import { useApp, useStore } from '../context.js';
import { t } from '../i18n.js';
import { messageLine, personName } from '../names.js';
import { Icon, IconButton } from './icons.js';

const longest = 8000;

// `task` is undefined for a new message, or {mode: 'reply'|'edit', item}.
export function Composer({ room, task, done, editLast }) {
  const app = useApp();
  const area = useRef();
  const [empty, setEmpty] = useState(true);
  const editing = task?.mode === 'edit';

  const fit = () => {
    area.current.style.height = 'auto';
    area.current.style.height = `${area.current.scrollHeight}px`;
    setEmpty(area.current.value.trim() === '');
  };
  const fill = (text) => {
    area.current.value = text;
    fit();
  };

  // What was begun in a room waits there; an edit does not touch it. Filled before the page is painted: what is typed next comes after it.
  useLayoutEffect(() => {
    fill(app.drafts.get(room.id) ?? '');
    if (matchMedia('(hover: hover)').matches) area.current.focus();
  }, [room.id]);
  useLayoutEffect(() => {
    if (!task) return undefined;
    if (editing) fill(task.item.text);
    area.current.focus();
    return () => { if (editing) fill(app.drafts.get(room.id) ?? ''); };
  }, [task]);

  const submit = app.doing(async () => {
    const text = area.current.value;
    if (text.trim() === '') return;
    const excess = [...text].length - longest;
    if (excess > 0) {
      app.toast(t('message.tooLong', { count: excess }), 'error');
      return;
    }
    if (editing) {
      if (text !== task.item.text) await app.roomActions.edit(room.id, task.item.seq, text);
      done();
    } else {
      fill('');
      app.drafts.delete(room.id);
      done();
      await app.outbox.add({ roomId: room.id, text, replyTo: task?.item.seq });
    }
    area.current.focus();
  });

  const typed = () => {
    fit();
    if (editing) return;
    app.drafts.set(room.id, area.current.value);
    if (area.current.value.trim() !== '') app.rooms.typing(room.id);
  };
  const key = (event) => {
    // While an input method composes, Enter belongs to it. Safari says so by the old key code alone.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      submit();
    } else if (event.key === 'Escape' && task) {
      event.preventDefault();
      done();
    } else if (event.key === 'ArrowUp' && area.current.value === '' && !task) {
      if (editLast()) event.preventDefault();
    }
  };

  return html`
    <form class="composer" onSubmit=${(event) => { event.preventDefault(); submit(); }}>
      ${task && html`<${Task} task=${task} cancel=${done} />`}
      <div class="composer-line">
        <textarea ref=${area} rows="1" enterkeyhint="send" aria-label=${t('message.input')} placeholder=${t('message.input')} data-testid="composer" onInput=${typed} onKeyDown=${key}></textarea>
        <button type="submit" class="send" disabled=${empty} aria-label=${editing ? t('common.save') : t('message.send')} data-testid="send"><${Icon} name=${editing ? 'check' : 'send'} /></button>
      </div>
    </form>`;
}

function Task({ task: { mode, item }, cancel }) {
  const author = useStore((state) => state.people[item.authorId]);
  const blocks = useStore((state) => state.blocks);
  return html`
    <div class="composer-task" data-testid="composer-task" data-mode=${mode}>
      <${Icon} name=${mode} />
      <div class="composer-task-text">
        <strong>${mode === 'edit' ? t('message.editing') : t('message.replyTo', { name: personName(author) })}</strong>
        <span>${messageLine(item, blocks)}</span>
      </div>
      <${IconButton} icon="close" label=${t('common.cancel')} testid="composer-cancel" onClick=${cancel} />
    </div>`;
}

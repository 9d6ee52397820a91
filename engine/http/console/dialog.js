// Questions that stand in front of the page until they are answered. The browser keeps the
// focus within, ends it with Escape, and gives the focus back.
import { Once } from './api.js';
import { h, newId, setText } from './dom.js';
import { lendFocus, returnFocus } from './focus.js';
import { say, tellFailure } from './say.js';

function open(title, content, on_close) {
  const id = newId('dialog');
  const dialog = h('dialog', { 'aria-labelledby': id }, h('h2', { id }, title), content);
  dialog.addEventListener('close', () => {
    dialog.remove();
    returnFocus();
    on_close();
  });
  document.body.append(dialog);
  lendFocus();
  dialog.showModal();
  return dialog;
}

let question = null;  // the form that is open

// As what it is about is no more on the page.
export function closeQuestion() { question?.close(); }

// A form whose `submit(once)` does what it is for; it stays open, and says why, where that
// fails. An error's `act` is what it would be to do it all the same. Gives whether it was
// done: closed meanwhile, it still waits for what comes of it.
export function ask({ title, body, act, danger = false, submit }) {
  return new Promise((resolve) => {
    let is_done = false;
    let is_under_way = false;
    const once = new Once();
    const failure = h('p', { class: 'failure', role: 'alert', hidden: true });
    const cancel = h('button', { type: 'button' }, 'Cancel');
    const done = h('button', { type: 'submit', class: danger ? 'danger' : 'primary' }, act);
    const form = h('form', { method: 'dialog', novalidate: true }, body, failure,
      h('div', { class: 'actions' }, cancel, done));
    const dialog = open(title, form, () => {
      if (question === dialog) question = null;
      if (!is_under_way) resolve(is_done);
    });
    question = dialog;
    cancel.addEventListener('click', () => dialog.close());
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      done.disabled = true;
      is_under_way = true;
      try {
        await submit(once);
        is_done = true;
      } catch (error) {
        done.disabled = false;
        failure.hidden = false;
        setText(failure, error.message);
        setText(done, error.act ?? act);
        if (dialog.open) {
          done.focus();
          // What has the focus already is not brought into a low window by that.
          done.scrollIntoView({ block: 'nearest' });
          failure.scrollIntoView({ block: 'nearest' });
        } else if (error.status !== 401) tellFailure(error);
      }
      is_under_way = false;
      if (!dialog.isConnected) resolve(is_done);
      else if (is_done) dialog.close();
    });
    // The second of two quick clicks was meant for what opened it, or was one too many.
    done.addEventListener('click', (event) => { if (event.detail > 1) event.preventDefault(); });
    if (danger) cancel.focus();
  });
}

// Something that is seen once: a secret.
export function showOnce({ title, intro, secret }) {
  return new Promise((resolve) => {
    const text = h('input', { type: 'text', readonly: true, class: 'secret', value: secret,
      'aria-label': 'Secret' });
    const copy = h('button', { type: 'button' }, 'Copy');
    const close = h('button', { type: 'button', class: 'primary' }, 'I have kept it');
    const dialog = open(title, h('div', {}, h('p', {}, intro),
      h('div', { class: 'copied' }, text, copy),
      h('div', { class: 'actions' }, close)), () => {
      // Nothing of it stays on the page.
      text.value = '';
      resolve();
    });
    // Escape, pressed without thought, would lose it.
    dialog.addEventListener('cancel', (event) => event.preventDefault());
    copy.addEventListener('click', async () => {
      text.select();
      try {
        await navigator.clipboard.writeText(secret);
        say('Copied');
        copy.textContent = 'Copied';
      } catch {
        say('Selected; copy it by hand');
      }
    });
    close.addEventListener('click', () => dialog.close());
    text.select();
  });
}

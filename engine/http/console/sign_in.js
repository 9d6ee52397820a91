// Who asks. The token stays in this tab, and goes with it.
import { post, signInWith, signOut } from './api.js';
import { field, h, setText } from './dom.js';

export class SignInView {
  constructor(on_signed_in, reason = null) {
    this.title = 'Sign in';
    this.on_signed_in = on_signed_in;
    this.token = h('input', { type: 'password', autocomplete: 'off', spellcheck: 'false' });
    this.failure = h('p', { class: 'failure', role: 'alert', hidden: reason === null }, reason);
    this.go = h('button', { type: 'submit', class: 'primary' }, 'Sign in');
    this.element = h('div', { class: 'sign-in' }, h('h1', { tabindex: '-1' }, 'Sign in'),
      h('form', { novalidate: true, onsubmit: (event) => this.submit(event) },
        field('Token', this.token, 'One that may read, at least. Leave it empty where the server '
          + 'asks for none. It is kept in this tab and goes with it.'),
        this.failure, this.go));
  }

  start() { this.token.focus(); }
  close() { this.token.value = ''; }

  async submit(event) {
    event.preventDefault();
    const token = this.token.value.trim();
    // One that is copied with what nobody sees, as a zero-width space, cannot even be sent.
    if (!/^[!-~]*$/.test(token)) {
      this.refuse('A token is of visible ASCII characters alone. This one has others.');
      return;
    }
    signInWith(token);
    this.go.disabled = true;
    try {
      await post('/v1/alerts/list', {});
      this.on_signed_in();
    } catch (error) {
      signOut();
      this.refuse(error.status === 401 ? 'This token was not given to anybody.' : error.message);
      this.go.disabled = false;
    }
  }

  refuse(why) {
    this.failure.hidden = false;
    setText(this.failure, why);
    this.token.focus();
  }
}

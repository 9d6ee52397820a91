// What an endpoint did not take in time, to be sent again, one or all.
import { post } from './api.js';
import { customerLink } from './customer_link.js';
import { h, setText, when } from './dom.js';
import { instant, plural } from './format.js';
import { tell, tellFailure } from './say.js';
import { typeOf, typeOfNotification } from './types.js';

export class DeadLetters {
  constructor(endpoint_id, on_sent) {
    this.endpoint_id = endpoint_id;
    this.on_sent = on_sent;
    this.next = null;
    this.note = h('p', { class: 'hint', role: 'status' }, 'Reading…');
    this.all = h('button', { type: 'button', class: 'small', hidden: true,
      onclick: () => this.sendAgain({ everything: true }) }, 'Send all again');
    this.list = h('ul', { class: 'letters', 'aria-label': 'Dead letters' });
    this.more = h('button', { type: 'button', class: 'small', hidden: true,
      onclick: () => this.readMore() }, 'Show more');
    this.element = h('div', {}, h('div', { class: 'tools' }, this.all), this.list, this.note,
      this.more);
  }

  async read() {
    this.next = null;
    this.list.replaceChildren();
    await this.readMore();
  }

  async readMore() {
    const query = this.next === null ? '' : `?next_page=${encodeURIComponent(this.next)}`;
    try {
      const page = await post(`/v1/webhooks/dead-letters${query}`, { id: this.endpoint_id });
      this.list.append(...page.data.map((letter) => this.row(letter)));
      this.next = page.next_page;
    } catch (error) {
      setText(this.note, error.message);
      return;
    }
    const count = this.list.children.length;
    this.more.hidden = this.next === null;
    this.all.hidden = count === 0;
    setText(this.note, count === 0 ? 'There are none: everything was taken, or waits.'
      : `${plural(count, 'dead letter')}${this.next === null ? '' : ', and more'}.`);
  }

  row(letter) {
    const label = typeOf(typeOfNotification(letter.type)).label;
    return h('li', {}, h('div', {},
      h('p', {}, h('b', {}, label), ' for ', customerLink(letter.customer_id), ', ',
      when(letter.accepted_at, instant(letter.accepted_at))),
      h('p', { class: 'about' }, `${plural(letter.attempts, 'attempt')}; the last: ${letter.reason}`)),
    h('button', { type: 'button', class: 'small', 'aria-label': `Send again, of customer ${letter.customer_id}`,
      onclick: () => this.sendAgain({ number: Number(letter.number) }) }, 'Send again'));
  }

  async sendAgain(which) {
    try {
      const { data } = await post('/v1/webhooks/send-again', { id: this.endpoint_id, ...which });
      tell(which.number === undefined ? `${plural(data.count, 'dead letter')} sent again.` : 'Sent again.');
    } catch (error) {
      tellFailure(error);
    }
    await this.read();
    this.on_sent();
  }
}

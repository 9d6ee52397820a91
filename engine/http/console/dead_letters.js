// What an endpoint did not take in time, to be sent again, one or all.
import { Reads, kLongAnswerMost, pages, post } from './api.js';
import { customerLink } from './customer_link.js';
import { fill, h, setText, when } from './dom.js';
import { keepFocus } from './focus.js';
import { instant, plural } from './format.js';
import { tell, tellFailure } from './say.js';
import { typeOf, typeOfNotification } from './types.js';

export class DeadLetters {
  // `opener` is what the list was opened by; `on_sent()` has it read again.
  constructor(endpoint_id, { opener, on_sent }) {
    this.endpoint_id = endpoint_id;
    this.opener = opener;
    this.on_sent = on_sent;
    this.rows = new Map();
    this.unreadable = [];
    this.wanted = 1;
    this.reads = new Reads();
    this.note = h('p', { class: 'hint', role: 'status' }, 'Reading…');
    this.all = h('button', { type: 'button', class: 'small', hidden: true,
      onclick: () => this.sendAgain({ everything: true }) }, 'Send all again');
    this.list = h('ul', { class: 'letters', 'aria-label': 'Dead letters' });
    this.more = h('button', { type: 'button', class: 'small', hidden: true,
      onclick: () => this.readMore() }, 'Show more');
    this.element = h('div', {}, h('div', { class: 'tools' }, this.all), this.list, this.note,
      this.more);
  }

  readMore() {
    this.wanted = this.rows.size + this.unreadable.length + 1;
    return this.read();
  }

  // From the first one on, as far as is wanted: a page by itself might not fit to those
  // above it any more.
  async read() {
    const isNews = this.reads.begin();
    const letters = [];
    const unreadable = [];
    try {
      const body = { id: this.endpoint_id };
      const next = await pages('/v1/webhooks/dead-letters', body, (page, answer) => {
        letters.push(...page);
        unreadable.push(...answer.unreadable);
        return letters.length + unreadable.length < this.wanted;
      });
      if (isNews()) this.show(letters, unreadable, next !== null);
    } catch (error) {
      if (isNews()) setText(this.note, error.message);
    }
  }

  show(letters, unreadable, has_more) {
    this.unreadable = unreadable;
    this.rows = new Map(letters.map((letter) => {
      const key = JSON.stringify(letter);
      return [key, this.rows.get(key) ?? this.row(letter)];
    }));
    const last = this.list.lastElementChild;
    keepFocus(this.element, () => {
      fill(this.list, [...this.rows.values()]);
      this.more.hidden = !has_more;
      this.all.hidden = this.rows.size === 0;
    }, () => {
      const added = last?.nextElementSibling;
      return added ? added.querySelector('button') : this.opener;
    });
    const lost = unreadable.length;
    setText(this.note, this.rows.size + lost === 0 ? 'There are none: everything was taken, or waits.'
      : `${plural(this.rows.size, 'dead letter')}${has_more ? ', and more' : ''}.${
        lost === 0 ? '' : ` Beside them ${lost} cannot be read: the store is damaged.`}`);
  }

  row(letter) {
    const label = typeOf(typeOfNotification(letter.type)).label;
    return h('li', { 'data-key': letter.number }, h('div', {},
      h('p', {}, h('b', {}, label), ' for ', customerLink(letter.customer_id), ', ',
      when(letter.accepted_at, instant(letter.accepted_at))),
      h('p', { class: 'about' }, `${plural(letter.attempts, 'attempt')}; the last: ${letter.reason}`)),
    h('button', { type: 'button', class: 'small', 'aria-label': `Send again, of customer ${letter.customer_id}`,
      onclick: () => this.sendAgain({ number: Number(letter.number) }) }, 'Send again'));
  }

  async sendAgain(which) {
    try {
      const { data } = await post('/v1/webhooks/send-again',
        { id: this.endpoint_id, ...which }, kLongAnswerMost);
      tell(which.number === undefined ? `${plural(data.count, 'dead letter')} sent again.` : 'Sent again.');
    } catch (error) {
      tellFailure(error);
    }
    await this.on_sent();
  }
}

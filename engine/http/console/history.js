// What became of a customer alert, the newest first. The server tells the oldest first, so
// it is asked of the last day, then of the last month, and only then of all; and of less
// than a day where that is too much.
import { Reads, pages } from './api.js';
import { fill, h, when } from './dom.js';
import { keepFocus } from './focus.js';
import { amountOf, cause, instanceName, instant } from './format.js';
import { Badge } from './status.js';

const kMinute = 60 * 1000;
const kDay = 24 * 60 * kMinute;
const kSpans = [{ ago: kMinute, name: 'The last minute.' },
  { ago: 60 * kMinute, name: 'The last hour.' }, { ago: kDay, name: 'The last day.' }, { ago: 30 * kDay, name: 'The last 30 days.' },
  { ago: null, name: 'Everything that is kept.' }];
const kFirstSpan = 2;
const kEnough = 10;
// Of one that goes back and forth all day nobody reads more.
const kReadMost = 2000;
const kShown = 20;

// Null: more than anybody reads.
async function eventsSince(state, ago) {
  const body = { customer_id: state.customer_id, alert_id: state.alert.id };
  if (ago !== null) body.starts_at = new Date(Date.now() - ago).toISOString();
  const events = [];
  const next = await pages('/v1/customer-alerts/history', body, (page) => {
    events.push(...page);
    return events.length < kReadMost;
  });
  return next === null ? events.reverse() : null;
}

export class History {
  constructor(state) {
    this.state = state;
    this.span = kFirstSpan;
    this.widest = kSpans.length - 1;
    this.reads = new Reads();
    this.shown = kShown;
    this.events = [];
    this.rows = new Map();
    this.list = h('ol', { class: 'events' });
    this.note = h('p', { class: 'hint' });
    this.more = h('button', { type: 'button', class: 'small', hidden: true,
      onclick: () => this.showMore() }, 'Show older');
    this.heading = h('h2', {}, 'History');
    this.element = h('section', { class: 'history' }, this.heading, this.list, this.note, this.more);
  }

  async refresh() {
    const isNews = this.reads.begin();
    try {
      const found = await this.read();
      if (!isNews()) return;
      Object.assign(this, found);
      this.show();
    } catch (error) {
      if (isNews()) this.note.textContent = error.message;
    }
  }

  // Of the span that is shown, of a wider one where little became of it in that, or of a
  // narrower one where too much did. What was too much may be so no more.
  async read() {
    let span = this.span;
    let widest = kSpans.length - 1;
    for (;;) {
      const events = await eventsSince(this.state, kSpans[span].ago);
      if (events === null) {
        if (span === 0) return { events: [], span, widest: span };
        widest = --span;
      } else if (events.length < kEnough && span < widest) {
        ++span;
      } else {
        return { events, span, widest };
      }
    }
  }

  async showMore() {
    const are_all = this.shown >= this.events.length;
    this.shown = Math.min(this.shown, this.events.length) + 5 * kShown;
    if (!are_all) {
      this.show();
      return;
    }
    if (this.span < this.widest) ++this.span;
    await this.refresh();
  }

  show() {
    const is_last = this.span === this.widest;
    this.rows = new Map(this.events.slice(0, this.shown).map((event) => {
      const key = JSON.stringify(event);
      return [key, this.rows.get(key) ?? this.row(event)];
    }));
    const last = this.list.lastElementChild;
    keepFocus(this.element, () => {
      fill(this.list, [...this.rows.values()]);
      this.more.hidden = this.shown >= this.events.length && is_last;
    }, () => last?.nextElementSibling ?? this.heading);
    const has_more = this.widest + 1 < kSpans.length;
    this.note.textContent = this.events.length === 0 && !has_more
      ? 'Nothing has become of it yet.'
      : `${kSpans[this.span].name}${has_more ? ' Before it more became of it than is shown here.' : ''}`;
  }

  row(event) {
    const instance = instanceName(event);
    return h('li', {}, when(event.at, instant(event.at)),
      new Badge(event.customer_status ?? 'disabled').element,
      h('span', { class: 'what' }, `at ${amountOf(event.value, this.state.alert)}, by ${
        cause(event.triggered_by)}${instance === 'all of it' ? '' : `, ${instance}`}`),
      event.notification_id ? h('span', { class: 'sent', title: event.notification_id }, 'notified') : null);
  }
}

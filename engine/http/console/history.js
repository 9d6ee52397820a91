// What became of a customer alert, the newest first. The server tells the oldest first, so
// it is asked of the last day, then of the last month, and only then of all.
import { pages } from './api.js';
import { fill, h, when } from './dom.js';
import { keepFocus } from './focus.js';
import { amountOf, cause, instanceName, instant } from './format.js';
import { Badge } from './status.js';

const kDay = 24 * 3600 * 1000;
const kSpans = [{ ago: kDay, name: 'The last day.' }, { ago: 30 * kDay, name: 'The last 30 days.' },
  { ago: null, name: 'Everything that is kept.' }];
const kEnough = 10;
// Of one that goes back and forth all day nobody reads more.
const kReadMost = 2000;
const kShown = 20;

async function eventsSince(state, ago) {
  const body = { customer_id: state.customer_id, alert_id: state.alert.id };
  if (ago !== null) body.starts_at = new Date(Date.now() - ago).toISOString();
  const events = [];
  await pages('/v1/customer-alerts/history', body, (page) => {
    events.push(...page);
    return events.length < kReadMost;
  });
  return events.reverse();
}

export class History {
  constructor(state) {
    this.state = state;
    this.span = 0;
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
    try {
      this.events = await eventsSince(this.state, kSpans[this.span].ago);
      while (this.events.length < kEnough && this.span + 1 < kSpans.length) {
        this.events = await eventsSince(this.state, kSpans[++this.span].ago);
      }
      this.show();
    } catch (error) {
      this.note.textContent = error.message;
    }
  }

  async showMore() {
    if (this.shown < this.events.length) {
      this.shown += 5 * kShown;
    } else {
      ++this.span;
      this.events = await eventsSince(this.state, kSpans[this.span].ago);
    }
    this.show();
  }

  show() {
    const is_last = this.span + 1 === kSpans.length;
    this.rows = new Map(this.events.slice(0, this.shown).map((event) => {
      const key = JSON.stringify(event);
      return [key, this.rows.get(key) ?? this.row(event)];
    }));
    const last = this.list.lastElementChild;
    keepFocus(this.element, () => {
      fill(this.list, [...this.rows.values()]);
      this.more.hidden = this.shown >= this.events.length && is_last;
    }, () => last?.nextElementSibling ?? this.heading);
    this.note.textContent = this.events.length === 0
      ? 'Nothing has become of it yet.' : kSpans[this.span].name;
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

// What became of a customer alert, the newest first. The server tells the oldest first, so
// it is asked of the last day, then of the last month, and only then of all; of less than a
// day where that is too much; and where one such time is too much and the next shorter one
// hardly anything, of one in between.
import { Reads, pages } from './api.js';
import { fill, h, setText, when } from './dom.js';
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
// Between two spans: as few as are soon read, and so often that a second of a day is found.
const kNarrowedMost = 500;
const kTriesMost = 20;

// The newest first of those there are since then, or of the first ones, where they are more
// than so many.
async function eventsSince(state, at, most) {
  const body = { customer_id: state.customer_id, alert_id: state.alert.id };
  if (at !== null) body.starts_at = new Date(at).toISOString();
  const events = [];
  const next = await pages('/v1/customer-alerts/history', body, (page) => {
    events.push(...page);
    return events.length < most;
  });
  return { events: events.reverse(), are_all: next === null };
}

// Since `few` milliseconds before `now` there is too little, `newest`, and since `many` too
// much. Where no time in between has what is enough, as much of it was at once, the first
// ones of that stand below the newest.
async function newestBetween(state, now, { few, many, newest }) {
  let { events: first } = await eventsSince(state, now - many, kNarrowedMost);
  for (let i = 0; i < kTriesMost && many - few > 1; ++i) {
    const ago = Math.sqrt(few * many);
    const { events, are_all } = await eventsSince(state, now - ago, kNarrowedMost);
    if (are_all && events.length >= kEnough) return events;
    if (are_all) {
      few = ago;
      newest = events;
    } else {
      many = ago;
      first = events;
    }
  }
  const told = new Set(newest.map(({ number }) => number));
  return [...newest, ...first.filter(({ number }) => !told.has(number))];
}

export class History {
  constructor(state) {
    this.state = state;
    this.span = kFirstSpan;
    this.widest = kSpans.length - 1;
    this.reads = new Reads();
    this.is_cut = false;
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
      if (isNews()) setText(this.note, error.message);
    }
  }

  // Of the span that is shown, of a wider one where little became of it in that, or of a
  // narrower one where too much did. What was too much may be so no more.
  async read() {
    const now = Date.now();
    let span = this.span;
    let widest = kSpans.length - 1;
    for (;;) {
      const { ago } = kSpans[span];
      const { events, are_all } = await eventsSince(this.state, ago && now - ago, kReadMost);
      if (are_all && (events.length >= kEnough || span === kSpans.length - 1)) {
        return { events, span, widest, is_cut: false };
      }
      if (are_all && span < widest) {
        ++span;
      } else if (!are_all && span > 0) {
        widest = --span;
      } else {
        const [few, newest] = are_all ? [span, events] : [-1, []];
        return { events: await this.readBetween(now, few, newest), span, widest: span, is_cut: true };
      }
    }
  }

  // Of the span `few`, or of none, there is too little, and of the next one too much.
  readBetween(now, few, newest) {
    return newestBetween(this.state, now,
      { few: kSpans[few]?.ago ?? 1, many: kSpans[few + 1].ago ?? now, newest });
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
    const span = this.is_cut ? 'The newest.' : kSpans[this.span].name;
    setText(this.note, this.events.length === 0 && !has_more
      ? 'Nothing has become of it yet.'
      : `${span}${has_more ? ' Before it more became of it than is shown here.' : ''}`);
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

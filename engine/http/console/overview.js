// What happens now: how much a second, and the newest notifications.
import { customerLink } from './customer_link.js';
import { h, setText, svg, when } from './dom.js';
import { listen, told } from './events.js';
import { keepFocus } from './focus.js';
import { amount, cause, number, shownName, timeOfDay } from './format.js';
import { Badge } from './status.js';
import { typeOfNotification, valueOfNotification } from './types.js';

const kShownMost = 100;
const kSeconds = 60;

// A number that is read out when it is asked for, and not each time it changes.
class Tile {
  constructor(label) {
    this.value = h('dd', {}, '–');
    this.element = h('div', { class: 'tile' }, h('dt', {}, label), this.value);
  }
  show(text) { setText(this.value, text === undefined ? '–' : number(text)); }
}

// A number a second, with those of the last minute.
class RateTile extends Tile {
  constructor(label) {
    super(label);
    this.past = [];
    this.line = svg('polyline', { fill: 'none', points: '' });
    this.area = svg('polygon', { points: '' });
    this.element.append(svg('svg', { class: 'spark', viewBox: `0 0 ${kSeconds - 1} 20`,
      preserveAspectRatio: 'none', 'aria-hidden': 'true' }, this.area, this.line));
  }
  add(text) {
    this.show(text);
    this.past.push(Number(text));
    if (this.past.length > kSeconds) this.past.shift();
    if (this.past.length < 2) return;
    const most = Math.max(...this.past, 1);
    const from = kSeconds - this.past.length;
    const points = this.past.map((n, i) => `${from + i},${(19 - (n / most) * 18).toFixed(1)}`);
    this.line.setAttribute('points', points.join(' '));
    this.area.setAttribute('points', `${from},20 ${points.join(' ')} ${kSeconds - 1},20`);
  }
}

function notificationRow(notification) {
  const { properties } = notification;
  const kind = notification.type.endsWith('_resolved') ? 'resolved' : 'reached';
  const type = typeOfNotification(notification.type);
  const of = (text) => amount(text, type, properties.credit_type_id);
  return h('li', {},
    when(properties.timestamp, timeOfDay(properties.timestamp)),
    new Badge(kind).element,
    h('span', { class: 'name' }, shownName(properties.alert_name)),
    h('span', { class: 'amounts' }, h('b', {}, of(valueOfNotification(notification))),
      ` of ${of(properties.threshold)}`),
    customerLink(properties.customer_id),
    h('span', { class: 'by' }, `by ${cause(properties.triggered_by)}`));
}

export class OverviewView {
  constructor() {
    this.title = 'Overview';
    this.facts = new RateTile('Facts a second');
    this.notifications = new RateTile('Notifications a second');
    this.resets = new RateTile('Resets a second');
    this.customers = new Tile('Customers');
    this.alerts = new Tile('Alerts');
    this.outbox = new Tile('Waiting to be delivered');
    this.due = new Tile('Waiting to be judged');
    this.list = h('ol', { class: 'live-list', 'aria-labelledby': 'live-title' });
    this.empty = h('p', { class: 'empty' }, 'None yet. They appear here as they are delivered.');
    this.missed = h('p', { class: 'hint', hidden: true });
    this.missed_count = 0;
    this.held = [];
    this.pause = h('button', { type: 'button', class: 'small', 'aria-pressed': 'false',
      onclick: () => this.togglePause() }, 'Hold');
    this.element = h('div', {},
      h('h1', { tabindex: '-1' }, 'Overview'),
      h('dl', { class: 'tiles rates' }, this.facts.element, this.notifications.element,
        this.resets.element),
      h('dl', { class: 'tiles' }, this.customers.element, this.alerts.element,
        this.outbox.element, this.due.element),
      h('div', { class: 'head section' }, h('h2', { id: 'live-title' }, 'Newest notifications'),
        h('div', { class: 'tools' }, this.pause)),
      this.missed, this.empty, this.list);
  }

  start() {
    const { recent, past_stats } = told();
    past_stats.forEach((stats) => this.showStats(stats));
    this.hear({ stats: null, notifications: recent, missed: 0 });
    this.stop_listening = listen((batch) => this.hear(batch));
  }
  close() { this.stop_listening(); }

  hear({ stats, notifications, missed }) {
    if (stats) this.showStats(stats);
    if (missed > 0) {
      this.missed_count += missed;
      this.missed.hidden = false;
      setText(this.missed, `${number(String(this.missed_count))} came too fast to be shown.`);
    }
    this.held = [...this.held, ...notifications].slice(-kShownMost);
    if (!this.is_paused) this.showHeld();
    else this.labelPause();
  }

  showStats(stats) {
    if (stats.per_second !== null) {
      this.facts.add(stats.per_second.facts);
      this.notifications.add(stats.per_second.notifications);
      this.resets.add(stats.per_second.resets);
    }
    this.customers.show(stats.customers);
    this.alerts.show(stats.alerts);
    this.outbox.show(stats.outbox);
    this.due.show(stats.due);
  }

  // The newest first, and of the oldest none more than there is room for.
  showHeld() {
    if (this.held.length === 0) return;
    keepFocus(this.list, () => {
      this.list.prepend(...this.held.map(notificationRow).reverse());
      while (this.list.children.length > kShownMost) this.list.lastChild.remove();
    }, () => this.pause);
    this.held = [];
    this.empty.hidden = true;
  }

  togglePause() {
    this.is_paused = !this.is_paused;
    this.pause.setAttribute('aria-pressed', String(this.is_paused));
    if (!this.is_paused) this.showHeld();
    this.labelPause();
  }

  labelPause() {
    setText(this.pause, this.is_paused && this.held.length > 0
      ? `Held, ${this.held.length} new` : 'Hold');
  }
}

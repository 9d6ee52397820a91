// All alerts: what they watch, for whom; create, edit and archive them.
import { askForAlert } from './alert_form.js';
import { Reads, pages, pauseAfter } from './api.js';
import { customerLink } from './customer_link.js';
import { ask } from './dialog.js';
import { checkbox, h, setText } from './dom.js';
import { listen, told } from './events.js';
import { keepFocus } from './focus.js';
import { amountOf, hasWords, plural, shortId, shownName, wordsOf } from './format.js';
import { tell } from './say.js';
import { Badge } from './status.js';
import { typeOf } from './types.js';

// Others create and archive alerts as well, which their number tells, and edit them, which
// nothing does.
const kLookEvery = 2000;
const kReadAfter = 10_000;
// Beyond so many only what is searched for is shown.
const kShownMost = 200;

function scopeOf(alert) {
  if (alert.customer_id) {
    return h('span', {}, 'only for ', customerLink(alert.customer_id));
  }
  if (alert.plan_id) return h('span', { title: alert.plan_id }, `plan ${shortId(alert.plan_id)}`);
  return h('span', {}, 'all customers');
}

export class AlertsView {
  constructor() {
    this.title = 'Alerts';
    this.alerts = [];
    this.reads = new Reads();
    this.counted = told().past_stats.at(-1)?.alerts;
    this.summary = h('p', { class: 'summary', role: 'status' }, 'Reading…');
    this.words = h('input', { type: 'search', id: 'narrow', placeholder: 'Name, type or id',
      oninput: () => this.show() });
    this.ended = checkbox('also disabled and archived ones', false);
    this.ended.input.addEventListener('change', () => this.read());
    this.list = h('ul', { class: 'cards', 'aria-label': 'Alerts' });
    this.empty = h('p', { class: 'empty', hidden: true });
    this.element = h('div', {},
      h('div', { class: 'head' },
        h('div', {}, h('h1', { tabindex: '-1' }, 'Alerts'), this.summary),
        h('div', { class: 'tools' }, h('button', { type: 'button', class: 'primary',
          onclick: () => this.create() }, 'New alert'))),
      h('div', { class: 'filters' },
        h('div', { class: 'narrow' }, h('label', { for: 'narrow' }, 'Filter'), this.words),
        this.ended.row),
      this.list, this.empty);
  }

  async start() {
    this.stop_listening = listen(({ stats }) => this.hear(stats));
    this.looking = setInterval(() => this.readIfOld(), kLookEvery);
    await this.read();
  }
  close() {
    this.is_closed = true;
    this.stop_listening?.();
    clearInterval(this.looking);
  }

  hear(stats) {
    if (stats === null || stats.alerts === this.counted || this.is_reading) return;
    this.counted = stats.alerts;
    this.read();
  }

  readIfOld() {
    if (document.hidden || this.is_reading || performance.now() < this.read_from) return;
    this.read();
  }

  async read() {
    const begun = performance.now();
    this.is_reading = true;
    await this.readAll();
    this.is_reading = false;
    const took = performance.now() - begun;
    this.read_from = performance.now() + Math.max(kReadAfter, pauseAfter(took));
  }

  async readAll() {
    const isNews = this.reads.begin();
    const alerts = [];
    const body = this.ended.input.checked
      ? { alert_statuses: ['ENABLED', 'DISABLED', 'ARCHIVED'] } : {};
    try {
      await pages('/v1/alerts/list', body, (page) => {
        alerts.push(...page);
        return !this.is_closed;
      });
    } catch (error) {
      this.counted = undefined;  // the next that is heard asks again
      this.is_shown = false;
      if (isNews()) setText(this.summary, error.message);
      return;
    }
    if (this.is_closed || !isNews()) return;
    alerts.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
    // Cards that are made anew lose what is marked in them.
    if (this.is_shown && JSON.stringify(alerts) === JSON.stringify(this.alerts)) return;
    this.is_shown = true;
    this.alerts = alerts;
    this.show();
  }

  show() {
    const words = wordsOf(this.words);
    const found = this.alerts.filter((alert) => {
      const text = `${alert.name} ${alert.type} ${typeOf(alert.type).label} ${alert.uniqueness_key ?? ''}`;
      return hasWords(words, text, `${alert.id} ${alert.customer_id ?? ''}`);
    });
    setText(this.summary, plural(this.alerts.length, 'alert') + (found.length > kShownMost
      ? `, of which the first ${kShownMost} are shown; narrow the list for others` : ''));
    keepFocus(this.list, () => this.list.replaceChildren(
      ...found.slice(0, kShownMost).map((alert) => this.card(alert))),
    () => this.element.querySelector('h1'));
    this.empty.hidden = found.length > 0;
    setText(this.empty, this.alerts.length === 0
      ? 'Nothing is watched yet. Create the first alert.' : 'No alert matches.');
  }

  card(alert) {
    const is_on = alert.status !== 'archived';
    const sign = typeOf(alert.type).rises ? '≥' : '≤';
    return h('li', { class: 'card', 'data-key': alert.id },
      h('div', { class: 'card-main' },
        h('h2', {}, shownName(alert.name)), new Badge(alert.status).element,
        h('p', { class: 'about' }, `${typeOf(alert.type).label} `,
          h('b', {}, `${sign} ${amountOf(alert.threshold, alert)}`), ' · ', scopeOf(alert),
          alert.notify_resolved ? ' · tells when it is over' : '')),
      is_on ? h('div', { class: 'tools' },
        h('button', { type: 'button', class: 'small', 'aria-label': `Edit ${shownName(alert.name)}`,
          onclick: () => this.edit(alert) }, 'Edit'),
        h('button', { type: 'button', class: 'small quiet', 'aria-label': `Archive ${shownName(alert.name)}`,
          onclick: () => this.archive(alert) }, 'Archive')) : null);
  }

  async create() {
    if (await askForAlert(null, {})) await this.read();
  }

  async edit(alert) {
    if (await askForAlert(alert, {})) await this.read();
  }

  async archive(alert) {
    const release = checkbox('Let its uniqueness key be used again', true);
    const done = await ask({
      title: `Archive ${shownName(alert.name)}?`,
      body: h('div', {}, h('p', {}, 'It ends at once and for good: nothing of it is judged any more.'),
        alert.uniqueness_key ? release.row : null),
      act: 'Archive',
      danger: true,
      submit: (once) => once.change('/v1/alerts/archive', { id: alert.id,
        release_uniqueness_key: Boolean(alert.uniqueness_key) && release.input.checked }),
    });
    if (!done) return;
    tell(`${shownName(alert.name)} is archived.`);
    await this.read();
  }
}

// A customer: all of its alerts, and how it stands under each.
import { kLongAnswerMost, pages, pauseAfter } from './api.js';
import { askForAlert } from './alert_form.js';
import { standingNow } from './detail.js';
import { ask } from './dialog.js';
import { h, setText } from './dom.js';
import { listen, told } from './events.js';
import { plural, shownName } from './format.js';
import { say, tell, tellFailure } from './say.js';
import { standingOf, standingWord } from './status.js';
import { StandingRow } from './standing_row.js';
import { StandingList } from './standing_list.js';

const kRefreshEvery = 2000;
// No count tells that an alert was renamed, or has another threshold: it is looked for.
const kReadAfter = 10_000;
// After so many changes at a time the list is read instead of each.
const kFewChanges = 20;
const kVerdictPauses = [50, 100, 200, 400, 800, 1600];

function countsOf({ facts, resets, alerts, notifications, due }) {
  return [facts, resets, alerts, notifications, due].join('|');
}

function pause(ms) { return new Promise((resolve) => { setTimeout(resolve, ms); }); }

export class CustomerView {
  constructor(customer) {
    this.customer = customer;
    this.title = `Customer ${customer}`;
    this.rows = new Map();
    this.list = new StandingList();
    this.summary = h('p', { class: 'summary', role: 'status' }, 'Reading…');
    this.create = h('button', { type: 'button', onclick: () => this.createAlert() }, 'New alert');
    this.reset_all = h('button', { type: 'button', class: 'quiet', hidden: true,
      onclick: () => this.resetAll() }, 'Reset all');
    this.element = h('div', {},
      h('div', { class: 'head' },
        h('div', {}, h('p', { class: 'kind' }, 'Customer'),
          h('h1', { tabindex: '-1', class: 'id' }, customer), this.summary),
        h('div', { class: 'tools' }, this.reset_all, this.create)),
      this.list.element);
    this.changed = new Set();
    // Told before the alerts are read: what comes later may not be in them.
    const last = told().past_stats.at(-1);
    this.counted = last === undefined ? null : countsOf(last);
  }

  async start() {
    this.stop_listening = listen((batch) => this.hear(batch));
    await this.readAll();
    if (this.is_closed) return;
    this.refreshing = setInterval(() => this.refreshIfChanged(), kRefreshEvery);
  }

  close() {
    this.is_closed = true;
    this.stop_listening?.();
    clearInterval(this.refreshing);
  }

  // Everything again, page by page: lines that are there change, and stay where they are.
  async readAll() {
    const begun = performance.now();
    const found = new Set();
    try {
      await pages('/v1/customer-alerts/list', { customer_id: this.customer }, (states) => {
        if (this.is_closed) return false;
        for (const state of states) {
          found.add(state.alert.id);
          this.take(state);
        }
        if (this.is_read === undefined) this.summarize(true);
        return true;
      });
      if (this.is_closed) return;
      for (const [id, row] of this.rows) if (!found.has(id)) this.drop(id, row);
      if (this.is_read === undefined) this.list.sort();
      this.is_read = true;
      this.list.element.hidden = false;
      this.summarize(false);
      this.list.showWhatMatches();
      await this.fillOpen();
    } catch (error) {
      this.showFailure(error);
      // What there is to be seen has not been seen yet.
      const may_pass = error.status === 0 || error.status === 429 || error.status >= 500;
      this.has_news = this.has_news || may_pass;
    }
    this.read_at = performance.now();
    this.took = this.read_at - begun;
  }

  showFailure(error) {
    if (this.is_read) return;
    setText(this.summary, error.status === 404
      ? 'Nothing is known of this customer, and no alert speaks of it.' : error.message);
    this.list.element.hidden = true;
  }

  take(state) {
    const row = this.rows.get(state.alert.id);
    if (row === undefined) {
      const added = new StandingRow(state, {
        on_open: (opened) => this.fill(opened), on_reset: (one) => this.reset(one),
      });
      this.rows.set(state.alert.id, added);
      this.list.add(added);
      return added;
    }
    const before = standingOf(row.state);
    const key = JSON.stringify(state);
    if (row.key !== key) {
      row.key = key;
      row.update(state);
    }
    if (before !== standingOf(state)) this.tellStanding(state, before);
    return row;
  }

  tellStanding(state, before) {
    this.summarize(false);
    // That it is being judged is said by who has asked for it.
    if (standingOf(state) === 'evaluating') return;
    if (this.list.isLong() && before !== 'evaluating') return;
    say(`${shownName(state.alert.name)}: ${standingWord(standingOf(state))}`);
  }

  drop(id, row) {
    this.rows.delete(id);
    this.list.remove(row);
  }

  async fill(row) {
    try {
      await row.detail?.fill();
    } catch (error) {
      tellFailure(error);
    }
  }

  async fillOpen() {
    for (const row of this.rows.values()) if (row.is_open) await this.fill(row);
  }

  summarize(is_partial) {
    const counts = { in_alarm: 0, evaluating: 0, ok: 0 };
    for (const row of this.rows.values()) ++counts[standingOf(row.state)];
    const parts = [plural(this.rows.size, 'alert')];
    if (counts.in_alarm > 0) parts.push(`${counts.in_alarm} in alarm`);
    if (counts.evaluating > 0) parts.push(`${counts.evaluating} evaluating`);
    setText(this.summary, parts.join(' · ') + (is_partial ? ', reading…' : ''));
    this.reset_all.hidden = this.rows.size === 0;
    this.list.count(counts, this.rows.size);
  }

  // A notification says which alert to look at; counts only that something was told.
  hear({ stats, notifications }) {
    if (stats) {
      const counted = countsOf(stats);
      this.has_news = this.has_news || this.counted !== counted;
      this.counted = counted;
    }
    for (const { properties } of notifications) {
      if (properties.customer_id === this.customer) this.changed.add(properties.alert_id);
    }
    this.lookAtChanged();
  }

  async lookAtChanged() {
    if (this.is_looking || !this.is_read) return;
    this.is_looking = true;
    try {
      while (this.changed.size > 0 && !this.is_closed) {
        const changed = [...this.changed];
        this.changed.clear();
        if (changed.length > kFewChanges) await this.readAll();
        else for (const id of changed) await this.fill(this.take(await standingNow(this.customer, id)));
      }
      this.summarize(false);
    } catch (error) {
      // One that was archived meanwhile: the next refresh knows.
      if (error.status !== 404) tellFailure(error);
    } finally {
      this.is_looking = false;
    }
  }

  async refreshIfChanged() {
    const now = performance.now();
    const is_due = this.has_news || now - this.read_at >= kReadAfter;
    if (document.hidden || !is_due || this.is_refreshing || now < (this.refresh_from ?? 0)) return;
    this.is_refreshing = true;
    this.has_news = false;
    await this.readAll();
    this.is_refreshing = false;
    this.refresh_from = performance.now() + pauseAfter(this.took);
  }

  async reset(row) {
    const { alert } = row.state;
    const done = await ask({
      title: `Reset ${shownName(alert.name)}?`,
      body: h('p', {}, 'What was concluded of this alert for this customer is cleared, and it is judged anew at once. '
        + 'If the threshold is reached then, everybody is notified again.'),
      act: 'Reset',
      submit: (once) => once.change('/v1/customer-alerts/reset',
        { customer_id: this.customer, alert_id: alert.id }),
    });
    if (!done) return;
    say(`${shownName(alert.name)}: reset, it is being judged`);
    await this.awaitVerdict(row);
  }

  async awaitVerdict(row) {
    for (const ms of kVerdictPauses) {
      try {
        const state = await standingNow(this.customer, row.id);
        if (this.is_closed) return;
        this.take(state);
        if (standingOf(state) !== 'evaluating') {
          say(`${shownName(state.alert.name)}: ${standingWord(standingOf(state))} after the reset`);
          await this.fill(row);
          return;
        }
      } catch (error) {
        tellFailure(error);
        return;
      }
      await pause(ms);
    }
    this.has_news = true;
  }

  async resetAll() {
    let resume = null;  // where it goes on, also after an answer that did not come
    const done = await ask({
      title: 'Reset all alerts of this customer?',
      body: h('p', {}, `What was concluded of ${plural(this.rows.size, 'alert')} is cleared, and each is judged anew. `
        + 'Whatever has reached its threshold then is notified of again.'),
      act: 'Reset all',
      danger: true,
      submit: async (once) => {
        do {
          const { data } = await once.change('/v1/customer-alerts/reset-many',
            { customer_id: this.customer, resume }, kLongAnswerMost);
          resume = data.done ? null : data.resume;
          if (!data.done && resume === null) throw new Error(`It stopped half-way: ${data.stopped_by}.`);
        } while (resume !== null);
      },
    });
    if (!done) return;
    tell('All alerts of this customer are judged anew.');
    await this.readAll();
    this.has_news = true;
  }

  async createAlert() {
    if (await askForAlert(null, { customer_id: this.customer })) await this.readAll();
  }
}

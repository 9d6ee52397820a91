// The endpoints to which notifications are sent: how each fares, and what it did not take.
import { Reads, kLongAnswerMost, pages, post } from './api.js';
import { DeadLetters } from './dead_letters.js';
import { ask, showOnce } from './dialog.js';
import { askForEndpoint } from './endpoint_form.js';
import { checkbox, h, newId, setLabel, setText, when } from './dom.js';
import { keepFocus } from './focus.js';
import { instant, number, plural } from './format.js';
import { tell, tellFailure } from './say.js';
import { Badge } from './status.js';
import { typeOf } from './types.js';

const kRefreshEvery = 2000;

function standingOfEndpoint(endpoint) {
  if (endpoint.status !== 'enabled') return endpoint.status;
  if (endpoint.paused_until !== null) return 'paused';
  return Number(endpoint.failures_in_a_row) > 0 ? 'failing' : 'enabled';
}

// By what people call it.
function nameOf({ name, url }) { return name === '' ? url : name; }

function filterText({ alert_types, alert_ids, customer_ids }) {
  const parts = [];
  if (alert_types.length > 0) parts.push(alert_types.map((name) => typeOf(name).label).join(', '));
  if (alert_ids.length > 0) parts.push(`of ${plural(alert_ids.length, 'alert')}`);
  if (customer_ids.length > 0) parts.push(`of ${plural(customer_ids.length, 'customer')}`);
  return parts.length === 0 ? 'all notifications' : parts.join(', ');
}

class EndpointCard {
  constructor(endpoint, view) {
    this.view = view;
    this.badge = new Badge('enabled');
    this.name = h('h2', {});
    this.url = h('p', { class: 'about url' });
    this.about = h('p', { class: 'about' });
    this.counts = ['Delivered', 'Waiting', 'Failed attempts', 'Dead letters'].map((name) => {
      const value = h('dd');
      return { value, element: h('div', {}, h('dt', {}, name), value) };
    });
    this.failure = h('p', { class: 'failure', hidden: true });
    this.buttons = h('div', { class: 'tools' });
    this.panel = h('div', { class: 'panel', id: newId('dead'), hidden: true });
    this.element = h('li', { class: 'card' }, h('div', { class: 'card-main' },
      this.name, this.badge.element, this.url, this.about,
      h('dl', { class: 'counts' }, this.counts.map(({ element }) => element)), this.failure),
    this.buttons, this.panel);
    this.addButtons();
    this.update(endpoint);
  }

  addButtons() {
    const button = (name, act, more = {}) => h('button', { type: 'button', class: 'small',
      onclick: act, ...more }, name);
    const { view } = this;
    this.dead = button('Dead letters', () => this.toggleDead(),
      { 'aria-expanded': 'false', 'aria-controls': this.panel.id });
    this.overlap = button('End overlap', () => view.endOverlap(this.endpoint), { hidden: true });
    this.toggle = button('Disable', () => view.enable(this.endpoint));
    this.buttons.append(this.dead, button('Test', () => view.test(this.endpoint)), this.toggle,
      button('Edit', () => view.edit(this.endpoint)),
      button('New secret', () => view.rotate(this.endpoint)), this.overlap,
      button('Delete', () => view.remove(this.endpoint), { class: 'small quiet' }));
  }

  update(endpoint) {
    this.endpoint = endpoint;
    this.badge.update(standingOfEndpoint(endpoint));
    setText(this.name, nameOf(endpoint));
    setText(this.url, endpoint.name === '' ? '' : endpoint.url);
    setText(this.about, `Gets ${filterText(endpoint)} · signed as ${
      endpoint.signature === 'standard_webhooks' ? 'Standard Webhooks' : 'Metronome'}${
      endpoint.previous_secret_until ? ` · two secrets until ${instant(endpoint.previous_secret_until)}` : ''}`);
    [endpoint.delivered, endpoint.waiting, endpoint.failed, endpoint.dead].forEach((count, i) => {
      setText(this.counts[i].value, number(count));
    });
    setText(this.toggle, endpoint.status === 'enabled' ? 'Disable' : 'Enable');
    for (const button of this.buttons.children) {
      setLabel(button, `${button.textContent}: ${nameOf(endpoint)}`);
    }
    this.overlap.hidden = endpoint.previous_secret_until === null;
    this.showFailure(endpoint);
    if (this.letters && endpoint.dead !== this.dead_shown) this.readDead();
  }

  showFailure(endpoint) {
    const is_failing = Number(endpoint.failures_in_a_row) > 0 || endpoint.status === 'gone';
    this.failure.hidden = !is_failing || endpoint.last_failure === null;
    if (this.failure.hidden) return;
    const key = `${endpoint.last_failure.at}|${endpoint.paused_until}|${endpoint.failures_in_a_row}`;
    if (key === this.failure_key) return;
    this.failure_key = key;
    this.failure.replaceChildren(h('span', {}, `${plural(endpoint.failures_in_a_row, 'failure')} in a row, the last `,
      when(endpoint.last_failure.at, instant(endpoint.last_failure.at)), `: ${endpoint.last_failure.reason}.`,
      endpoint.paused_until ? ` Tried again ${instant(endpoint.paused_until)}.` : ''));
  }

  toggleDead() {
    const opens = this.panel.hidden;
    this.panel.hidden = !opens;
    this.dead.setAttribute('aria-expanded', String(opens));
    this.letters = opens ? new DeadLetters(this.endpoint.id, { opener: this.dead,
      on_sent: () => this.readAfterSending() }) : null;
    this.panel.replaceChildren(...(opens ? [this.letters.element] : []));
    if (opens) this.readDead();
  }

  readDead() {
    this.dead_shown = this.endpoint.dead;
    this.letters.read();
  }

  // The letters with the endpoint, also where as many have died meanwhile.
  readAfterSending() {
    this.dead_shown = null;
    return this.view.read();
  }
}

export class WebhooksView {
  constructor() {
    this.title = 'Webhooks';
    this.cards = new Map();
    this.reads = new Reads();
    this.summary = h('p', { class: 'summary', role: 'status' }, 'Reading…');
    this.list = h('ul', { class: 'cards', 'aria-label': 'Endpoints' });
    this.empty = h('p', { class: 'empty', hidden: true },
      'Notifications are sent to no endpoint yet. Create the first one.');
    this.element = h('div', {},
      h('div', { class: 'head' },
        h('div', {}, h('h1', { tabindex: '-1' }, 'Webhooks'), this.summary),
        h('div', { class: 'tools' }, h('button', { type: 'button', class: 'primary',
          onclick: () => this.create() }, 'New endpoint'))),
      this.list, this.empty);
  }

  async start() {
    await this.read();
    if (!this.is_closed) this.refreshing = setInterval(() => this.refresh(), kRefreshEvery);
  }
  close() {
    this.is_closed = true;
    clearInterval(this.refreshing);
  }

  // A slow server is not asked again before it has answered.
  async refresh() {
    if (document.hidden || this.is_refreshing) return;
    this.is_refreshing = true;
    await this.read();
    this.is_refreshing = false;
  }

  async read() {
    const endpoints = [];
    const isNews = this.reads.begin();
    try {
      await pages('/v1/webhooks/list', {}, (page) => { endpoints.push(...page); return true; });
    } catch (error) {
      setText(this.summary, error.message);
      return;
    }
    if (this.is_closed || !isNews()) return;
    keepFocus(this.list, () => this.show(endpoints), () => this.element.querySelector('h1'));
  }

  show(endpoints) {
    const ids = new Set(endpoints.map(({ id }) => id));
    for (const [id, card] of this.cards) {
      if (ids.has(id)) continue;
      card.element.remove();
      this.cards.delete(id);
    }
    for (const endpoint of endpoints) this.take(endpoint);
    const failing = endpoints.filter((one) => !['enabled', 'disabled'].includes(standingOfEndpoint(one)));
    setText(this.summary, plural(endpoints.length, 'endpoint')
      + (failing.length > 0 ? ` · ${failing.length} in trouble` : ''));
    this.empty.hidden = endpoints.length > 0;
  }

  take(endpoint) {
    const card = this.cards.get(endpoint.id);
    if (card) {
      card.update(endpoint);
      return;
    }
    const added = new EndpointCard(endpoint, this);
    this.cards.set(endpoint.id, added);
    this.list.append(added.element);
  }

  async attempt(act) {
    try {
      await act();
    } catch (error) {
      tellFailure(error);
    }
    await this.read();
  }

  async create() {
    const created = await askForEndpoint(null);
    if (created === null) return;
    await this.read();
    await showOnce({ title: 'The secret of the endpoint', secret: created.secret,
      intro: 'With this the receiver checks the signatures. It is shown now and never again.' });
  }

  async edit(endpoint) {
    if (await askForEndpoint(endpoint)) await this.read();
  }

  enable(endpoint) {
    const enabled = endpoint.status !== 'enabled';
    return this.attempt(async () => {
      await post('/v1/webhooks/update', { id: endpoint.id, enabled });
      tell(enabled ? 'Enabled; what waits is sent.' : 'Disabled; what comes waits.');
    });
  }

  test(endpoint) {
    return this.attempt(async () => {
      const { data } = await post('/v1/webhooks/test', { id: endpoint.id },
        kLongAnswerMost);
      if (data.failure) throw new Error(`The test was not taken: ${data.failure}.`);
      tell(`The test was taken: ${data.status}.`);
    });
  }

  async rotate(endpoint) {
    let secret = null;
    const leaked = checkbox('It leaked: the old one signs nothing from now on', false);
    const done = await ask({
      title: 'A new secret?',
      body: h('div', {}, h('p', {}, `What is sent to ${nameOf(endpoint)} is signed with both secrets for a day, so that the receiver can change over.`),
        leaked.row),
      act: 'Make one',
      submit: async (once) => {
        ({ data: { secret } } = await once.change('/v1/webhooks/rotate-secret',
          { id: endpoint.id, ...(leaked.input.checked ? { overlap_seconds: 0 } : {}) }));
      },
    });
    if (!done) return;
    await this.read();
    await showOnce({ title: 'The new secret', secret,
      intro: 'It is shown now and never again.' });
  }

  endOverlap(endpoint) {
    return this.attempt(async () => {
      await post('/v1/webhooks/end-overlap', { id: endpoint.id });
      tell('The old secret signs nothing any more.');
    });
  }

  async remove(endpoint) {
    const done = await ask({
      title: 'Delete this endpoint?',
      body: h('p', {}, `${nameOf(endpoint)} gets nothing any more. What waits for it, and its ${
        plural(endpoint.dead, 'dead letter')}, go with it.`),
      act: 'Delete',
      danger: true,
      submit: (once) => once.change('/v1/webhooks/delete', { id: endpoint.id }),
    });
    if (!done) return;
    tell('The endpoint is deleted.');
    await this.read();
  }
}

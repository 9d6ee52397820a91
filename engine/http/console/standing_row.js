// One alert of a customer: a line that unfolds.
import { Detail } from './detail.js';
import { h, newId, setLabel, setText } from './dom.js';
import { keepFocus } from './focus.js';
import { hasWords, shownName } from './format.js';
import { Badge, Bar, standingOf } from './status.js';
import { typeOf } from './types.js';

export class StandingRow {
  // `on_open(row)` when it is unfolded, which then fills it; `on_reset(row)`.
  constructor(state, { on_open, on_reset }) {
    this.state = state;
    this.badge = new Badge(standingOf(state));
    this.bar = new Bar();
    this.name = h('span', { class: 'name' });
    this.about = h('span', { class: 'about' });
    this.panel = h('div', { class: 'panel', id: newId('panel'), hidden: true });
    this.opener = h('button', { type: 'button', class: 'opener', 'aria-expanded': 'false',
      'aria-controls': this.panel.id, onclick: () => this.toggle(on_open) },
    this.badge.element, h('span', { class: 'names' }, this.name, this.about));
    this.reset = h('button', { type: 'button', class: 'small', onclick: () => on_reset(this) },
      'Reset');
    this.element = h('li', { class: 'standing' },
      h('div', { class: 'line' }, this.opener, this.bar.element, this.reset), this.panel);
    this.update(state);
  }

  get id() { return this.state.alert.id; }
  get is_open() { return !this.panel.hidden; }

  async toggle(on_open) {
    this.panel.hidden = !this.panel.hidden;
    this.element.classList.toggle('open', this.is_open);
    this.opener.setAttribute('aria-expanded', String(this.is_open));
    this.detail = this.is_open ? new Detail(this.state) : null;
    this.panel.replaceChildren(...(this.detail?.elements ?? []));
    if (!this.is_open) return;
    await on_open(this);
    if (this.element.contains(document.activeElement)) this.comeIntoView();
  }

  // The browser alone brings what has the focus, and not the value below it.
  comeIntoView() { this.element.scrollIntoView({ block: 'nearest' }); }

  // Of a long list one line is reached by Tab, the others from there by the arrows.
  makeReachable(is_reachable) {
    this.opener.tabIndex = is_reachable ? 0 : -1;
    this.reset.tabIndex = is_reachable ? 0 : -1;
  }

  update(state) {
    this.state = state;
    const { alert } = state;
    this.badge.update(standingOf(state));
    const name = shownName(alert.name);
    setText(this.name, name);
    this.bar.update(state, `Value of ${name}`);
    this.detail?.rename(name);
    setText(this.about, this.aboutText());
    keepFocus(this.reset, () => { this.reset.hidden = alert.status !== 'enabled'; },
      () => this.opener);
    setLabel(this.reset, `Reset ${name}`);
    this.element.dataset.status = standingOf(state);
  }

  aboutText() {
    const { alert, epoch } = this.state;
    const parts = [typeOf(alert.type).label];
    for (const { key, value } of alert.group_values ?? []) {
      parts.push(value === undefined ? `each ${key}` : `${key} = ${value}`);
    }
    if (alert.customer_id) parts.push('of this customer only');
    if (Number(epoch) > 0) parts.push(`reset ${epoch}×`);
    return parts.join(' · ');
  }

  matches(words, standing) {
    const { alert } = this.state;
    if (standing !== '' && standingOf(this.state) !== standing) return false;
    return hasWords(words, `${alert.name} ${alert.type} ${typeOf(alert.type).label}`, alert.id);
  }
}

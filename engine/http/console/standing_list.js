// The alerts of a customer as a list that stays quick when it is long: narrowed by words
// and by status, laid out only where it is seen, and gone through by the arrow keys.
import { h, setText } from './dom.js';
import { keepFocus } from './focus.js';
import { number, wordsOf } from './format.js';
import { standingOf } from './status.js';

const kRank = { in_alarm: 0, evaluating: 1, ok: 2 };
const kLong = 50;
const kChoices = [['', 'All'], ['in_alarm', 'In alarm'], ['evaluating', 'Evaluating'], ['ok', 'OK']];

export class StandingList {
  constructor() {
    this.rows = [];
    this.standing = '';
    this.words = h('input', { type: 'search', id: 'narrow', placeholder: 'Name, type or id',
      oninput: () => this.showWhatMatches() });
    this.choices = kChoices.map(([standing, name]) => h('button', { type: 'button',
      'aria-pressed': String(standing === ''), onclick: () => this.choose(standing) },
    name, ' ', h('span', { class: 'count' })));
    this.list = h('ul', { class: 'standings', 'aria-label': 'Alerts of this customer',
      onkeydown: (event) => this.move(event), onfocusin: (event) => this.stayAt(event) });
    this.nothing = h('p', { class: 'empty', hidden: true });
    this.element = h('div', {}, h('div', { class: 'filters' },
      h('div', { class: 'narrow' }, h('label', { for: 'narrow' }, 'Filter'), this.words),
      h('div', { class: 'choices', role: 'group', 'aria-label': 'Status' }, this.choices)),
    this.list, this.nothing);
  }

  isLong() { return this.rows.length > kLong; }

  add(row) {
    this.rows.push(row);
    row.makeReachable(this.rows.length === 1);
    this.list.append(row.element);
  }

  remove(row) {
    this.rows = this.rows.filter((one) => one !== row);
    this.keepFocus(() => row.element.remove());
  }

  // Where no row is left, at what they were narrowed by.
  keepFocus(change) {
    keepFocus(this.list, change, () => this.choices.find((choice) =>
      choice.getAttribute('aria-pressed') === 'true'));
  }

  // Those in alarm come first. Once, as what is looked at must not run away.
  sort() {
    const rank = (row) => kRank[standingOf(row.state)] ?? 3;
    this.rows.sort((a, b) => rank(a) - rank(b) || a.state.alert.name.localeCompare(
      b.state.alert.name, undefined, { numeric: true }));
    // The one that is read by keyboard is moved as well, and keeps what it has.
    const read = this.rowAt(document.activeElement);
    this.keepFocus(() => this.list.append(...this.rows.map((row) => row.element)));
    this.reach(read ?? this.rows[0]);
  }

  count(counts, all) {
    kChoices.forEach(([standing], i) => {
      setText(this.choices[i].querySelector('.count'),
        number(String(standing === '' ? all : counts[standing])));
    });
  }

  choose(standing) {
    this.standing = standing;
    kChoices.forEach(([one], i) => {
      this.choices[i].setAttribute('aria-pressed', String(one === standing));
    });
    this.showWhatMatches();
  }

  shown() { return this.rows.filter((row) => !row.element.hidden); }

  showWhatMatches() {
    const words = wordsOf(this.words);
    this.keepFocus(() => {
      for (const row of this.rows) row.element.hidden = !row.matches(words, this.standing);
    });
    const shown = this.shown();
    if (!shown.some((row) => row.opener.tabIndex === 0)) this.reach(shown[0]);
    this.nothing.hidden = shown.length > 0;
    setText(this.nothing, this.rows.length === 0
      ? 'No alert speaks of this customer yet.' : 'No alert matches.');
  }

  reach(row) {
    if (row === undefined || row === this.reached) return;
    for (const one of this.rows) if (one.opener.tabIndex === 0) one.makeReachable(false);
    row.makeReachable(true);
    this.reached = row;
  }

  rowAt(element) {
    const line = element.closest('.line')?.parentElement;
    return line ? this.rows.find((row) => row.element === line) : undefined;
  }

  stayAt(event) { this.reach(this.rowAt(event.target)); }

  move(event) {
    const row = this.rowAt(event.target);
    if (row === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    const shown = this.shown();
    const at = shown.indexOf(row);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: shown.length - 1 }[event.key];
    if (to === undefined || shown[to] === undefined) return;
    event.preventDefault();
    this.reach(shown[to]);
    shown[to].opener.focus();
    shown[to].comeIntoView();
  }
}

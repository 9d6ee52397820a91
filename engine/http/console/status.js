// How something stands, by word, colour and shape; and how far it is from its threshold.
import { h, setLabel, setText, svg } from './dom.js';
import { amountOf, barOf } from './format.js';

const kShapes = {
  good: () => [svg('circle', { cx: 8, cy: 8, r: 6.5 }), svg('path', { d: 'M5 8.200l2.2 2.2 4-4.6', class: 'cut' })],
  bad: () => [svg('path', { d: 'M8 1.5 15 14H1z' }), svg('path', { d: 'M8 6v4M8 11.600v.8', class: 'cut' })],
  busy: () => [svg('circle', { cx: 8, cy: 8, r: 5.5, class: 'ring' })],
  off: () => [svg('rect', { x: 2.5, y: 2.5, width: 11, height: 11, rx: 2, class: 'ring' }), svg('path', { d: 'M5.5 8h5', class: 'line' })],
};

function shape(kind) {
  return svg('svg', { viewBox: '0 0 16 16', width: 16, height: 16, 'aria-hidden': 'true' },
    ...kShapes[kind]());
}

const kStandings = {
  ok: ['good', 'OK'], in_alarm: ['bad', 'In alarm'], evaluating: ['busy', 'Evaluating'],
  enabled: ['good', 'Enabled'], disabled: ['off', 'Disabled'], archived: ['off', 'Archived'],
  gone: ['bad', 'Gone'], paused: ['busy', 'Paused'], failing: ['bad', 'Failing'],
  reached: ['bad', 'Reached'], resolved: ['good', 'Resolved'],
};

export function standingWord(standing) { return kStandings[standing]?.[1] ?? standing; }

export class Badge {
  constructor(standing) {
    this.word = h('span');
    this.element = h('span', { class: 'badge' }, this.word);
    this.update(standing);
  }

  update(standing) {
    if (standing === this.standing) return;
    this.standing = standing;
    const [kind, word] = kStandings[standing] ?? ['off', standing];
    this.element.className = `badge ${kind}`;
    this.element.querySelector('svg')?.remove();
    this.element.prepend(shape(kind));
    setText(this.word, word);
  }
}

// The standing of a customer alert; one that is off has none.
export function standingOf(state) {
  return state.customer_status ?? state.alert.status;
}

export class Bar {
  constructor() {
    this.fill = svg('rect', { class: 'fill', height: 8, rx: 0, width: 0 });
    this.mark = svg('rect', { class: 'mark', y: -3, height: 14, width: 0.7 });
    this.drawing = svg('svg', { viewBox: '0 -3 100 14', preserveAspectRatio: 'none', class: 'bar',
      role: 'meter', 'aria-valuemin': 0, 'aria-valuemax': 100 },
    svg('rect', { class: 'track', width: 100, height: 8 }), this.fill, this.mark);
    this.value = h('b');
    this.limit = h('span');
    this.element = h('div', { class: 'gauge' },
      h('p', {}, this.value, ' ', this.limit), this.drawing);
  }

  update(state, name) {
    setLabel(this.drawing, name);
    const { alert, value } = state;
    const key = `${value}|${alert.threshold}|${state.customer_status}`;
    if (key === this.key) return;
    this.key = key;
    const in_alarm = state.customer_status === 'in_alarm';
    const { fill, mark } = barOf(value, alert.threshold, alert.type, in_alarm);
    this.drawing.classList.toggle('bad', in_alarm);
    this.fill.setAttribute('width', fill * 100);
    this.mark.setAttribute('x', (mark ?? 0) * 100);
    this.mark.toggleAttribute('hidden', mark === null);
    const limit = amountOf(alert.threshold, alert);
    const said = value === null ? `no value of its own, threshold ${limit}`
      : `${amountOf(value, alert)} of ${limit}`;
    this.drawing.setAttribute('aria-valuenow', Math.round(fill * 100));
    this.drawing.setAttribute('aria-valuetext', said);
    setText(this.value, value === null ? '–' : amountOf(value, alert));
    setText(this.limit, value === null ? `threshold ${limit}` : `of ${limit}`);
  }
}

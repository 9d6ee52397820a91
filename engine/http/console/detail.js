// Why a customer alert is what it is, its instances, and what became of it.
import { post } from './api.js';
import { h, setLabel, setText, when } from './dom.js';
import { amountOf, cause, instanceName, instant, plural, shownName } from './format.js';
import { History } from './history.js';
import { Badge, standingWord } from './status.js';
import { typeOf } from './types.js';

// The customer alert as it is now, with its instances.
export async function standingNow(customer_id, alert_id) {
  return (await post('/v1/customer-alerts/get', { customer_id, alert_id })).data;
}

function because({ customer_alert, status_change, last_notification, due }) {
  const { alert, customer_status, value, group_dropped, source_failed } = customer_alert;
  const sentences = [];
  const amount = amountOf(value, alert);
  const limit = amountOf(alert.threshold, alert);
  const { rises } = typeOf(alert.type);
  if (value === null) {
    // Where each value of a key is an instance there is none for all of them.
    sentences.push(customer_status === 'in_alarm'
      ? `At least one of its instances ${rises ? 'has reached' : 'is at or below'} the threshold of ${limit}.`
      : 'Nothing was told yet that this alert watches, or no instance is in alarm.');
  } else if (customer_status === 'in_alarm') {
    sentences.push(`${amount} ${rises ? 'has reached' : 'is at or below'} the threshold of ${limit}.`);
  } else if (customer_status === 'ok') {
    sentences.push(`${amount} ${rises ? 'is below' : 'is above'} the threshold of ${limit}.`);
  }
  if (due) {
    sentences.push(`It waits to be judged since ${instant(due.since)}, because of ${
      due.reasons.map(cause).join(' and ')}.`);
  }
  if (status_change) {
    sentences.push(`It is so since ${instant(status_change.at)}, because of ${cause(status_change.by)}.`);
  }
  if (Number(group_dropped) > 0) {
    sentences.push(`${plural(group_dropped, 'fact')} could not be counted: too many group values.`);
  }
  if (source_failed) {
    sentences.push('The facts could not be read again; it was judged by what was known.');
  }
  sentences.push(last_notification === null ? 'Nobody was notified of it yet.'
    : `The last notification, ${standingWord(last_notification.kind).toLowerCase()} at ${
      amountOf(last_notification.value, alert)}, was ${instant(last_notification.at)}, because of ${
      cause(last_notification.triggered_by)}.`);
  return sentences;
}

const kInstancesShown = 100;

function instanceRow(alert, instance) {
  return h('tr', {}, h('th', { scope: 'row' }, instanceName(instance)),
    h('td', {}, new Badge(instance.customer_status ?? 'disabled').element),
    h('td', { class: 'number' }, amountOf(instance.value, alert)));
}

function facts(state) {
  const { alert } = state;
  const row = (name, ...value) => [h('dt', {}, name), h('dd', {}, ...value)];
  return h('dl', { class: 'facts' },
    row('Alert', h('code', {}, alert.id)),
    alert.uniqueness_key ? row('Uniqueness key', h('code', {}, alert.uniqueness_key)) : [],
    alert.billable_metric_id ? row('Metric', h('code', {}, alert.billable_metric_id)) : [],
    alert.credit_type ? row('Credit type', alert.credit_type.name) : [],
    row('Resets', state.epoch),
    row('Alert changed', when(alert.updated_at, instant(alert.updated_at))));
}

// What an unfolded row shows. Its parts stay, and what is in them is filled anew, so that
// whoever is in the midst of it stays where he is.
export class Detail {
  constructor(state) {
    this.asked = { customer_id: state.customer_id, alert_id: state.alert.id };
    this.reasons = h('div');
    this.rows = h('tbody');
    this.note = h('p', { class: 'hint' });
    const column = (name, more = {}) => h('th', { scope: 'col', ...more }, name);
    this.scroll = h('div', { class: 'scroll', tabindex: '0', role: 'region' },
      h('table', {}, h('thead', {}, h('tr', {}, column('Instance'), column('Status'),
        column('Value', { class: 'number' }))), this.rows));
    this.instances = h('section', { hidden: true }, h('h2', {}, 'Instances'), this.scroll, this.note);
    this.rename(shownName(state.alert.name));
    this.history = new History(state);
    this.elements = [h('section', { class: 'why' }, h('h2', {}, 'Why'), this.reasons),
      this.instances, this.history.element];
  }

  rename(name) { setLabel(this.scroll, `Instances of ${name}`); }

  async fill() {
    const [explanation, standing] = await Promise.all([
      post('/v1/customer-alerts/explain', this.asked),
      standingNow(this.asked.customer_id, this.asked.alert_id)]);
    this.reasons.replaceChildren(
      ...because(explanation.data).map((sentence) => h('p', {}, sentence)), facts(standing));
    this.showInstances(standing.alert, standing.instances ?? []);
    await this.history.refresh();
  }

  showInstances(alert, instances) {
    // Those in alarm are what is looked for.
    const isInAlarm = ({ customer_status }) => customer_status === 'in_alarm';
    const shown = [...instances.filter(isInAlarm), ...instances.filter((one) => !isInAlarm(one))]
      .slice(0, kInstancesShown);
    this.instances.hidden = shown.length === 0;
    this.rows.replaceChildren(...shown.map((instance) => instanceRow(alert, instance)));
    setText(this.note, instances.length > shown.length
      ? `The first ${shown.length} of ${plural(instances.length, 'instance')}.` : '');
  }
}

// What an alert is to be: a new one, or one that is there.
import { pages } from './api.js';
import { ask } from './dialog.js';
import { checkbox, field, h } from './dom.js';
import { amountOf, dollars, kUsdCents, kUuid, shownName } from './format.js';
import { differing } from './json.js';
import { askAboutOthers, listSaid } from './meanwhile.js';
import { tell } from './say.js';
import { typeNames, typeOf } from './types.js';

const kFilters = ['group_values', 'custom_field_filters', 'invoice_types_filter',
  'credit_grant_type_filters', 'seat_filter', 'alert_specifiers'];
const kDecimal = /^-?\d+(\.\d{1,12})?$/;

function text(value = '', more = {}) {
  return h('input', { type: 'text', autocomplete: 'off', spellcheck: 'false', value, ...more });
}

function required(input, name) {
  const value = input.value.trim();
  if (value === '') throw new Error(`${name} is missing.`);
  return value;
}

function uuid(input, name) {
  const value = required(input, name);
  if (!kUuid.test(value)) throw new Error(`${name} must be an id, as 5a1e5a1e-0000-4000-8000-000000000001.`);
  return value;
}

function filtersText(alert) {
  const given = kFilters.filter((name) => alert?.[name]?.length !== 0 && alert?.[name]);
  if (given.length === 0) return '';
  return JSON.stringify(Object.fromEntries(given.map((name) => [name, alert[name]])), null, 1);
}

// Null: there is none. The server tells of one alert only within the list of all.
async function alertNow(id) {
  let found = null;
  await pages('/v1/alerts/list', { alert_statuses: ['ENABLED', 'DISABLED', 'ARCHIVED'] }, (alerts) => {
    found = alerts.find((alert) => alert.id === id) ?? null;
    return found === null;
  });
  return found;
}

function saidOf(name, alert) {
  if (name === 'name') return `the name has become “${alert.name}”`;
  if (name === 'threshold') return `the threshold has become ${amountOf(alert.threshold, alert)}`;
  return listSaid(name, alert[name]);
}

class AlertForm {
  constructor(alert, { customer_id }) {
    this.alert = alert;
    const type = alert?.type ?? typeNames[0];
    this.type = h('select', { onchange: () => this.showWhatFits() }, typeNames.map((name) =>
      h('option', { value: name, selected: name === type }, typeOf(name).label)));
    this.name = text(alert?.name, { maxlength: 256, required: true });
    this.threshold = text(alert?.threshold, { inputmode: 'decimal', required: true,
      oninput: () => this.showUnit() });
    this.scope = h('select', { onchange: () => this.showWhatFits() },
      h('option', { value: '' }, 'All customers'),
      h('option', { value: 'customer_id', selected: customer_id !== undefined }, 'One customer'),
      h('option', { value: 'plan_id' }, 'The customers of a plan'));
    this.scope_id = text(customer_id);
    this.metric = text();
    this.credit_type = text();
    this.seat = text();
    this.key = text('', { maxlength: 128 });
    this.resolved = checkbox('Tell also when it is over', alert?.notify_resolved ?? false);
    this.again = checkbox('Notify again of those in alarm already', false);
    this.filters = h('textarea', { rows: 4, spellcheck: 'false' });
    this.filters.value = filtersText(alert);
    this.was = this.typed();
    this.buildBody();
    this.showWhatFits();
  }

  buildBody() {
    this.threshold_field = field('Threshold', this.threshold, '');
    this.scope_id_field = field('Id', this.scope_id);
    this.metric_field = field('Billable metric id', this.metric);
    this.credit_field = field('Credit type id', this.credit_type, 'Left empty: cents of USD.');
    this.seat_field = field('Seat group key', this.seat, 'Facts name the seat by it. Each seat is judged by itself.');
    const filters = h('details', {}, h('summary', {}, 'Filters'),
      field('Filters, as JSON', this.filters, 'As {"group_values": [{"key": "region"}]}: '
        + 'any of group_values, custom_field_filters, invoice_types_filter, '
        + 'credit_grant_type_filters, seat_filter and alert_specifiers.'));
    filters.open = this.filters.value !== '';
    const fresh = [field('What is watched', this.type), this.metric_field, this.seat_field,
      this.credit_field];
    const placed = [field('For whom', this.scope), this.scope_id_field];
    const kept = [field('Uniqueness key', this.key, 'Left empty: none. A second alert with the same one is refused.')];
    this.body = h('div', { class: 'fields' }, field('Name', this.name),
      this.alert ? [] : fresh, this.threshold_field, this.alert ? [] : placed,
      this.alert ? [] : kept, this.resolved.row, this.alert ? this.again.row : null, filters);
  }

  showWhatFits() {
    const type = typeOf(this.type.value);
    this.metric_field.hidden = !type.metric;
    this.seat_field.hidden = !type.seat;
    this.credit_field.hidden = !type.credit_type;
    this.scope_id_field.hidden = this.scope.value === '';
    this.showUnit();
  }

  showUnit() {
    const name = this.alert?.type ?? this.type.value;
    const { unit, rises } = typeOf(name);
    const credit_type = this.alert ? this.alert.credit_type?.id : this.credit_type.value || kUsdCents;
    const value = this.threshold.value.trim();
    const units = { percent: 'In percent', days: 'In days', quantity: "In the metric's unit" };
    let said = units[unit] ?? "In the credit type's unit";
    if (unit === 'money' && credit_type === kUsdCents) {
      said = kDecimal.test(value) ? `In cents: ${dollars(value)}` : 'In cents';
    }
    this.threshold_field.querySelector('.hint').textContent =
      `${said}. Reached at a value ${rises ? 'of at least' : 'of at most'} this.`;
  }

  typed() {
    return { name: this.name.value, threshold: this.threshold.value,
      notify_resolved: this.resolved.input.checked, filters: this.filters.value };
  }

  // What is sent. Throws what is wrong with it, as far as it can be seen from here.
  async request() {
    if (!this.alert) return this.creation();
    const changes = this.changes();
    const now = await alertNow(this.alert.id) ?? this.alert;
    askAboutOthers(this.alert, now, changes,
      { begin: () => this.beginWith(now, changes), saidOf: (name) => saidOf(name, now) });
    return { id: this.alert.id, ...changes };
  }

  // What was typed stays; all else is as it is now, and what is typed is compared with that.
  beginWith(now, changes) {
    this.alert = now;
    const put = (alert) => {
      this.name.value = alert.name;
      this.threshold.value = alert.threshold;
      this.resolved.input.checked = alert.notify_resolved;
      this.filters.value = filtersText(alert);
    };
    put(now);
    this.was = this.typed();
    put({ ...now, ...changes });
    this.showUnit();
  }

  // Only what was changed here: the rest may be another by now.
  changes() {
    const changed = differing(this.was, this.typed());
    const changes = 'filters' in changed ? this.filtersGiven() : {};
    if ('name' in changed) changes.name = required(this.name, 'The name');
    if ('threshold' in changed) changes.threshold = this.thresholdGiven();
    if ('notify_resolved' in changed) changes.notify_resolved = changed.notify_resolved;
    if (this.again.input.checked) changes.on_change = 'notify_again';
    if (Object.keys(changes).length === 0) throw new Error('Nothing is changed.');
    return changes;
  }

  creation() {
    const type = typeOf(this.type.value);
    const request = { alert_type: this.type.value, threshold: this.thresholdGiven(),
      name: required(this.name, 'The name'), notify_resolved: this.resolved.input.checked,
      ...this.filtersGiven() };
    if (type.metric) request.billable_metric_id = uuid(this.metric, 'The billable metric id');
    if (type.seat) request.seat_filter = { seat_group_key: required(this.seat, 'The seat group key') };
    if (type.credit_type && this.credit_type.value.trim() !== '') {
      request.credit_type_id = uuid(this.credit_type, 'The credit type id');
    }
    if (this.scope.value !== '') request[this.scope.value] = uuid(this.scope_id, 'The id of whom it is for');
    if (this.key.value !== '') request.uniqueness_key = this.key.value;
    return request;
  }

  thresholdGiven() {
    const threshold = required(this.threshold, 'The threshold');
    if (!kDecimal.test(threshold)) {
      throw new Error('The threshold must be a number with a point, as 100 or 12.5.');
    }
    return threshold;
  }

  // Those that are not as they were; an empty list takes away what there was.
  filtersGiven() {
    const given = this.filtersParsed();
    const other = Object.keys(given).find((name) => !kFilters.includes(name));
    if (other !== undefined) throw new Error(`${other} is no filter.`);
    const listed = (filters) => Object.fromEntries(kFilters.map((name) => [name, filters?.[name] ?? []]));
    const changed = differing(listed(this.alert), listed(given));
    if (this.alert?.seat_filter && !given.seat_filter) {
      throw new Error('The seat_filter cannot be taken away. Create another alert without it.');
    }
    return changed;
  }

  filtersParsed() {
    const json = this.filters.value.trim();
    if (json === '') return {};
    let filters = null;
    try {
      filters = JSON.parse(json);
    } catch {
      throw new Error('The filters are not JSON.');
    }
    if (filters === null || typeof filters !== 'object' || Array.isArray(filters)) {
      throw new Error('The filters must be a JSON object, in braces.');
    }
    return filters;
  }
}

// `alert`: null for a new one, for which `given` says what is known. Gives whether it was
// done.
export function askForAlert(alert, given) {
  const form = new AlertForm(alert, given);
  return ask({
    title: alert ? `Edit ${shownName(alert.name)}` : 'New alert',
    body: form.body,
    act: alert ? 'Save' : 'Create',
    submit: async (once) => {
      const request = await form.request();
      await once.change(alert ? '/v1/alerts/update' : '/v1/alerts/create', request);
      tell(`${shownName(request.name ?? alert.name)} is ${alert ? 'changed' : 'created'}.`);
    },
  });
}

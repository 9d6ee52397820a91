// Numbers, times and names as people read them. Amounts are texts from the server to the
// screen; only how long a bar is comes from a JavaScript number.
import { typeOf } from './types.js';

export const kUsdCents = '2714e483-4ff1-48e4-9e25-ac732e8f24f2';

const kPlain = /^(-?)(\d+)(?:\.(\d+))?$/;

function grouped(digits) { return digits.replace(/\B(?=(\d{3})+$)/g, ','); }

// `-1234.5` is −1,234.5.
export function number(text) {
  const found = kPlain.exec(text);
  if (!found) return String(text);
  const [, minus, whole, fraction] = found;
  return `${minus ? '−' : ''}${grouped(whole)}${fraction ? `.${fraction}` : ''}`;
}

// Cents as dollars: the point moves, and no digit is lost.
export function dollars(text) {
  const found = kPlain.exec(text);
  if (!found) return `${text} cents`;
  const [, minus, whole, fraction = ''] = found;
  const padded = whole.padStart(3, '0');
  const cents = (padded.slice(-2) + fraction).replace(/(\d\d)(\d*?)0*$/, '$1$2');
  return `${minus ? '−' : ''}$${grouped(padded.slice(0, -2))}.${cents}`;
}

// An amount of an alert of this type; of money it depends on the credit type.
export function amount(text, type, credit_type) {
  if (text === null || text === undefined) return 'no data';
  switch (typeOf(type).unit) {
    case 'money':
      return credit_type === kUsdCents ? dollars(text) : number(text);
    case 'percent':
      return `${number(text)} %`;
    case 'days':
      return `${number(text)} ${text === '1' ? 'day' : 'days'}`;
    default:
      return number(text);
  }
}

export function amountOf(text, alert) {
  return amount(text, alert.type, alert.credit_type?.id);
}

const clock = new Intl.DateTimeFormat(undefined,
  { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });

export function timeOfDay(iso) { return clock.format(new Date(iso)); }

export function instant(iso) {
  const at = new Date(iso);
  const today = new Date().toDateString() === at.toDateString();
  return today ? `today, ${clock.format(at)}` : `${day.format(at)}, ${clock.format(at)}`;
}

// `period` is "a new period" in what is said of a cause.
const kCauses = {
  spend: 'spend', usage: 'usage', balance: 'a balance', invoice_generation: 'an invoice',
  period: 'a new period', clock: 'the passing of time', customer: 'a change of the customer',
  alert_created: 'the creation of the alert', alert_updated: 'a change of the alert',
  reset: 'a reset',
};
export function cause(name) { return kCauses[name] ?? name.replaceAll('_', ' '); }

// An alert whose name is nothing but spaces, or what nobody sees, must be seen and read out
// as well.
export function shownName(name) {
  return name.replace(/[\s\p{Cc}\p{Cf}]/gu, '') === '' ? '(no name)' : name;
}

export function shortId(id) { return `${id.slice(0, 8)}…${id.slice(-4)}`; }

export const kUuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

// The words of a search. Where an id is meant much of it is given.
export function wordsOf(input) {
  return input.value.toLowerCase().split(/\s+/).filter((word) => word !== '');
}
export function hasWords(words, text, id) {
  const lower = text.toLowerCase();
  return words.every((word) => lower.includes(word) || (word.length >= 8 && id.includes(word)));
}

export function plural(count, one, many = `${one}s`) {
  return `${number(String(count))} ${Number(count) === 1 ? one : many}`;
}

export function instanceName(instance) {
  const parts = [];
  for (const { key, value } of instance.group_values ?? []) parts.push(`${key} = ${value}`);
  if (instance.balance_id) parts.push(`balance ${instance.balance_id}`);
  if (instance.invoice_id) parts.push(`invoice ${instance.invoice_id}`);
  if (instance.seat_filter) parts.push(`seat ${instance.seat_filter.seat_group_value}`);
  for (const specifier of instance.alert_specifiers ?? []) {
    for (const { key, value } of specifier.custom_field_filters ?? []) {
      parts.push(`${key} = ${value}`);
    }
  }
  return parts.join(', ') || 'all of it';
}

// How full a bar is, and where on it the threshold stands, both from 0 to 1. Where a value
// falls towards its threshold there is four times as much to be seen as is left then.
export function barOf(value, threshold, type, in_alarm) {
  const limit = Number(threshold);
  if (value === null || value === undefined) return { fill: 0, mark: null };
  if (!(limit > 0)) return { fill: in_alarm ? 1 : 0, mark: null };
  const mark = typeOf(type).rises ? 0.8 : 0.25;
  return { fill: Math.min(Math.max((Number(value) / limit) * mark, 0), 1), mark };
}

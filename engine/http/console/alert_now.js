// What others have made of an alert while somebody edits it.
import { pages } from './api.js';
import { amountOf } from './format.js';

// Null: there is none. The server tells of one alert only within the list of all.
export async function alertNow(id) {
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
  const value = alert[name] ?? [];
  return value.length === 0 ? `the ${name} were taken away`
    : `the ${name} have become ${JSON.stringify(value)}`;
}

// Of what `changes` would replace: what is not as it `was`, nor as it is to be.
export function madeByOthers(was, now, changes) {
  const text = (value) => JSON.stringify(value ?? []);
  return Object.keys(changes).filter((name) => name !== 'on_change'
    && text(now[name]) !== text(was[name]) && text(now[name]) !== text(changes[name]))
    .map((name) => saidOf(name, now));
}

// What an endpoint is to be.
import { post } from './api.js';
import { ask } from './dialog.js';
import { field, h } from './dom.js';
import { kUuid } from './format.js';
import { differing } from './json.js';
import { askAboutOthers, listSaid } from './meanwhile.js';
import { tell } from './say.js';
import { typeNames, typeOf } from './types.js';

const kSignatures = [['metronome', 'Metronome'], ['standard_webhooks', 'Standard Webhooks']];

function idsOf(textarea, name) {
  const ids = textarea.value.split(/[\s,]+/).filter((id) => id !== '');
  const wrong = ids.find((id) => !kUuid.test(id));
  if (wrong !== undefined) throw new Error(`${name}: ${wrong} is no id.`);
  return ids;
}

function headersOf(textarea) {
  const lines = textarea.value.split('\n').filter((line) => line.trim() !== '');
  return Object.fromEntries(lines.map((line) => {
    const colon = line.indexOf(':');
    if (colon < 1) throw new Error(`Headers: ${line} must be NAME: VALUE.`);
    return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
  }));
}

function saidOf(name, endpoint) {
  const said = { name: 'name', url: 'URL', signature: 'signature' }[name];
  if (said !== undefined) return `the ${said} has become “${endpoint[name]}”`;
  return listSaid(name.replace('_', ' '), endpoint[name]);
}

class EndpointForm {
  constructor(endpoint) {
    this.endpoint = endpoint;
    this.name = h('input', { type: 'text', autocomplete: 'off', maxlength: 256, });
    this.url = h('input', { type: 'url', required: true, autocomplete: 'off', spellcheck: 'false',
      placeholder: 'https://' });
    this.signature = h('select', {}, kSignatures.map(([value, name]) =>
      h('option', { value }, name)));
    this.types = typeNames.map((name) => {
      const input = h('input', { type: 'checkbox', value: name });
      return { input, row: h('label', { class: 'check' }, input, h('span', {}, typeOf(name).label)) };
    });
    const area = () => h('textarea', { rows: 2, spellcheck: 'false' });
    this.alerts = area();
    this.customers = area();
    this.headers = area();
    if (endpoint) this.put(endpoint);
    const filters = h('details', {}, h('summary', {}, 'Which notifications'),
      h('fieldset', {}, h('legend', {}, 'Types; none: all of them'), this.types.map(({ row }) => row)),
      field('Only of these alerts', this.alerts, 'Ids, one a line.'),
      field('Only of these customers', this.customers, 'Ids, one a line.'));
    filters.open = ['alert_types', 'alert_ids', 'customer_ids'].some((name) => endpoint?.[name].length > 0);
    this.body = h('div', { class: 'fields' }, field('Name', this.name, 'Left empty: it is known by its URL.'),
      field('URL', this.url), field('Signed as', this.signature),
      filters, h('details', {}, h('summary', {}, 'Headers'),
        field('Sent along', this.headers, 'One a line, as NAME: VALUE.')));
    this.was = endpoint ? this.typed() : null;
  }

  put({ name, url, signature, alert_types, alert_ids, customer_ids, headers }) {
    this.name.value = name;
    this.url.value = url;
    this.signature.value = signature;
    for (const { input } of this.types) input.checked = alert_types.includes(input.value);
    this.alerts.value = alert_ids.join('\n');
    this.customers.value = customer_ids.join('\n');
    this.headers.value = Object.entries(headers).map((header) => header.join(': ')).join('\n');
  }

  // Of one that is there only what was changed here: the rest may be another by now.
  async request() {
    if (this.was === null) return this.typed();
    const changes = differing(this.was, this.typed());
    if (Object.keys(changes).length === 0) throw new Error('Nothing is changed.');
    const now = (await post('/v1/webhooks/get', { id: this.endpoint.id })).data;
    askAboutOthers(this.endpoint, now, changes,
      { begin: () => this.beginWith(now, changes), saidOf: (name) => saidOf(name, now) });
    return { id: this.endpoint.id, ...changes };
  }

  // What was typed stays; all else is as it is now, and what is typed is compared with that.
  beginWith(now, changes) {
    this.endpoint = now;
    this.put(now);
    this.was = this.typed();
    this.put({ ...now, ...changes });
  }

  typed() {
    const url = this.url.value.trim();
    if (url === '') throw new Error('The URL is missing.');
    return {
      name: this.name.value.trim(),
      url,
      signature: this.signature.value,
      alert_types: this.types.filter(({ input }) => input.checked).map(({ input }) => input.value),
      alert_ids: idsOf(this.alerts, 'Alerts'),
      customer_ids: idsOf(this.customers, 'Customers'),
      headers: headersOf(this.headers),
    };
  }
}

// Null: nothing was done. Else what the server said: of a new one its id and secret.
export async function askForEndpoint(endpoint) {
  const form = new EndpointForm(endpoint);
  let answer = null;
  const done = await ask({
    title: endpoint ? 'Edit the endpoint' : 'New endpoint',
    body: form.body,
    act: endpoint ? 'Save' : 'Create',
    submit: async (once) => {
      answer = await once.change(endpoint ? '/v1/webhooks/update' : '/v1/webhooks/create',
        await form.request());
    },
  });
  if (!done) return null;
  tell(endpoint ? 'The endpoint is changed.' : 'The endpoint is created.');
  return answer.data;
}

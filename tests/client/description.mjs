// What a server says of itself in `/openapi.json`, and whether an answer is as it says.
import assert from 'node:assert/strict';
import addFormats from 'ajv-formats';
import Ajv from 'ajv/dist/2020.js';

// So that what is not described is found too. Within `allOf` one does not know of the
// other's fields.
function closed(schema) {
  const inner = (parts) => Object.fromEntries(
    Object.entries(parts).map(([name, part]) => [name, closed(part)]));
  const open = opened(schema);
  return schema.$ref || schema.properties || schema.allOf
    ? { ...open, unevaluatedProperties: false }
    : open;

  function opened(part) {
    const out = { ...part };
    if (part.properties) out.properties = inner(part.properties);
    if (part.items) out.items = closed(part.items);
    if (part.allOf) out.allOf = part.allOf.map(opened);
    return out;
  }
}

// As it stands, for what others refer to.
function parts(schema) {
  const { unevaluatedProperties, ...open } = closed(schema);
  return open;
}

export class Description {
  static async of(server) {
    return new Description(JSON.parse(await server.get('/openapi.json')));
  }

  constructor(document) {
    this.document = document;
    this.validates = {};
    const schemas = Object.fromEntries(
      Object.entries(document.components.schemas).map(([name, s]) => [name, parts(s)]));
    this.ajv = new Ajv({ allErrors: true, strictTypes: false });
    addFormats(this.ajv);
    // A `$ref` in it is to where it stands in the document.
    this.ajv.addVocabulary(['components']);
    this.ajv.addSchema({ $id: 'https://tocsin.test/', components: { schemas } });
  }

  matches(name, value) {
    const $ref = `https://tocsin.test/#/components/schemas/${name}`;
    const { properties, allOf } = this.document.components.schemas[name];
    // One that names no field, as of this document itself, takes any.
    this.validates[name] ??= this.ajv.compile(
      properties || allOf ? { $ref, unevaluatedProperties: false } : { $ref });
    const validate = this.validates[name];
    return validate(value) ? [] : validate.errors;
  }

  // An answer with this body.
  check(method, url, response, body) {
    const { pathname } = new URL(url);
    const what = `${method} ${pathname} ${response.status} ${body}`;
    const described = this.document.paths[pathname]?.[method.toLowerCase()];
    assert.ok(described, what);
    const answer = described.responses[response.status];
    assert.ok(answer, `not described: ${what}`);
    if (!answer.content) return assert.equal(body, '', what);
    const type = response.headers.get('content-type').split(';')[0];
    const { schema } = answer.content[type] ?? assert.fail(`not described: ${type} ${what}`);
    if (type !== 'application/json') return undefined;
    const errors = this.matches(schema.$ref.split('/').at(-1), JSON.parse(body));
    return assert.deepEqual(errors, [], what);
  }

  // `fetch` that checks what comes, and remembers it in `answers`.
  fetching(answers = []) {
    return async (url, init) => {
      const response = await fetch(url, init);
      const body = await response.clone().text();
      this.check(init.method, url, response, body);
      answers.push({ status: response.status, headers: response.headers, body });
      return response;
    };
  }
}

// Elements. What is data comes in as text only, never as markup.
const kSvg = 'http://www.w3.org/2000/svg';

// What nobody sees, but ends a text early or turns about what stands beside it, is written
// out: no name is to be read as another.
const kUnseen = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
function visible(text) {
  return text.replace(kUnseen, (unseen) =>
    `⟨U+${unseen.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`);
}

// What it is called to who does not see it.
export function setLabel(element, text) { element.setAttribute('aria-label', visible(text)); }

function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) {
      element.addEventListener(name.slice(2), value);
    } else if (name === 'aria-label') {
      setLabel(element, value);
    } else {
      element.setAttribute(name, value === true ? '' : value);
    }
  }
}

export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  set(element, attributes);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined)
    .map((child) => (typeof child === 'string' ? visible(child) : child)));
  return element;
}

export function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS(kSvg, name);
  set(element, attributes);
  element.append(...children);
  return element;
}

// Only where it differs: what is set anew is laid out anew, and read out again.
export function setText(element, text) {
  const seen = visible(text);
  if (element.textContent !== seen) element.textContent = seen;
}

// Has these rows in the list, and no others. What is there already is not touched.
export function fill(list, rows) {
  const stay = new Set(rows);
  for (const row of [...list.children]) if (!stay.has(row)) row.remove();
  rows.forEach((row, i) => {
    if (list.children[i] !== row) list.insertBefore(row, list.children[i] ?? null);
  });
}

let count = 0;
// An id for what a label or a description refers to.
export function newId(what) { return `${what}-${++count}`; }

// A labelled field: `input` with what is said below it.
export function field(label, input, hint = null) {
  input.id = input.id || newId('field');
  const below = hint === null ? null : h('p', { class: 'hint', id: `${input.id}-hint` }, hint);
  if (below) input.setAttribute('aria-describedby', below.id);
  return h('div', { class: 'field' }, h('label', { for: input.id }, label), input, below);
}

export function checkbox(label, checked) {
  const input = h('input', { type: 'checkbox', checked });
  return { input, row: h('label', { class: 'check' }, input, h('span', {}, label)) };
}

export function when(iso, text) {
  return h('time', { datetime: iso, title: iso }, text);
}

// Elements. What is data comes in as text only, never as markup.
const kSvg = 'http://www.w3.org/2000/svg';

function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) {
      element.addEventListener(name.slice(2), value);
    } else {
      element.setAttribute(name, value === true ? '' : value);
    }
  }
}

export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  set(element, attributes);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
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
  if (element.textContent !== text) element.textContent = text;
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

// JSON whose numbers stay the digits that came, as text: an amount may have more of them
// than a JavaScript number holds.
const texts_and_numbers = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

export function parse(text) {
  return JSON.parse(text.replace(texts_and_numbers,
    (part) => (part.startsWith('"') ? part : `"${part}"`)));
}

// Of `now` what is not as it was.
export function differing(was, now) {
  return Object.fromEntries(Object.entries(now).filter(([name, value]) =>
    JSON.stringify(value) !== JSON.stringify(was[name])));
}

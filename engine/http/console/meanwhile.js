// What others make of something while somebody edits it: the server does what the last one
// says, so who began with another value is to know it, and to decide.
const text = (value) => JSON.stringify(value ?? []);

// Throws where `changes` would replace what others have made since it `was` so. `begin()`
// has the form begin with what is there now; `saidOf(name)` says what that is.
export function askAboutOthers(was, now, changes, { begin, saidOf }) {
  const others = Object.keys(changes).filter((name) => name in { ...was, ...now }
    && text(now[name]) !== text(was[name]) && text(now[name]) !== text(changes[name]));
  if (others.length === 0) return;
  begin();
  const error = new Error(
    `Nothing is saved yet: since this form was opened ${others.map(saidOf).join(', and ')}.`);
  error.act = 'Save over it';
  throw error;
}

// `the headers have become {"a":"b"}`, or were taken away.
export function listSaid(name, value) {
  const is_empty = Object.keys(value ?? []).length === 0;
  return is_empty ? `the ${name} were taken away` : `the ${name} have become ${JSON.stringify(value)}`;
}

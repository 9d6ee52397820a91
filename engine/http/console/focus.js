// Whoever works by keyboard stays where they are, also where what has the focus goes away
// or is shown anew: the browser alone would send them back to the beginning of the page.

// What gets the focus back when the dialog that is open is closed.
let lent = null;

export function lendFocus() { lent = document.activeElement; }
export function returnFocus() {
  const to = lent;
  lent = null;
  // The browser gives it back by itself, but only to what had it, if that is there yet.
  if (document.activeElement !== document.body) return;
  (to?.isConnected ? to : document.getElementById('view')).focus();
}

function isThere(element) {
  return element.isConnected && element.closest('[hidden]') === null;
}

// The line which `element` is in; of lists in lists that of the outermost.
function rowOf(part, element) {
  let row = null;
  for (let at = element; at !== part; at = at.parentElement) {
    if (at.localName === 'li') row = at;
  }
  return row;
}

// A line that is made anew is known by its `data-key`.
function rowNow(list, row) {
  if (row.isConnected) return row;
  const { key } = row.dataset;
  return key && [...list.children].find((one) => one.dataset.key === key);
}

function controls(row) { return [...row.querySelectorAll('a, button')].filter(isThere); }

// Of the same line, of the nearest below it, or of the nearest above.
function controlLike(name, list, rows, at) {
  for (const row of [...rows.slice(at), ...rows.slice(0, at).reverse()]) {
    const now = rowNow(list, row);
    if (!now || !isThere(now)) continue;
    const same = controls(now).find((control) => control.textContent === name);
    const heading = row === rows[at] ? now.querySelector('h2') : null;
    const found = same ?? heading ?? controls(now)[0];
    if (found) return found;
  }
  return null;
}

// Does `change()` to `part`. What has the focus in there keeps it; where it is gone the
// same control of the nearest line gets it, and where there is none what `otherwise()` gives.
export function keepFocus(part, change, otherwise) {
  const had = lent ?? document.activeElement;
  if (!part.contains(had)) {
    change();
    return;
  }
  const row = rowOf(part, had);
  const list = row?.parentElement;
  const rows = row ? [...list.children] : [];
  const name = had.textContent;
  change();
  const to = isThere(had) ? had
    : controlLike(name, list, rows, rows.indexOf(row)) ?? otherwise();
  // A heading takes the focus only so.
  if (to.tabIndex < 0) to.tabIndex = -1;
  if (lent !== null) lent = to;
  else to.focus();
}

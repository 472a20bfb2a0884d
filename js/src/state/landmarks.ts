// The names of the widgets on this page: screen readers list them, so each has one of its own. Each widget has a copy of
// this module of its own, so the page itself keeps the list.

const NAMES = Symbol.for("clearml-sched-widgets:landmarks");

function names(): Set<string> {
  const page = globalThis as { [NAMES]?: Set<string> };
  page[NAMES] ??= new Set();
  return page[NAMES];
}

/** The first of "Dashboard", "Dashboard 2", … that is free, and a function that gives it back. */
export function takeName(name: string): [string, () => void] {
  let own = name;
  for (let number = 2; names().has(own); number++) own = `${name} ${number}`;
  names().add(own);
  return [own, () => void names().delete(own)];
}

// Unique names for the landmarks of all widgets on the page, because screen readers list them. Each widget loads its
// own copy of this module, so the page's global object keeps the names.

const NAMES_KEY = Symbol.for("clearml-sched-widgets:landmarks");

function takenNames(): Set<string> {
  const page = globalThis as { [NAMES_KEY]?: Set<string> };
  page[NAMES_KEY] ??= new Set();
  return page[NAMES_KEY];
}

/** The first free name of "Dashboard", "Dashboard 2" and so on, and a function that releases it. */
export function claimName(name: string): [string, () => void] {
  let unique = name;
  for (let number = 2; takenNames().has(unique); number++) unique = `${name} ${number}`;
  takenNames().add(unique);
  return [unique, () => void takenNames().delete(unique)];
}

// Which forms are open on this page: what one of them holds is not offered to another. Each widget has a copy of this
// module of its own, so the page itself keeps the list.

const FORMS = Symbol.for("clearml-sched-widgets:forms");
const EVENT = "clearml-sched-widgets:forms";

function held(): Map<string, number> {
  const page = globalThis as { [FORMS]?: Map<string, number> };
  page[FORMS] ??= new Map();
  return page[FORMS];
}

/** A view of a form is open until the function that is returned is called. */
export function holdForm(form: string): () => void {
  count(form, 1);
  return () => count(form, -1);
}

export const isHeld = (form: string): boolean => (held().get(form) ?? 0) > 0;

/** Calls `handler` when a form was opened or went; returns the function that ends this. */
export function onHeld(handler: () => void): () => void {
  globalThis.addEventListener(EVENT, handler);
  return () => globalThis.removeEventListener(EVENT, handler);
}

function count(form: string, change: number): void {
  const left = (held().get(form) ?? 0) + change;
  if (left > 0) held().set(form, left);
  else held().delete(form);
  globalThis.dispatchEvent(new Event(EVENT));
}

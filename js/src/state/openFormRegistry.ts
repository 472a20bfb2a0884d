// The forms that are open on this page, so that the content of an open form is not offered to another one. Each widget
// loads its own copy of this module, so the page's global object keeps the list.

const COUNTS_KEY = Symbol.for("clearml-sched-widgets:forms");
const CHANGE_EVENT = "clearml-sched-widgets:forms";

function openFormCounts(): Map<string, number> {
  const page = globalThis as { [COUNTS_KEY]?: Map<string, number> };
  page[COUNTS_KEY] ??= new Map();
  return page[COUNTS_KEY];
}

/** Marks a form as open until the returned function is called. */
export function registerOpenForm(form: string): () => void {
  changeCount(form, 1);
  return () => changeCount(form, -1);
}

export const isFormOpen = (form: string): boolean => (openFormCounts().get(form) ?? 0) > 0;

/** Calls `handler` when a form opens or closes. Returns the function that unsubscribes. */
export function onOpenFormsChange(handler: () => void): () => void {
  globalThis.addEventListener(CHANGE_EVENT, handler);
  return () => globalThis.removeEventListener(CHANGE_EVENT, handler);
}

function changeCount(form: string, change: number): void {
  const views = (openFormCounts().get(form) ?? 0) + change;
  if (views > 0) openFormCounts().set(form, views);
  else openFormCounts().delete(form);
  globalThis.dispatchEvent(new Event(CHANGE_EVENT));
}

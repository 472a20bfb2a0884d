// Saves what is typed in a form in the browser tab too, because the kernel may be restarted or the cell run again. It
// is never sent to a server and ends with the tab. Each form has its own entry.
import { serverNow } from "./clock";
import { fromData } from "./fromData";
import type { Data } from "./toData";

export interface UnsavedForm {
  /** The form's id; the kernel gives each widget its own. */
  form: string;
  data: Data;
  /** The instance that the form changes: its id, its name, and the version that was opened. Empty for a new one. */
  instance: string;
  changes: string;
  base: string;
  /** When the form was last edited, in milliseconds since the epoch. */
  at: number;
}

const KEY_PREFIX = "clearml-sched-form:";
const MAX_FORMS = 5; // forms; the least recently edited ones are deleted first

/** Saves the content of a form in place of what was saved before. */
export function saveUnsavedForm(saved: Omit<UnsavedForm, "at">): void {
  try {
    const key = KEY_PREFIX + saved.form;
    if (sessionStorage.getItem(key) === null) deleteOldest(MAX_FORMS - 1);
    const text = JSON.stringify({ ...saved, at: serverNow() });
    try {
      sessionStorage.setItem(key, text);
    } catch {
      deleteOldest(0, key); // the storage is full
      sessionStorage.setItem(key, text);
    }
  } catch {
    // there is no storage, or it is still full; the kernel has the draft too
  }
}

export function deleteUnsavedForm(form: string): void {
  try {
    sessionStorage.removeItem(KEY_PREFIX + form);
  } catch {
    // there is no storage
  }
}

/** The forms that were not saved, launched or discarded, the latest first. */
export function listUnsavedForms(): UnsavedForm[] {
  try {
    return readAll().map(({ saved }) => saved);
  } catch {
    return [];
  }
}

function deleteOldest(remaining: number, exceptKey?: string): void {
  const others = readAll().filter(({ key }) => key !== exceptKey);
  for (const { key } of others.slice(remaining)) sessionStorage.removeItem(key);
}

function readAll(): { key: string; saved: UnsavedForm }[] {
  const keys = Array.from({ length: sessionStorage.length }, (_, index) => sessionStorage.key(index) ?? "");
  return keys
    .filter((key) => key.startsWith(KEY_PREFIX))
    .flatMap(readEntry)
    .sort((one, other) => other.saved.at - one.saved.at);
}

/** The saved form of a key; empty if the entry is not valid. */
function readEntry(key: string): { key: string; saved: UnsavedForm }[] {
  try {
    const stored = JSON.parse(sessionStorage.getItem(key) ?? "null") as Record<string, unknown>;
    const data = stored.data as Data;
    fromData(data); // throws if the entry has another format
    const [instance, changes, base] = ["instance", "changes", "base"].map((name) => String(stored[name] ?? ""));
    const saved = {
      form: key.slice(KEY_PREFIX.length),
      data,
      instance,
      changes,
      base,
      at: Number(stored.at) || 0,
    } as UnsavedForm;
    return [{ key, saved }];
  } catch {
    return [];
  }
}

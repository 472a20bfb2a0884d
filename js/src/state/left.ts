// What is typed in a form is also kept in the browser tab: the kernel may be restarted, the cell be run again. No
// server sees it, and it goes with the tab. Each form has a copy of its own.
import { fromData } from "./fromData";
import type { Data } from "./toData";

export interface Left {
  /** Which form it was: the kernel gives each widget another name. */
  form: string;
  data: Data;
  /** The instance that the form changes: its id, its name, and the version that was opened. Empty for a new one. */
  instance: string;
  changes: string;
  base: string;
  /** When it was last typed in. */
  at: number;
}

const PREFIX = "clearml-sched-form:";
const MOST = 5; // forms; those that were left alone for longest go first

/** Keeps what a form holds, in place of what it held before. */
export function keepForm(left: Omit<Left, "at">): void {
  try {
    const key = PREFIX + left.form;
    if (sessionStorage.getItem(key) === null) makeRoom(MOST - 1);
    const text = JSON.stringify({ ...left, at: Date.now() });
    try {
      sessionStorage.setItem(key, text);
    } catch {
      makeRoom(0, key); // it is full
      sessionStorage.setItem(key, text);
    }
  } catch {
    // the host has none, or it is full all the same: the kernel still has the draft
  }
}

export function forgetForm(form: string): void {
  try {
    sessionStorage.removeItem(PREFIX + form);
  } catch {
    // as above
  }
}

/** What forms held that were not saved, launched or given up, the latest first. */
export function leftForms(): Left[] {
  try {
    return kept().map(({ left }) => left);
  } catch {
    return [];
  }
}

function makeRoom(most: number, but?: string): void {
  const others = kept().filter(({ key }) => key !== but);
  for (const { key } of others.slice(most)) sessionStorage.removeItem(key);
}

function kept(): { key: string; left: Left }[] {
  const keys = Array.from({ length: sessionStorage.length }, (_, index) => sessionStorage.key(index) ?? "");
  return keys
    .filter((key) => key.startsWith(PREFIX))
    .flatMap(read)
    .sort((one, other) => other.left.at - one.left.at);
}

/** Nothing where somebody else has written. */
function read(key: string): { key: string; left: Left }[] {
  try {
    const found = JSON.parse(sessionStorage.getItem(key) ?? "null") as Record<string, unknown>;
    const data = found.data as Data;
    fromData(data); // or it is not ours
    const [instance, changes, base] = ["instance", "changes", "base"].map((name) => String(found[name] ?? ""));
    const left = { form: key.slice(PREFIX.length), data, instance, changes, base, at: Number(found.at) || 0 } as Left;
    return [{ key, left }];
  } catch {
    return [];
  }
}

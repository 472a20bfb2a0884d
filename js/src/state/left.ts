// What is typed in a form is also kept in the browser tab: the kernel may be restarted, the cell be run again. No
// server sees it, and it goes with the tab.
import { fromData } from "./fromData";
import type { Data } from "./toData";

export interface Left {
  data: Data;
  /** The name of the instance that the form changes; empty for a new one. */
  changes: string;
}

const KEY = "clearml-sched-form";

export function keepForm(left: Left): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(left));
  } catch {
    // the host has none, or it is full: the kernel still has the draft
  }
}

export function forgetForm(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // as above
  }
}

/** What a form held when it went without being saved, launched or given up; null if there is nothing. */
export function leftForm(): Left | null {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
    if (typeof found !== "object" || found === null || !("data" in found)) return null;
    fromData(found.data as Data); // or it is not ours
    return { data: found.data as Data, changes: "changes" in found ? String(found.changes) : "" };
  } catch {
    return null;
  }
}

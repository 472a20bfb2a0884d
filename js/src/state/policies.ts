// What the policies of an item mean, in plain words, and which of them are not as usual.
import type { PoliciesDraft } from "./draft";
import { blankPolicies } from "./draft";

export type ItemType = "schedule" | "trigger";

const USUAL_OVERLAP: Record<ItemType, string> = { schedule: "allow", trigger: "queue" };

export const OVERLAP = [
  ["allow", "Launch all the same"],
  ["skip", "Skip the new run"],
  ["queue", "Wait for it"],
  ["cancel_previous", "Stop it first"],
] as const;

export const MISSED = [
  ["skip", "Skip them"],
  ["latest", "Launch the latest"],
  ["all", "Launch all of them"],
] as const;

export const overlapOf = (policies: PoliciesDraft, type: ItemType) => policies.overlap || USUAL_OVERLAP[type];

/** The chosen answer to a run that is not finished, in a sentence. */
export function overlapWords(policies: PoliciesDraft, type: ItemType): string {
  const words: Record<string, string> = {
    allow: "Its runs may overlap.",
    skip: "While a run is queued or running, the next one is left out.",
    queue:
      type === "schedule"
        ? "One run waits until the one before has ended; further ones are left out."
        : "Events wait in their order, one run after the other.",
    cancel_previous: "The unfinished run is asked to stop; the new one is launched when it has ended.",
  };
  return words[overlapOf(policies, type)] ?? "";
}

/** What happens to times at which nobody looked: the kernel was down, or the server away. */
export function missedWords(policies: PoliciesDraft): string {
  const window = policies.catchup_window.trim();
  const young = window === "" ? "" : ` that is at most ${window} late`;
  const words: Record<string, string> = {
    skip: "A run whose time passed while the scheduler was down is left out.",
    latest: `After a downtime the latest missed run${young} is launched.`,
    all: `After a downtime every missed run${young} is launched.`,
  };
  return words[policies.missed] ?? "";
}

export function retryWords(policies: PoliciesDraft): string {
  if (!retries(policies)) return "A run that failed is not launched again.";
  return `A run that failed is launched again after ${policies.retry_backoff || "a while"}, then after twice as long, and so on.`;
}

export function pauseWords(policies: PoliciesDraft): string {
  const count = policies.pause_after_failures.trim();
  if (count === "") return "Failed runs never pause it.";
  return `After ${counted(count, "failed run")} in a row the item is paused, until somebody resumes it.`;
}

export function maxWords(policies: PoliciesDraft): string {
  const count = policies.max_runs.trim();
  return count === "" ? "It goes on until it is stopped." : `The item ends after ${counted(count, "run")}.`;
}

export function jitterWords(policies: PoliciesDraft): string {
  const length = policies.jitter.trim();
  if (length === "") return "Every run starts on time.";
  return `Each run starts up to ${length} later, always the same for the same time: what is due together starts apart.`;
}

/** Whether failed runs are launched again. */
export const retries = (policies: PoliciesDraft) => !/^\s*0*\s*$/.test(policies.retries);

/** What is not as usual, in a few words each, for the folded title. */
export function changed(policies: PoliciesDraft, type: ItemType): string[] {
  const usual = blankPolicies();
  const found: string[] = [];
  const overlap = overlapOf(policies, type);
  if (overlap !== USUAL_OVERLAP[type]) found.push(`overlap: ${overlap.replace("_", " ")}`);
  if (type === "schedule") {
    if (policies.missed !== usual.missed) found.push(`missed runs: ${policies.missed}`);
    else if (policies.catchup_window !== usual.catchup_window) found.push(`catch-up ${policies.catchup_window}`);
  }
  if (retries(policies)) found.push(counted(policies.retries.trim(), "retry", "retries"));
  if (policies.pause_after_failures) found.push(`pause after ${counted(policies.pause_after_failures, "failure")}`);
  if (policies.max_runs) found.push(`at most ${counted(policies.max_runs, "run")}`);
  if (type === "schedule" && policies.jitter) found.push(`jitter ${policies.jitter}`);
  return found;
}

function counted(count: string, one: string, many = `${one}s`): string {
  return `${count} ${count === "1" ? one : many}`;
}

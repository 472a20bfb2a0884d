// Describes the policies of an item in plain words, and lists those that differ from the defaults.
import type { PoliciesDraft } from "./draft";
import { blankPolicies } from "./draft";

export type ItemType = "schedule" | "trigger";

const DEFAULT_OVERLAP: Record<ItemType, string> = { schedule: "allow", trigger: "queue" };

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

export const effectiveOverlap = (policies: PoliciesDraft, type: ItemType) => policies.overlap || DEFAULT_OVERLAP[type];

/** What happens if the previous run is not finished. */
export function overlapText(policies: PoliciesDraft, type: ItemType): string {
  const texts: Record<string, string> = {
    allow: "Its runs may overlap.",
    skip: "While a run is queued or running, the next one is left out.",
    queue:
      type === "schedule"
        ? "One run waits until the one before has ended; further ones are left out."
        : "Events wait in their order, one run after the other.",
    cancel_previous: "The unfinished run is asked to stop; the new one is launched when it has ended.",
  };
  return texts[effectiveOverlap(policies, type)] ?? "";
}

/** What happens to slots that were missed while the kernel was down or the server unreachable. */
export function missedText(policies: PoliciesDraft): string {
  const window = policies.catchup_window.trim();
  const maxDelay = window === "" ? "" : ` that is at most ${window} late`;
  const texts: Record<string, string> = {
    skip: "A run whose time passed while the scheduler was down is left out.",
    latest: `After a downtime the latest missed run${maxDelay} is launched.`,
    all: `After a downtime every missed run${maxDelay} is launched.`,
  };
  return texts[policies.missed] ?? "";
}

export function retryText(policies: PoliciesDraft): string {
  if (!hasRetries(policies)) return "A run that failed is not launched again.";
  return `A run that failed is launched again after ${policies.retry_backoff || "a while"}, then after twice as long, and so on.`;
}

export function pauseText(policies: PoliciesDraft): string {
  const count = policies.pause_after_failures.trim();
  if (count === "") return "Failed runs never pause it.";
  return `After ${countText(count, "failed run")} in a row the item is paused, until somebody resumes it.`;
}

export function maxRunsText(policies: PoliciesDraft): string {
  const count = policies.max_runs.trim();
  return count === "" ? "It goes on until it is stopped." : `The item ends after ${countText(count, "run")}.`;
}

export function jitterText(policies: PoliciesDraft): string {
  const length = policies.jitter.trim();
  if (length === "") return "Every run starts on time.";
  return `Each run starts up to ${length} later, always the same for the same time: what is due together starts apart.`;
}

/** Whether failed runs are launched again. */
export const hasRetries = (policies: PoliciesDraft) => !/^\s*0*\s*$/.test(policies.retries);

/** The policies that differ from the defaults, in a few words each, for the folded title. */
export function changedPolicies(policies: PoliciesDraft, type: ItemType): string[] {
  const defaults = blankPolicies();
  const changes: string[] = [];
  const overlap = effectiveOverlap(policies, type);
  if (overlap !== DEFAULT_OVERLAP[type]) changes.push(`overlap: ${overlap.replace("_", " ")}`);
  if (type === "schedule") {
    if (policies.missed !== defaults.missed) changes.push(`missed runs: ${policies.missed}`);
    else if (policies.catchup_window !== defaults.catchup_window) changes.push(`catch-up ${policies.catchup_window}`);
  }
  if (hasRetries(policies)) changes.push(countText(policies.retries.trim(), "retry", "retries"));
  if (policies.pause_after_failures) changes.push(`pause after ${countText(policies.pause_after_failures, "failure")}`);
  if (policies.max_runs) changes.push(`at most ${countText(policies.max_runs, "run")}`);
  if (type === "schedule" && policies.jitter) changes.push(`jitter ${policies.jitter}`);
  return changes;
}

function countText(count: string, one: string, many = `${one}s`): string {
  return `${count} ${count === "1" ? one : many}`;
}

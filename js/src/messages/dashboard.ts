// One instance as the dashboard shows it.
import type { InstanceBrief, InstanceChanges } from "./instances";
import type { LogData } from "./log";
import type { SharedTraits } from "./shared";
import type { ChangesData, WindowData } from "./tables";
import type { TimelineTraits } from "./timeline";

export interface InstanceHead {
  id: string;
  name: string;
  status: string;
  where: string;
  note: string;
  user: string;
  started: number | null;
  problem: string;
  /** What `problem` says is nothing wrong: it waits for another process to let go. */
  waiting: boolean;
  /** Why it failed or was lost, a sentence each; empty if it did not, or nobody knows. */
  failure: Said[];
  /** Why its definition cannot be changed now; empty if it can. */
  fixed: string;
  /** How many rows there are; of scheduled and executed ones only so many are sent. */
  items: number;
  runs: number;
  /** Schedules and triggers, by whether the definition enables them. */
  enabled: number;
  disabled: number;
  /** Whether all runs were read from the server; older ones are read page by page. */
  whole: boolean;
  /** Until then: the time of the oldest run that was read so far. */
  read_to: number | null;
}

export interface Vitals {
  /** When the kernel last said that it lives; it does so every ten seconds. */
  beat?: number;
  heartbeat?: number | null;
  next_run?: number | null;
  running?: number;
  queued?: number;
  ended_day?: number;
  failed_day?: number;
}

/**
 * A sentence: words, names that others gave, commands to type, and times, with the word before each that goes with a
 * clock time.
 */
export type Said = readonly (string | { name: string } | { code: string } | { at: number; word: string })[];

/** Why an item or a run has not run. */
export interface Reason {
  code: string;
  said: Said;
  /** The same in a word or two; may be empty. */
  hint: string;
}

interface VitalTraits {
  vitals: Vitals;
  /** By item, for those about which there is something to say. */
  reasons: Record<string, Reason>;
  /** By run, for those that wait in their queues. */
  run_reasons: Record<string, Reason>;
}

/** Work that takes long, and for a while what came of it. */
export interface Work {
  key: string;
  said: Said;
  done: number;
  total: number;
  state: "going" | "done" | "failed";
}

export interface DashboardTraits extends SharedTraits, TimelineTraits, VitalTraits {
  progress: Work[];
  /** See `useInstances`: what is shown is this with the changes laid over it. */
  instances: InstanceBrief[];
  instance_changes: InstanceChanges;
  /** Whether `instances` was read from the server. */
  loaded: boolean;
  selected: string;
  /** Empty while it is being read; only a problem if it cannot be. */
  view: InstanceHead | { problem?: string };
  /** The first rows of a table, and what has changed in it; see state/tableState.ts. */
  scheduled_window: WindowData;
  scheduled_changes: ChangesData;
  executed_window: WindowData;
  executed_changes: ChangesData;
  log_window: LogData;
  log_changes: LogData;
}

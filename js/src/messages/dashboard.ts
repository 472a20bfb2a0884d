// Messages about one instance, as the dashboard shows it.
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
  /** True if `problem` is no error: the instance waits for another process to release it. */
  waiting: boolean;
  /** The version of the package that its engine runs, if that is another one than this kernel's. */
  other_version: string;
  /** One sentence for each cause of a failure or silence; empty if all is well or the cause is unknown. */
  failure: Sentence[];
  /** Why the definition cannot be changed now; empty if it can. */
  fixed: string;
  /** The number of all scheduled rows; only some are sent. */
  items: number;
  /** The number of items that the definition enables; `disabled` counts the others. */
  enabled: number;
  disabled: number;
  /** Whether all runs were read from the server; older ones are read page by page. */
  whole: boolean;
  /** The time of the oldest run that was read so far, if not all were read. */
  read_to: number | null;
}

export interface Vitals {
  /** When the instance last gave a sign of life. */
  heartbeat?: number | null;
  /** By how many seconds this kernel's clock is ahead of the server's, or behind it (negative), if it is wrong. */
  clock_ahead?: number;
  next_run?: number | null;
  running?: number;
  queued?: number;
  ended_day?: number;
  failed_day?: number;
}

/**
 * A sentence in parts: plain words, names that users gave, commands to type, and times. `word` stands before a clock
 * time, such as "at"; after "for" stands how long ago it is.
 */
export type Sentence = readonly (string | { name: string } | { code: string } | { at: number; word: string })[];

/** Why an item or a run has not run. */
export interface Reason {
  code: string;
  said: Sentence;
  /** The reason in a word or two; may be empty. */
  hint: string;
}

/** A task that has a run as its parent, as a step of a pipeline has. Times are milliseconds since the epoch. */
export interface Step {
  id: string;
  name: string;
  status: string;
  started: number | null;
  finished: number | null;
}

/** The first steps of a run, oldest first, and whether it has more. */
export interface StepsAnswer {
  steps: Step[];
  more: boolean;
}

interface VitalTraits {
  vitals: Vitals;
  /** By item id; only items with a reason. */
  reasons: Record<string, Reason>;
  /** By run id; only runs that wait in a queue. */
  run_reasons: Record<string, Reason>;
}

/** Long work of the kernel; its result stays in the list for a while. */
export interface Work {
  key: string;
  said: Sentence;
  done: number;
  total: number;
  state: "going" | "done" | "failed";
}

export interface DashboardTraits extends SharedTraits, TimelineTraits, VitalTraits {
  progress: Work[];
  /** `useInstances` merges this with `instance_changes`. */
  instances: InstanceBrief[];
  instance_changes: InstanceChanges;
  /** Whether `instances` was read from the server. */
  loaded: boolean;
  selected: string;
  /** Empty while the instance is read; only `problem` if it cannot be read. */
  view: InstanceHead | { problem?: string };
  /** The first rows of a table, and its latest changes; see state/tableState.ts. */
  scheduled_window: WindowData;
  scheduled_changes: ChangesData;
  executed_window: WindowData;
  executed_changes: ChangesData;
  log_window: LogData;
  log_changes: LogData;
}

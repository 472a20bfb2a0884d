// What the page and the kernel say to each other; clearml_sched_widgets/widgets/messages.py lists the same actions.
import type { LogData } from "./state/log";
import type { ChangesData, WindowData } from "./state/tableState";

export const ACTIONS = [
  "open",
  "retry",
  "validate",
  "outlook",
  "day",
  "matches",
  "check",
  "task",
  "tasks",
  "parameters",
  "queues",
  "projects",
  "launch",
  "save",
  "import",
  "export",
  "discard",
  "select",
  "rows",
  "csv",
  "pause",
  "resume",
  "run_now",
  "stop",
  "timeline",
  "pause_item",
  "resume_item",
  "slots",
  "backfill",
  "edit",
  "update",
  "abort",
  "rerun",
  "console",
  "log",
  "editing",
  "clone",
  "configuration",
  "delete",
] as const;

export type Action = (typeof ACTIONS)[number];

export interface Connection {
  state: "new" | "connecting" | "connected" | "not_configured" | "denied" | "unreachable" | "refused";
  message?: string;
  user?: string;
  api?: string;
  /** The web server's address, or empty. */
  web?: string;
}

export interface Problem {
  path: string;
  message: string;
}

export interface NextRun {
  /** Milliseconds since the epoch. */
  at: number;
  /** The same on the schedule's wall clock. */
  local: string;
  zone: string;
}

export interface ItemReview {
  sentence: string;
  next: NextRun[];
}

export interface Review {
  revision: number;
  problems: Problem[];
  items: Record<string, ItemReview>;
}

export interface DayCount {
  /** A local date, such as 2026-12-01. */
  date: string;
  count: number;
  /** There are more than `count`. */
  more: boolean;
}

/** Items that are due in the same minute on one queue. Times are milliseconds since the epoch. */
export interface Clash {
  queue: string;
  items: string[];
  count: number;
  first: number[];
}

export interface Outlook {
  /** The local date now in the asked zone. */
  today: string;
  days: DayCount[];
  /** Schedules that were not looked at, as there are too many. */
  left_out: number;
  clashes: Clash[];
  until: number;
}

export interface DayRuns {
  runs: { at: number; item: string }[];
  more: boolean;
}

export interface MatchingObject {
  id: string;
  name: string;
  project: string;
  status: string;
  tags: string[];
  changed: number | null;
}

/** What a trigger matches on the server now. */
export interface Matches {
  count: number;
  read: number;
  all_read: boolean;
  objects: MatchingObject[];
}

export interface Check {
  revision: number;
  problems: Problem[];
  warnings: Problem[];
}

export interface BaseTask {
  id: string;
  name: string;
  project: string;
  status: string;
  type: string;
  tags: string[];
  user: string;
  /** Milliseconds since the epoch. */
  updated: number | null;
  archived: boolean;
  /** What it is instead of a plain task, such as dataset; empty if nothing. */
  kind: string;
}

/** What an id or a web address stands for. */
export interface Resolved {
  id: string;
  task: BaseTask | null;
  problem: string;
}

/** A hyperparameter of a base task. */
export interface Parameter {
  /** Section/name */
  name: string;
  value: string;
  /** Of the whole value, in characters: a very long one is sent in part. */
  length: number;
  type: string;
  description: string;
}

export interface Queue {
  id: string;
  name: string;
  watched: boolean | null;
}

/** One row of the list of instances. Times are milliseconds since the epoch. */
export interface InstanceBrief {
  id: string;
  name: string;
  status: string;
  where: string;
  user: string;
  mine: boolean;
  started: number | null;
  /** When its status changed last, or it was made. */
  changed: number | null;
  /** When it was last heard of, if that is longer ago than it should be. */
  heard: number | null;
  /** How many schedules and triggers it has; null until that was read. */
  items: number | null;
  next: number | null;
  /** Why its definition cannot be read. */
  problem: string;
}

/** What changed since `instances` was sent: rows that are new or differ, and the ids of those that are gone. */
export interface InstanceChanges {
  rows?: InstanceBrief[];
  gone?: string[];
}

/** A definition for people to read. */
export interface Configuration {
  name: string;
  description: string;
  facts: string[];
  items: ConfigurationItem[];
  /** The whole definition as JSON. */
  text: string;
}

export interface ConfigurationItem {
  id: string;
  kind: "schedule" | "trigger";
  name: string;
  task: string;
  task_name: string;
  when: string;
  facts: string[];
}

export interface InstanceHead {
  id: string;
  name: string;
  status: string;
  where: string;
  note: string;
  user: string;
  started: number | null;
  problem: string;
  /** How many rows there are; of scheduled and executed ones only so many are sent. */
  items: number;
  runs: number;
  /** Whether all runs were read from the server; older ones are read page by page. */
  whole: boolean;
}

export const SCHEDULED_COLUMNS = [
  "item",
  "kind",
  "name",
  "task",
  "task_name",
  "next_run",
  "project",
  "queue",
  "schedule",
  "start",
  "recurring",
  "single_instance",
  "parameters",
  "overrides",
  "time_limit",
  "method",
  "state",
  "note",
  "runs",
] as const;

export interface ScheduledRow {
  item: string;
  kind: string;
  name: string;
  task: string;
  task_name: string;
  next_run: number | null;
  project: string;
  queue: string;
  schedule: string;
  start: number | null;
  recurring: boolean;
  single_instance: boolean;
  parameters: string;
  overrides: string;
  time_limit: string;
  method: string;
  state: string;
  note: string;
  runs: number;
}

export const EXECUTED_COLUMNS = [
  "run",
  "item",
  "name",
  "item_name",
  "cause",
  "scheduled",
  "started",
  "finished",
  "status",
  "object",
  "key",
  "note",
  "began",
  "task",
] as const;

export interface ExecutedRow {
  run: string;
  item: string;
  name: string;
  item_name: string;
  cause: string;
  scheduled: number | null;
  started: number | null;
  finished: number | null;
  status: string;
  object: string;
  key: string;
  note: string;
  began: number | null;
  /** The launched task's id; empty for a call of a Python function. */
  task: string;
}

export interface LogLine {
  time: number;
  level: string;
  text: string;
}

/** One run: item, start, begin on an agent, end, status, id. Several that begin together: the counts by status. */
export type TimelineBar =
  | [item: string, start: number, began: number | null, end: number | null, status: string, run: string, task?: string]
  | [item: string, start: number, began: null, end: number | null, counts: Record<string, number>];

export interface TimelineLane {
  /** Empty for the lane that items without one of their own share. */
  item: string;
  name: string;
  kind: "schedule" | "trigger" | "removed" | "others";
}

export interface TimelineData {
  id: number;
  /** The length of the window that was asked for, and whether it goes on with the time. */
  length: number;
  follow: boolean;
  /** What it covers: more than the window. */
  from: number;
  to: number;
  bucket: number;
  lanes: TimelineLane[];
  bars: TimelineBar[];
  /** Runs to come. */
  marks: [item: string, at: number][];
}

/** Runs that are not in the picture of that id, as they change. */
export interface TimelineLive {
  id: number;
  bars: TimelineBar[];
}

export interface TimelineTraits {
  timeline: TimelineData | Record<string, never>;
  timeline_live: TimelineLive | Record<string, never>;
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

/** Why an item has not run. */
export interface Reason {
  code: string;
  text: string;
}

export interface VitalTraits {
  vitals: Vitals;
  /** By item, for those about which there is something to say. */
  reasons: Record<string, Reason>;
}

export interface WizardTraits {
  connection: Connection;
  draft: Record<string, unknown>;
}

export interface DashboardTraits extends TimelineTraits, VitalTraits {
  connection: Connection;
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

/** The instance that the draft changes. */
export interface Edited {
  id: string;
  name: string;
  /** The item that the user wants to change. */
  item?: string;
}

export interface AppTraits extends WizardTraits, DashboardTraits {
  /** Empty if the draft is a new instance's. */
  editing: Edited | Record<string, never>;
}

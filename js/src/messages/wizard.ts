// Messages of the form.
import type { Problem, SharedTraits } from "./shared";

export interface NextRun {
  /** Milliseconds since the epoch. */
  at: number;
  /** The same time on the schedule's wall clock. */
  local: string;
  zone: string;
}

export interface ItemReview {
  sentence: string;
  next: NextRun[];
  /** What it launches, in words, if that is the latest of several tasks. */
  launches?: string;
}

export interface Review {
  revision: number;
  problems: Problem[];
  items: Record<string, ItemReview>;
}

export interface Check {
  revision: number;
  problems: Problem[];
  warnings: Problem[];
}

export interface DayCount {
  /** A local date, such as 2026-12-01. */
  date: string;
  count: number;
  /** Whether there are more than `count`. */
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
  /** Today's date in the requested time zone. */
  today: string;
  days: DayCount[];
  /** The number of schedules that were not looked at, because there are too many. */
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
  /** What the task is, such as dataset; empty for a plain task. */
  kind: string;
}

/** The task that an id or a web address stands for. */
export interface Resolved {
  id: string;
  task: BaseTask | null;
  problem: string;
}

/** The task that is the latest of several now. */
export interface LatestNow {
  task: BaseTask | null;
  /** When it completed; milliseconds since the epoch. */
  completed: number | null;
  /** Whether the question was complete. */
  asked: boolean;
}

/** A hyperparameter of a base task. */
export interface Parameter {
  /** Section/name */
  name: string;
  value: string;
  /** The length of the full value in characters: a very long value is sent in part. */
  length: number;
  type: string;
  description: string;
}

export interface Queue {
  id: string;
  name: string;
  watched: boolean | null;
}

export interface WizardTraits extends SharedTraits {
  draft: Record<string, unknown>;
  /** Identifies this widget's form among all forms. */
  form: string;
}

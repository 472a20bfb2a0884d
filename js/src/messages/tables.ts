// Messages about the two tables of a dashboard: their columns, and how their rows are sent.

export type Values = readonly unknown[];

/** One change of a table: the changed columns of a row, or the values of a new row that is inserted at `index`. */
export type Change = readonly [revision: number, index: number, change: Values | Readonly<Record<string, unknown>>];

/** The first rows of a table in its default order. */
export interface WindowData {
  revision: number;
  total: number;
  rows: readonly Values[];
}

/** The changes of a table since a revision, in its default order. */
export interface ChangesData {
  revision: number;
  since: number;
  total: number;
  changes: readonly Change[];
}

/** The values of each column with their numbers of rows. */
export type Choices = Readonly<Record<string, readonly (readonly [value: string, count: number])[]>>;

/** The answer to a request for rows. */
export interface RowsAnswer extends WindowData {
  matching: number;
  offset: number;
  choices?: Choices;
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
  "base",
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
  /** The id of the task of which it is a clone; empty if it is none. */
  base: string;
}

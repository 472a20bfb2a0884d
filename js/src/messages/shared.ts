// Messages between page and kernel that all widgets share; the other files of this folder have the rest by subject.
// clearml_sched_widgets/widgets/host/messages.py lists the same actions.

const ACTIONS = [
  "open",
  "retry",
  "validate",
  "outlook",
  "day",
  "matches",
  "check",
  "task",
  "latest",
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
  "find",
  "csv",
  "pause",
  "resume",
  "run_now",
  "run_all",
  "stop",
  "timeline",
  "pause_item",
  "resume_item",
  "slots",
  "backfill",
  "edit",
  "update",
  "move",
  "move_here",
  "restart",
  "abort",
  "rerun",
  "steps",
  "console",
  "log",
  "older_log",
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

/** The environment of the kernel; each part is set only if it applies. */
export interface Surroundings {
  /** The name of a host that ends kernels by itself, and when it does so. */
  host?: string;
  ends?: string;
  /** The last time the computer slept, in milliseconds since the epoch. */
  slept?: { from: number; to: number };
}

/** The traits that every widget has. */
export interface SharedTraits {
  /** The server's present when the kernel sent this, in milliseconds; sent every ten seconds. */
  clock: number;
  connection: Connection;
  surroundings: Surroundings;
}

export interface Problem {
  path: string;
  message: string;
}

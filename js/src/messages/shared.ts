// What a page and the kernel say to each other: what all widgets share. The files beside this one have the rest, by
// subject. clearml_sched_widgets/widgets/messages.py lists the same actions.

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

// Groups of instance statuses.
export const ALIVE = ["running", "paused", "lost", "queued"];
export const RESUMABLE = ["paused", "stopped", "failed", "completed", "lost", "draft"];

// What the statuses of an instance mean for the screens.
export const ALIVE = ["running", "paused", "lost", "queued"];
export const RESUMABLE = ["paused", "stopped", "failed", "completed", "lost", "draft"];

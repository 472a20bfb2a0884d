// Groups of statuses of instances, and of runs.
export const ALIVE = ["running", "paused", "silent", "queued"];
export const RESUMABLE = ["paused", "stopped", "failed", "completed", "silent", "draft"];
export const TAKES_COMMANDS = ["running", "paused", "silent"];

/** The statuses of runs that have not ended. */
export const ACTIVE = ["queued", "in_progress"];

/** What becomes of a command of a silent instance. */
export const KEPT = "It gives no sign of life: the server keeps this, and it is carried out when it is resumed.";

/** The code of the reason of an item that is set aside after errors; resuming the item tries it again. */
export const SET_ASIDE = "set_aside";

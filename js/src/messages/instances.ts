// The list of instances.

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

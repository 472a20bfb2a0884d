// Messages about the list of instances.

/** One row of the list of instances. Times are milliseconds since the epoch. */
export interface InstanceBrief {
  id: string;
  name: string;
  status: string;
  where: string;
  user: string;
  mine: boolean;
  started: number | null;
  /** When its status last changed, or when it was created. */
  changed: number | null;
  /** When a silent one last gave a sign of life; null if that is not known, and for any other. */
  heard: number | null;
  /** The number of schedules and triggers; null until it was read. */
  items: number | null;
  next: number | null;
  /** Why its definition cannot be read; empty if it can. */
  problem: string;
}

/** The changes since `instances` was sent: new or changed rows, and the ids of removed ones. */
export interface InstanceChanges {
  rows?: InstanceBrief[];
  gone?: string[];
}

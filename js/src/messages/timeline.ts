// The picture of an instance's runs over time.

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

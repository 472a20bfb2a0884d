// Messages about the timeline of an instance's runs.

/**
 * A bar: one run, or a group of runs that start close together, with their counts by status. `began` is when an agent
 * started the run.
 */
export type TimelineBar =
  | [item: string, start: number, began: number | null, end: number | null, status: string, run: string, task?: string]
  | [item: string, start: number, began: null, end: number | null, counts: Record<string, number>];

export interface TimelineLane {
  /** The item's id; empty for the lane that several items share. */
  item: string;
  name: string;
  kind: "schedule" | "trigger" | "removed" | "others";
}

export interface TimelineData {
  id: number;
  /** The length of the requested window, and whether it moves with the current time. */
  length: number;
  follow: boolean;
  /** The range that the data covers, which is larger than the window. */
  from: number;
  to: number;
  bucket: number;
  lanes: TimelineLane[];
  bars: TimelineBar[];
  /** Future runs. */
  marks: [item: string, at: number][];
}

/** Runs that changed since the timeline of this id was sent. */
export interface TimelineLive {
  id: number;
  bars: TimelineBar[];
}

export interface TimelineTraits {
  timeline: TimelineData | Record<string, never>;
  timeline_live: TimelineLive | Record<string, never>;
}

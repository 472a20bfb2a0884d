// The timeline as a table of numbers, for screen readers and to copy.
import { relativeTime } from "../../state/format";
import { timestampText } from "./describe";
import type { LaneLayout } from "./layout";
import type { TimeRange } from "./scale";

interface LaneTableProps {
  lanes: readonly LaneLayout[];
  shown: TimeRange;
  now: number;
  utc: boolean;
}

const COLUMNS = [
  ["completed", ["completed", "published", "closed"]],
  ["failed", ["failed"]],
  ["running", ["in_progress"]],
  ["queued", ["queued"]],
  ["stopped", ["stopped"]],
] as const;

export function LaneTable({ lanes, shown, now, utc }: LaneTableProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a region that scrolls, which must be reachable by keyboard
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    <div class="csw-scroll" role="group" aria-label="Timeline as a table" tabIndex={0}>
      <table class="csw-table">
        <caption class="csw-tl-caption">
          Runs from {timestampText(shown.start, utc)} to {timestampText(shown.end, utc)}
        </caption>
        <thead>
          <tr>
            <th scope="col">Item</th>
            <th scope="col" class="csw-number">
              Runs
            </th>
            {COLUMNS.map(([name]) => (
              <th key={name} scope="col" class="csw-number">
                {name}
              </th>
            ))}
            <th scope="col">Next run</th>
          </tr>
        </thead>
        <tbody>
          {lanes.map(({ lane, summary }) => (
            <tr key={lane.item}>
              <th scope="row">{lane.name}</th>
              <td class="csw-number">{summary.runs.toLocaleString("en")}</td>
              {COLUMNS.map(([name, statuses]) => (
                <td key={name} class="csw-number">
                  {statuses.reduce((sum, status) => sum + (summary.counts[status] ?? 0), 0).toLocaleString("en")}
                </td>
              ))}
              <td class="csw-nowrap">
                {summary.next === null
                  ? "–"
                  : `${timestampText(summary.next, utc)} (${relativeTime(summary.next, now)})`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

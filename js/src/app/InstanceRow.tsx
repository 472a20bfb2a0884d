// One row of the list of instances.
import type { InstanceBrief } from "../messages/instances";
import { formatDuration, formatUtc, relativeTime } from "../state/format";
import { Chip } from "../ui/parts";

const PLACES: Record<string, string> = { kernel: "this kernel", service: "service", elsewhere: "another kernel" };
const ACTIVE_STATUSES = ["running", "paused", "stopping"];

interface RowProps {
  row: InstanceBrief;
  now: number;
  current: boolean;
  /** Whether Tab stops at this row; the arrow keys reach the other rows. */
  tabStop: boolean;
  onFocus: () => void;
  onSelect: () => void;
}

export function InstanceRow({ row, now, current, tabStop, onFocus, onSelect }: RowProps) {
  return (
    <button
      type="button"
      class="csw-instance-item"
      aria-current={current}
      tabIndex={tabStop ? 0 : -1}
      onFocus={onFocus}
      onClick={onSelect}
    >
      <bdi class="csw-instance-name" title={row.name}>
        {row.name}
      </bdi>
      <Chip status={row.status} />
      <span class="csw-instance-facts">
        <bdi>{row.user}</bdi>
        {statusFacts(row, now).map((fact) => (
          <span key={fact}> · {fact}</span>
        ))}
      </span>
      <ItemsAndNextRun row={row} now={now} />
    </button>
  );
}

/** Where an active instance runs and for how long, or since when an inactive one has its status. */
function statusFacts(row: InstanceBrief, now: number): string[] {
  const place = [PLACES[row.where] ?? row.where].filter(Boolean); // `where` arrives a moment after the rest
  if (row.status === "silent") return place;
  if (ACTIVE_STATUSES.includes(row.status)) {
    return row.started === null ? place : [...place, `up ${formatDuration(now - row.started)}`];
  }
  if (row.changed === null) return [];
  const kind = row.status === "draft" ? "made " : row.status === "queued" ? "since " : "";
  return [kind + relativeTime(row.changed, now)].filter(() => now - (row.changed ?? now) >= 0);
}

function ItemsAndNextRun({ row, now }: { row: InstanceBrief; now: number }) {
  if (row.problem) {
    return (
      <span class="csw-instance-facts csw-bad" title={row.problem}>
        Its definition cannot be read
      </span>
    );
  }
  const items = row.items === null ? "" : row.items === 1 ? "1 item" : `${row.items} items`;
  const next = row.next === null ? "" : row.next < now ? "next run due" : `next ${relativeTime(row.next, now)}`;
  return (
    <span class="csw-instance-facts">
      {[items, next].filter(Boolean).join(" · ")}
      {row.status === "silent" ? (
        <span class="csw-wait" title={formatUtc(row.heard)}>
          {items || next ? " · " : ""}no sign of life
          {row.heard === null ? "" : ` for ${formatDuration(now - row.heard)}`}
        </span>
      ) : null}
    </span>
  );
}

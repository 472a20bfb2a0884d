// One instance in the list.
import type { InstanceBrief } from "../messages/instances";
import { duration, relative, utc } from "../state/format";
import { Chip } from "../ui/parts";

const PLACES: Record<string, string> = { kernel: "this kernel", service: "service", elsewhere: "another kernel" };
const WORKING = ["running", "paused", "stopping"];
const SOON_MS = 60_000;

interface RowProps {
  row: InstanceBrief;
  now: number;
  current: boolean;
  /** Whether Tab stops at it; the arrow keys reach the others. */
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
        {life(row, now).map((fact) => (
          <span key={fact}> · {fact}</span>
        ))}
      </span>
      <Plan row={row} now={now} />
    </button>
  );
}

/** Where it runs and for how long; else since when it does not. */
function life(row: InstanceBrief, now: number): string[] {
  const place = [PLACES[row.where] ?? row.where].filter(Boolean); // it is read a moment after the rest
  if (row.status === "lost") return place;
  if (WORKING.includes(row.status)) {
    return row.started === null ? place : [...place, `up ${duration(now - row.started)}`];
  }
  if (row.changed === null) return [];
  const kind = row.status === "draft" ? "made " : row.status === "queued" ? "since " : "";
  return [kind + relative(row.changed, now)].filter(() => now - (row.changed ?? now) >= 0);
}

function Plan({ row, now }: { row: InstanceBrief; now: number }) {
  if (row.problem) {
    return (
      <span class="csw-instance-facts csw-bad" title={row.problem}>
        Its definition cannot be read
      </span>
    );
  }
  const items = row.items === null ? "" : row.items === 1 ? "1 item" : `${row.items} items`;
  const next = row.next === null ? "" : row.next < now ? "next run due" : `next ${relative(row.next, now)}`;
  return (
    <span class="csw-instance-facts">
      {[items, next].filter(Boolean).join(" · ")}
      {row.heard === null ? null : (
        <span class={row.status === "lost" ? "csw-wait" : ""} title={utc(row.heard)}>
          {items || next ? " · " : ""}last heard {relative(row.heard, Math.max(now, row.heard + SOON_MS))}
        </span>
      )}
    </span>
  );
}

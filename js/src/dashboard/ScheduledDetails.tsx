// What unfolds below a row of scheduled tasks.
import type { ScheduledRow } from "../messages";
import { clock } from "../state/format";
import { useTimes } from "../state/times";
import { Facts } from "../ui/parts";
import type { RowProps } from "./rowActions";

export function ScheduledDetails({ row, now }: RowProps<ScheduledRow>) {
  const { utc } = useTimes();
  return (
    <Facts
      facts={[
        ["Starting", clock(row.start, now, utc)],
        ["Recurring", row.recurring ? "yes" : "no"],
        ["Single instance", row.single_instance ? "yes" : "no"],
        ["Execution limit", row.time_limit || "none"],
        ["Launched by", row.method],
        ["Target project", row.project || "the base task's own"],
        ["Parameters", row.parameters || "as the base task's"],
        ["Overrides", row.overrides || "none"],
        ["Base task id", row.task],
      ]}
    />
  );
}

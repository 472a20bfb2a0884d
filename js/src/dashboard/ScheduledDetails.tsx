// What unfolds below a row of scheduled tasks.
import { EditButton } from "../editing/EditButton";
import type { ScheduledRow } from "../messages/tables";
import { useTrait } from "../model";
import { clock } from "../state/format";
import { useTimes } from "../state/times";
import { Icon } from "../ui/icons";
import { Button, Facts, widthFor } from "../ui/parts";
import type { RowProps } from "./rowActions";
import { WhyInFull } from "./Why";

type DetailsProps = RowProps<ScheduledRow> & { onBackfill: () => void };

export function ScheduledDetails({ model, row, now, view, onEdit, onBackfill }: DetailsProps) {
  const { utc } = useTimes();
  const reason = useTrait(model, "reasons")[row.item];
  const can = view.status === "running" || view.status === "paused";
  return (
    <div class="csw-stack">
      <WhyInFull title="Why it does not run" reason={reason} now={now} />
      <Facts
        facts={[
          ["Next run", row.kind === "trigger" ? "on its event" : clock(row.next_run, now, utc)],
          ["Starting", clock(row.start, now, utc)],
          ["Recurring", row.recurring ? "yes" : "no"],
          ["One at a time", row.single_instance ? "yes" : "no"],
          ["Time limit", row.time_limit || "none"],
          ["Launched as", row.method],
          ["Target project", row.project || "the base task's own", widthFor(row.project)],
          ["Base task id", row.task, "wide"],
          ["Parameters", row.parameters || "as the base task's", widthFor(row.parameters)],
          ["Overrides", row.overrides || "none", widthFor(row.overrides)],
        ]}
      />
      <div class="csw-row">
        {row.kind === "schedule" ? (
          <Button disabled={!can} onClick={onBackfill}>
            <Icon name="history" /> Backfill …
          </Button>
        ) : null}
        <EditButton {...{ model, view }} item={row.item} onEdit={onEdit} />
      </div>
    </div>
  );
}

// The details that unfold below a row of scheduled tasks.
import { EditButton } from "../editing/EditButton";
import type { ScheduledRow } from "../messages/tables";
import { useTrait } from "../model";
import { formatTime } from "../state/format";
import { useTimeFormat } from "../state/timeFormat";
import { Icon } from "../ui/icons";
import { Button, Facts, widthFor } from "../ui/parts";
import { CommandButton } from "./CommandButton";
import { FullReason } from "./Reasons";
import type { RowProps } from "./rowContext";
import { SET_ASIDE, TAKES_COMMANDS } from "./status";

type DetailsProps = RowProps<ScheduledRow> & { onBackfill: () => void };

export function ScheduledDetails({ model, row, now, view, commands, onEdit, onBackfill }: DetailsProps) {
  const { utc } = useTimeFormat();
  const reason = useTrait(model, "reasons")[row.item];
  const canLaunch = TAKES_COMMANDS.includes(view.status);
  return (
    <div class="csw-stack">
      <FullReason title="Why it does not run" reason={reason} now={now} />
      <Facts
        facts={[
          ["Next run", row.kind === "trigger" ? "on its event" : formatTime(row.next_run, now, utc)],
          ["Starting", formatTime(row.start, now, utc)],
          ["Recurring", row.recurring ? "yes" : "no"],
          ["One at a time", row.single_instance ? "yes" : "no"],
          ["Time limit", row.time_limit || "none"],
          ["Launched as", row.method],
          ["Target project", row.project || "the base task's own", widthFor(row.project)],
          row.task === "" && row.task_name !== ""
            ? ["Base task", row.task_name, "wide"]
            : ["Base task id", row.task, "wide"],
          ["Parameters", row.parameters || "as the base task's", widthFor(row.parameters)],
          ["Overrides", row.overrides || "none", widthFor(row.overrides)],
        ]}
      />
      <div class="csw-row">
        {reason?.code === SET_ASIDE ? (
          <CommandButton
            commands={commands}
            action="resume_item"
            about={row.item}
            payload={{ item: row.item }}
            disabled={!canLaunch}
          >
            <Icon name="retry" /> Try again
          </CommandButton>
        ) : null}
        {row.kind === "schedule" ? (
          <Button disabled={!canLaunch} onClick={onBackfill}>
            <Icon name="history" /> Backfill …
          </Button>
        ) : null}
        <EditButton {...{ model, view }} item={row.item} onEdit={onEdit} />
      </div>
    </div>
  );
}

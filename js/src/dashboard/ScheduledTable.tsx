// The table of scheduled tasks: one row per time of each schedule, one per trigger.
import type { ScheduledRow } from "../messages/tables";
import { formatTime, relativeTime } from "../state/format";
import type { TableStore } from "../state/tableStore";
import { useTimeFormat } from "../state/timeFormat";
import { Chip, Empty, TaskLink, Time } from "../ui/parts";
import type { Column } from "../ui/Table";
import { TableSection } from "../ui/TableSection";
import { BackfillDialog } from "./BackfillDialog";
import { ItemReason } from "./Reasons";
import { type RowContext, useRowDialog } from "./rowContext";
import { PauseDialog, ScheduledActions } from "./ScheduledActions";
import { ScheduledDetails } from "./ScheduledDetails";
import { SCHEDULED_CHOICES } from "./tables";

interface TableProps {
  store: TableStore<ScheduledRow>;
  web: string | undefined;
  now: number;
  context: RowContext;
}

const PERIODS = [
  ["next_run", "Next run"],
  ["start", "Starting"],
] as const;

export function ScheduledTable({ store, web, now, context }: TableProps) {
  const { model, view, commands } = context;
  const { dialog, open, close } = useRowDialog<ScheduledRow, "pause" | "backfill">(view.id);
  return (
    <>
      <TableSection
        title="Scheduled tasks"
        {...{ model, store, now }}
        columns={columnsFor(web, model)}
        choosable={SCHEDULED_CHOICES}
        periods={PERIODS}
        empty={<Empty title="Nothing is scheduled">This instance has no schedule or trigger.</Empty>}
        rowHeight={50}
        visibleRows={8}
        keyOf={(row) => `${row.item} ${row.schedule}`}
        actionsWidth={100}
        actions={(row) => <ScheduledActions row={row} {...context} onPause={() => open(row, "pause")} />}
        details={(row) => (
          <ScheduledDetails row={row} now={now} {...context} onBackfill={() => open(row, "backfill")} />
        )}
      />
      {dialog?.kind === "pause" ? <PauseDialog row={dialog.row} commands={commands} onClose={close} /> : null}
      {dialog?.kind === "backfill" ? <BackfillDialog row={dialog.row} now={now} {...context} onClose={close} /> : null}
    </>
  );
}

function columnsFor(web: string | undefined, model: RowContext["model"]): Column<ScheduledRow>[] {
  return [
    {
      name: "name",
      title: "Name",
      width: 240,
      minWidth: 112,
      cell: (row) => (
        <>
          <span class="csw-strong" dir="auto" title={row.name}>
            {row.name}
          </span>
          <span class="csw-sub" title={row.schedule}>
            {row.schedule}
          </span>
        </>
      ),
    },
    {
      name: "next_run",
      title: "Next run",
      width: 120,
      dropOrder: 0,
      class: "csw-nowrap",
      cell: (row, now) => <NextRun row={row} now={now} />,
    },
    {
      name: "task_name",
      title: "Base task",
      width: 160,
      dropOrder: 1,
      cell: (row) => (
        <>
          {row.task === "" ? (
            <span title={row.task_name}>{row.task_name}</span>
          ) : (
            <TaskLink web={web} id={row.task}>
              {row.task_name || row.task.slice(0, 8)}
            </TaskLink>
          )}
          {row.project ? (
            <span class="csw-sub" title={row.project}>
              {"→\u00a0"}
              <bdi>{row.project}</bdi>
            </span>
          ) : null}
        </>
      ),
    },
    { name: "queue", title: "Queue", width: 90, dropOrder: 2, cell: (row) => row.queue },
    {
      name: "runs",
      title: "Runs",
      width: 68,
      dropOrder: 3,
      class: "csw-number",
      cell: (row) => row.runs.toLocaleString("en"),
    },
    {
      name: "state",
      title: "State",
      width: 130,
      cell: (row, now) => (
        <>
          <Chip status={row.state} />
          <ItemReason model={model} row={row} now={now} />
        </>
      ),
    },
    { name: "schedule", title: "Schedule", width: 240, optional: true, cell: (row) => row.schedule },
    { name: "project", title: "Target project", width: 150, optional: true, cell: (row) => row.project },
    { name: "start", title: "Starting", width: 120, optional: true, cell: (row, now) => <Start row={row} now={now} /> },
    { name: "time_limit", title: "Time limit", width: 120, optional: true, cell: (row) => row.time_limit },
    { name: "recurring", title: "Recurring", width: 96, optional: true, cell: (row) => yesNo(row.recurring) },
    { name: "single_instance", title: "One at a time", width: 120, optional: true, cell: oneAtATime },
    { name: "parameters", title: "Parameters", width: 200, optional: true, cell: (row) => row.parameters },
    { name: "overrides", title: "Overrides", width: 160, optional: true, cell: (row) => row.overrides },
    { name: "method", title: "Launched as", width: 120, optional: true, cell: (row) => row.method },
    { name: "kind", title: "Kind", width: 90, optional: true, cell: (row) => row.kind },
    { name: "task", title: "Base task id", width: 110, optional: true, class: "csw-mono", cell: (row) => row.task },
  ];
}

const yesNo = (value: boolean) => (value ? "yes" : "no");
const oneAtATime = (row: ScheduledRow) => yesNo(row.single_instance);

function Start({ row, now }: { row: ScheduledRow; now: number }) {
  return row.start === null ? <span class="csw-muted">–</span> : <Time at={row.start} now={now} />;
}

function NextRun({ row, now }: { row: ScheduledRow; now: number }) {
  const times = useTimeFormat();
  if (row.kind === "trigger") return <span class="csw-muted">on its event</span>;
  if (row.next_run === null) return <span class="csw-muted">none</span>;
  const fromNow = row.next_run <= now ? "due" : relativeTime(row.next_run, now);
  return (
    <>
      <Time at={row.next_run} now={now} />
      <span class="csw-sub">{times.relative ? formatTime(row.next_run, now, times.utc) : fromNow}</span>
    </>
  );
}

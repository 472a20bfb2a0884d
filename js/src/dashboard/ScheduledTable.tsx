// What will run: one row for each time of each schedule, and one for each trigger.
import { Fragment } from "preact";
import { useState } from "preact/hooks";
import type { ScheduledRow } from "../messages";
import { relative } from "../state/format";
import { Icon } from "../ui/icons";
import { Button, Chip, Empty, TaskLink, Time } from "../ui/parts";
import type { RowContext } from "./rowActions";
import { ScheduledActions } from "./ScheduledActions";
import { ScheduledDetails } from "./ScheduledDetails";

interface TableProps {
  rows: readonly ScheduledRow[];
  total: number;
  web: string | undefined;
  now: number;
  context: RowContext;
}

export function ScheduledTable(props: TableProps) {
  const { rows, total } = props;
  return (
    <section class="csw-section">
      <h4>
        Scheduled tasks <span class="csw-count">{total}</span>
      </h4>
      {rows.length === 0 ? (
        <Empty title="Nothing is scheduled">This instance has no schedule or trigger.</Empty>
      ) : (
        <div class="csw-scroll">
          <table class="csw-table">
            <caption class="csw-hidden">Scheduled tasks</caption>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Next run</th>
                <th scope="col">Base task</th>
                <th scope="col">Queue</th>
                <th scope="col" class="csw-number csw-runs">
                  Runs
                </th>
                <th scope="col">State</th>
                <th scope="col">
                  <span class="csw-hidden">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row, index) => (
                <Row key={`${row.item} ${index}`} row={row} {...props} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {total > rows.length ? (
        <p class="csw-note">
          The first {rows.length} of {total}; all of them are in <code>scheduled</code> of this widget in Python.
        </p>
      ) : null}
    </section>
  );
}

function Row({ row, web, now, context }: TableProps & { row: ScheduledRow }) {
  const [open, setOpen] = useState(false);
  return (
    <Fragment>
      <tr>
        <td class="csw-cell-name">
          <span class="csw-strong">{row.name}</span>
          <span class="csw-sub">{row.schedule}</span>
        </td>
        <td class="csw-nowrap">
          <NextRun row={row} now={now} />
        </td>
        <td>
          <TaskLink web={web} id={row.task}>
            {row.task_name || row.task.slice(0, 8)}
          </TaskLink>
          {row.project ? <span class="csw-sub">{`→\u00a0${row.project}`}</span> : null}
        </td>
        <td>{row.queue}</td>
        <td class="csw-number csw-runs">{row.runs}</td>
        <td>
          <Chip status={row.state} />
          {row.note ? <span class="csw-sub">{row.note}</span> : null}
        </td>
        <td class="csw-actions">
          <ScheduledActions row={row} now={now} {...context} />
          <Button kind="quiet" label={`Details of ${row.name}`} expanded={open} onClick={() => setOpen(!open)}>
            <Icon name={open ? "up" : "down"} />
          </Button>
        </td>
      </tr>
      {open ? (
        <tr class="csw-details">
          <td colSpan={7}>
            <ScheduledDetails row={row} now={now} {...context} />
          </td>
        </tr>
      ) : null}
    </Fragment>
  );
}

function NextRun({ row, now }: { row: ScheduledRow; now: number }) {
  if (row.kind === "trigger") return <span class="csw-muted">on its event</span>;
  if (row.next_run === null) return <span class="csw-muted">none</span>;
  return (
    <>
      <Time at={row.next_run} now={now} />
      <span class="csw-sub">{row.next_run <= now ? "due" : relative(row.next_run, now)}</span>
    </>
  );
}

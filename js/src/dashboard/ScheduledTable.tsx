// What will run: one row for each time of each schedule, and one for each trigger.
import { Fragment } from "preact";
import { useState } from "preact/hooks";
import type { ScheduledRow } from "../messages";
import { clock, relative } from "../state/format";
import { Icon } from "../ui/icons";
import { Button, Chip, Empty, TaskLink, Time } from "../ui/parts";
import type { Commands } from "./useCommands";

interface TableProps {
  rows: readonly ScheduledRow[];
  total: number;
  web: string | undefined;
  now: number;
  status: string;
  commands: Commands;
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

function Row({ row, web, now, status, commands }: TableProps & { row: ScheduledRow }) {
  const [open, setOpen] = useState(false);
  const can = status === "running" || status === "paused";
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
          <Button
            kind="quiet"
            label={`Run ${row.name} now`}
            disabled={!can}
            busy={commands.busy === `run_now${row.item}`}
            onClick={() => void commands.run("run_now", { item: row.item }, row.item)}
          >
            <Icon name="play" />
          </Button>
          <Button kind="quiet" label={`Details of ${row.name}`} expanded={open} onClick={() => setOpen(!open)}>
            <Icon name={open ? "up" : "down"} />
          </Button>
        </td>
      </tr>
      {open ? (
        <tr class="csw-details">
          <td colSpan={7}>
            <Details row={row} now={now} />
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

function Details({ row, now }: { row: ScheduledRow; now: number }) {
  const details = [
    ["Starting", clock(row.start, now)],
    ["Recurring", row.recurring ? "yes" : "no"],
    ["Single instance", row.single_instance ? "yes" : "no"],
    ["Execution limit", row.time_limit || "none"],
    ["Launched by", row.method],
    ["Target project", row.project || "the base task's own"],
    ["Parameters", row.parameters || "as the base task's"],
    ["Overrides", row.overrides || "none"],
    ["Base task id", row.task],
  ] as const;
  return (
    <dl class="csw-facts">
      {details.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

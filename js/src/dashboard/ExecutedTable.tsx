// What ran: the newest launched tasks.
import type { ExecutedRow } from "../messages";
import { duration } from "../state/format";
import { Chip, Empty, TaskLink, Time } from "../ui/parts";
import { ExecutedActions } from "./ExecutedActions";
import type { RowContext } from "./rowActions";

interface TableProps {
  rows: readonly ExecutedRow[];
  /** How many there are in all; only the newest are shown. */
  total: number;
  web: string | undefined;
  now: number;
  context: RowContext;
}

export function ExecutedTable({ rows, total, web, now, context }: TableProps) {
  return (
    <section class="csw-section">
      <h4>
        Executed tasks <span class="csw-count">{total}</span>
      </h4>
      {rows.length === 0 ? (
        <Empty title="Nothing has run yet">
          Launched tasks appear here with their status; the first one after the next run time above.
        </Empty>
      ) : (
        <div class="csw-scroll csw-tall">
          <table class="csw-table">
            <caption class="csw-hidden">Executed tasks</caption>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Status</th>
                <th scope="col">Started</th>
                <th scope="col">Finished</th>
                <th scope="col">Took</th>
                <th scope="col">Cause</th>
                <th scope="col">Task id</th>
                <th scope="col">
                  <span class="csw-hidden">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <Row key={row.run} row={row} web={web} now={now} context={context} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {total > rows.length ? (
        <p class="csw-note">
          The newest {rows.length} of {total}; all of them are in <code>executed</code> of this widget in Python.
        </p>
      ) : null}
    </section>
  );
}

interface RowsProps {
  row: ExecutedRow;
  web: string | undefined;
  now: number;
  context: RowContext;
}

function Row({ row, web, now, context }: RowsProps) {
  const took = row.started === null ? null : (row.finished ?? now) - row.started;
  return (
    <tr>
      <td class="csw-cell-name">
        <TaskLink web={web} id={row.run}>
          {row.name}
        </TaskLink>
        {row.item_name === row.name ? null : <span class="csw-sub">{row.item_name}</span>}
      </td>
      <td>
        <Chip status={row.status} />
        {row.note ? <span class="csw-sub">{row.note}</span> : null}
      </td>
      <td class="csw-nowrap">
        <Time at={row.started} now={now} />
      </td>
      <td class="csw-nowrap">
        <Time at={row.finished} now={now} />
      </td>
      <td class="csw-nowrap csw-muted">{took === null ? "–" : duration(took)}</td>
      <td class="csw-muted">
        {row.cause}
        {row.object ? (
          <span class="csw-sub csw-mono" title={row.object}>
            {row.object.slice(0, 8)}
          </span>
        ) : null}
      </td>
      <td class="csw-mono csw-muted" title={row.run}>
        {row.run.slice(0, 8)}
      </td>
      <td class="csw-actions">
        <ExecutedActions row={row} now={now} {...context} />
      </td>
    </tr>
  );
}

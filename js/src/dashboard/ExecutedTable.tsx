// The table of executed tasks: one row per run, newest first.
import { useEffect, useRef } from "preact/hooks";
import type { ExecutedRow } from "../messages/tables";
import { useTrait } from "../model";
import { formatDuration } from "../state/format";
import { DEFAULT_QUERY } from "../state/tableQuery";
import type { TableStore } from "../state/tableStore";
import { Button, Chip, Empty, Facts, TaskLink, Time, widthFor } from "../ui/parts";
import type { Column } from "../ui/Table";
import { TableSection } from "../ui/TableSection";
import { useStore } from "../ui/useStore";
import { ConsoleDialog } from "./ConsoleDialog";
import { AbortDialog, ExecutedActions } from "./ExecutedActions";
import { FullReason, RunReasonHint } from "./Reasons";
import { type RowContext, useRowDialog } from "./rowContext";
import { Steps } from "./Steps";
import { EXECUTED_CHOICES } from "./tables";

interface TableProps {
  store: TableStore<ExecutedRow>;
  web: string | undefined;
  now: number;
  context: RowContext;
}

const PERIODS = [
  ["started", "Started"],
  ["began", "Began"],
  ["finished", "Finished"],
  ["scheduled", "Scheduled for"],
] as const;

export function ExecutedTable({ store, web, now, context }: TableProps) {
  const { total, rows } = useStore(store).state;
  const { model, view, commands } = context;
  const { dialog, open, close } = useRowDialog<ExecutedRow, "abort" | "console">(view.id);
  // The current row, which may have changed since the dialog opened.
  const row = dialog && ([...rows.values()].find(({ run }) => run === dialog.row.run) ?? dialog.row);
  return (
    <>
      <TableSection
        title="Executed tasks"
        {...{ model, store, now }}
        columns={columnsFor(web, model)}
        choosable={EXECUTED_CHOICES}
        periods={PERIODS}
        note={<RunLookupNotice store={store} whole={view.whole} />}
        empty={
          <Empty title="Nothing has run yet">Each launched task appears here, with its status and its console.</Empty>
        }
        more={view.whole ? "" : `${total.toLocaleString("en")} runs read so far, older ones follow …`}
        rowHeight={36}
        visibleRows={12}
        keyOf={(row) => row.run}
        actionsWidth={100}
        actions={(row) => <ExecutedActions row={row} {...context} onAsk={(what) => open(row, what)} />}
        details={(row) => <Details row={row} web={web} now={now} model={model} />}
      />
      {row && dialog.kind === "abort" ? <AbortDialog {...{ row, commands }} onClose={close} /> : null}
      {row && dialog.kind === "console" ? <ConsoleDialog {...{ model, row, now }} onClose={close} /> : null}
    </>
  );
}

/** Says whether the run that was chosen in the timeline has a row in the table, and why not. */
function RunLookupNotice({ store, whole }: { store: TableStore<ExecutedRow>; whole: boolean }) {
  const { lookup } = useStore(store);
  const note = useRef<HTMLDivElement>(null);
  const notFound = lookup?.outcome === "hidden" || lookup?.outcome === "unknown";
  useEffect(() => {
    if (notFound) note.current?.scrollIntoView({ block: "nearest" });
  }, [notFound]);
  const show = () => {
    const { sort } = store.query;
    store.setQuery({ ...DEFAULT_QUERY, sort });
    if (lookup) void showRun(store, lookup.key);
  };
  return (
    <div ref={note} role="status" class={notFound ? "csw-banner csw-banner-warning" : "csw-hidden"}>
      {lookup?.outcome === "hidden" ? (
        <>
          <div>Search or filters hide the run that you chose in the timeline.</div>
          <Button onClick={show}>Show it</Button>
        </>
      ) : lookup?.outcome === "unknown" ? (
        <div>
          {whole
            ? "The run that you chose in the timeline is not there any more."
            : "The run that you chose in the timeline is not read yet: older runs follow. Try again in a moment."}
        </div>
      ) : lookup?.outcome === "found" ? (
        `Its row is shown: ${(lookup.index + 1).toLocaleString("en")}.`
      ) : null}
    </div>
  );
}

export function showRun(store: TableStore<ExecutedRow>, run: string): Promise<void> {
  return store.findRow(run, (row) => row.run === run);
}

function columnsFor(web: string | undefined, model: RowContext["model"]): Column<ExecutedRow>[] {
  return [
    {
      name: "name",
      title: "Name",
      width: 200,
      minWidth: 120,
      cell: (row, now) => (
        <>
          <TaskLink web={web} id={row.task}>
            {row.name}
          </TaskLink>
          {equalIgnoringCase(row.item_name, row.name) ? null : (
            <span class="csw-muted">
              {" "}
              · <bdi>{row.item_name}</bdi>
            </span>
          )}
          <RunReasonHint model={model} row={row} now={now} />
        </>
      ),
    },
    { name: "status", title: "Status", width: 124, cell: (row) => <Chip status={row.status} /> },
    { name: "started", title: "Started", width: 122, dropOrder: 0, class: "csw-nowrap", cell: timeCell("started") },
    { name: "finished", title: "Finished", width: 122, dropOrder: 2, class: "csw-nowrap", cell: timeCell("finished") },
    {
      name: "took",
      title: "Took",
      width: 104,
      dropOrder: 1,
      sort: false,
      class: "csw-nowrap csw-muted",
      cell: durationText,
    },
    { name: "cause", title: "Cause", width: 92, dropOrder: 3, class: "csw-muted", cell: (row) => row.cause },
    { name: "task", title: "Task id", width: 92, dropOrder: 4, class: "csw-mono csw-muted", cell: shortIdCell("task") },
    {
      name: "base",
      title: "Base task",
      width: 110,
      optional: true,
      class: "csw-mono csw-muted",
      cell: shortIdCell("base"),
    },
    { name: "began", title: "Began", width: 120, optional: true, class: "csw-nowrap", cell: timeCell("began") },
    { name: "item_name", title: "Item", width: 160, optional: true, cell: (row) => row.item_name },
    { name: "scheduled", title: "Scheduled for", width: 130, optional: true, cell: timeCell("scheduled") },
    {
      name: "object",
      title: "Triggered by",
      width: 110,
      optional: true,
      class: "csw-mono",
      cell: shortIdCell("object"),
    },
    { name: "note", title: "Reason", width: 220, optional: true, cell: (row) => row.note },
    { name: "item", title: "Item id", width: 100, optional: true, class: "csw-mono", cell: shortIdCell("item") },
    { name: "key", title: "Run key", width: 220, optional: true, class: "csw-mono", cell: (row) => row.key },
  ];
}

const equalIgnoringCase = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

const timeCell = (name: "started" | "began" | "finished" | "scheduled") => (row: ExecutedRow, now: number) => (
  <Time at={row[name]} now={now} />
);

const shortIdCell = (name: "task" | "base" | "object" | "item") => (row: ExecutedRow) => (
  <span title={row[name]}>{row[name].slice(0, 8)}</span>
);

function durationText(row: ExecutedRow, now: number): string {
  const waits = row.began === null && row.finished === null;
  return row.started === null || waits ? "–" : formatDuration((row.finished ?? now) - row.started);
}

interface DetailsProps extends Pick<TableProps, "web" | "now"> {
  row: ExecutedRow;
  model: RowContext["model"];
}

function Details({ row, web, now, model }: DetailsProps) {
  const reason = useTrait(model, "run_reasons")[row.run];
  return (
    <div class="csw-stack">
      <FullReason title="Why it has not begun" reason={reason} now={now} />
      <Steps {...{ model, row, web, now }} />
      <Facts
        facts={[
          ["Item", row.item_name, widthFor(row.item_name)],
          ["Started", <Time key="started" at={row.started} now={now} />],
          ["Agent began", <Time key="began" at={row.began} now={now} />],
          ["Scheduled for", <Time key="scheduled" at={row.scheduled} now={now} />],
          ["Triggered by", row.object || "–", row.object ? "wide" : undefined],
          [
            "Task id",
            <TaskLink key="task" web={web} id={row.task}>
              {row.task || "–"}
            </TaskLink>,
            "wide",
          ],
          [
            "Base task",
            <TaskLink key="base" web={web} id={row.base}>
              {row.base || "–"}
            </TaskLink>,
            row.base ? "wide" : undefined,
          ],
          ["Run key", row.key, "wide"],
          ["Reason", row.note || "–", widthFor(row.note)],
        ]}
      />
    </div>
  );
}

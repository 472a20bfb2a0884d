// What ran: one row for each launched task, the newest first.
import { useEffect, useRef } from "preact/hooks";
import type { ExecutedRow } from "../messages/tables";
import { useTrait } from "../model";
import { duration } from "../state/format";
import { EVERYTHING } from "../state/tableQuery";
import type { TableStore } from "../state/tableStore";
import { Button, Chip, Empty, Facts, TaskLink, Time, widthFor } from "../ui/parts";
import type { Column } from "../ui/Table";
import { TableSection } from "../ui/TableSection";
import { useStore } from "../ui/useStore";
import { Console } from "./Console";
import { Abort, ExecutedActions } from "./ExecutedActions";
import { type RowContext, useAsked } from "./rowActions";
import { EXECUTED_CHOICES } from "./tables";
import { WhyHint, WhyInFull } from "./Why";

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
  const { asked, ask, close } = useAsked<ExecutedRow, "abort" | "console">(view.id);
  const row = asked && ([...rows.values()].find(({ run }) => run === asked.row.run) ?? asked.row); // as it is now
  return (
    <>
      <TableSection
        title="Executed tasks"
        {...{ model, store, now }}
        columns={columnsFor(web, model)}
        choosable={EXECUTED_CHOICES}
        periods={PERIODS}
        note={<NotInSight store={store} whole={view.whole} />}
        empty={
          <Empty title="Nothing has run yet">Each launched task appears here, with its status and its console.</Empty>
        }
        more={view.whole ? "" : `${total.toLocaleString("en")} runs read so far, older ones follow …`}
        rowHeight={36}
        tall={12}
        keyOf={(row) => row.run}
        actionsWidth={100}
        actions={(row) => <ExecutedActions row={row} {...context} onAsk={(what) => ask(row, what)} />}
        details={(row) => <Details row={row} web={web} now={now} model={model} />}
      />
      {row && asked.what === "abort" ? <Abort {...{ row, commands }} onClose={close} /> : null}
      {row && asked.what === "console" ? <Console {...{ model, row, now }} onClose={close} /> : null}
    </>
  );
}

/** The run that was asked for has a row, and the table shows it; says so, and why it has none. */
function NotInSight({ store, whole }: { store: TableStore<ExecutedRow>; whole: boolean }) {
  const { sought } = useStore(store);
  const note = useRef<HTMLDivElement>(null);
  const missing = sought?.outcome === "hidden" || sought?.outcome === "unknown";
  useEffect(() => {
    if (missing) note.current?.scrollIntoView({ block: "nearest" });
  }, [missing]);
  const show = () => {
    const { sort } = store.query;
    store.ask({ ...EVERYTHING, sort });
    if (sought) void seekRun(store, sought.key);
  };
  return (
    <div ref={note} role="status" class={missing ? "csw-banner csw-banner-warning" : "csw-hidden"}>
      {sought?.outcome === "hidden" ? (
        <>
          <div>Search or filters hide the run that you chose in the timeline.</div>
          <Button onClick={show}>Show it</Button>
        </>
      ) : sought?.outcome === "unknown" ? (
        <div>
          {whole
            ? "The run that you chose in the timeline is not there any more."
            : "The run that you chose in the timeline is not read yet: older runs follow. Try again in a moment."}
        </div>
      ) : sought?.outcome === "found" ? (
        `Its row is shown: ${(sought.index + 1).toLocaleString("en")}.`
      ) : null}
    </div>
  );
}

export function seekRun(store: TableStore<ExecutedRow>, run: string): Promise<void> {
  return store.seek(run, (row) => row.run === run);
}

function columnsFor(web: string | undefined, model: RowContext["model"]): Column<ExecutedRow>[] {
  return [
    {
      name: "name",
      title: "Name",
      width: 200,
      least: 120,
      cell: (row, now) => (
        <>
          <TaskLink web={web} id={row.task}>
            {row.name}
          </TaskLink>
          {same(row.item_name, row.name) ? null : (
            <span class="csw-muted">
              {" "}
              · <bdi>{row.item_name}</bdi>
            </span>
          )}
          <WhyHint model={model} row={row} now={now} />
        </>
      ),
    },
    { name: "status", title: "Status", width: 124, cell: (row) => <Chip status={row.status} /> },
    { name: "started", title: "Started", width: 122, leaves: 0, class: "csw-nowrap", cell: at("started") },
    { name: "finished", title: "Finished", width: 122, leaves: 2, class: "csw-nowrap", cell: at("finished") },
    { name: "took", title: "Took", width: 104, leaves: 1, sort: false, class: "csw-nowrap csw-muted", cell: took },
    { name: "cause", title: "Cause", width: 92, leaves: 3, class: "csw-muted", cell: (row) => row.cause },
    { name: "task", title: "Task id", width: 92, leaves: 4, class: "csw-mono csw-muted", cell: short("task") },
    { name: "began", title: "Began", width: 120, optional: true, class: "csw-nowrap", cell: at("began") },
    { name: "item_name", title: "Item", width: 160, optional: true, cell: (row) => row.item_name },
    { name: "scheduled", title: "Scheduled for", width: 130, optional: true, cell: at("scheduled") },
    { name: "object", title: "Triggered by", width: 110, optional: true, class: "csw-mono", cell: short("object") },
    { name: "note", title: "Reason", width: 220, optional: true, cell: (row) => row.note },
    { name: "item", title: "Item id", width: 100, optional: true, class: "csw-mono", cell: short("item") },
    { name: "key", title: "Run key", width: 220, optional: true, class: "csw-mono", cell: (row) => row.key },
  ];
}

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

const at = (name: "started" | "began" | "finished" | "scheduled") => (row: ExecutedRow, now: number) => (
  <Time at={row[name]} now={now} />
);

const short = (name: "task" | "object" | "item") => (row: ExecutedRow) => (
  <span title={row[name]}>{row[name].slice(0, 8)}</span>
);

function took(row: ExecutedRow, now: number): string {
  const waits = row.began === null && row.finished === null;
  return row.started === null || waits ? "–" : duration((row.finished ?? now) - row.started);
}

interface DetailsProps extends Pick<TableProps, "web" | "now"> {
  row: ExecutedRow;
  model: RowContext["model"];
}

function Details({ row, web, now, model }: DetailsProps) {
  const reason = useTrait(model, "run_reasons")[row.run];
  return (
    <div class="csw-stack">
      <WhyInFull title="Why it has not begun" reason={reason} now={now} />
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
          ["Run key", row.key, "wide"],
          ["Reason", row.note || "–", widthFor(row.note)],
        ]}
      />
    </div>
  );
}

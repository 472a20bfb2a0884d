// The tools of a table: search, filters, choice of columns, CSV download, row count.

import { useState } from "preact/hooks";
import type { ViewModel } from "../model";
import { isolateDirection } from "../state/bidi";
import { fetchCsv, saveFile } from "../state/download";
import { spaced } from "../state/format";
import { DEFAULT_QUERY, isFiltered } from "../state/tableQuery";
import type { TableStore } from "../state/tableStore";
import { CheckBox, useUid } from "./fields";
import { Icon } from "./icons";
import { Menu } from "./Menu";
import { PeriodFilter } from "./PeriodFilter";
import { Button, Empty } from "./parts";
import type { Column } from "./Table";
import { useStore } from "./useStore";

// Their values are our identifiers; values of other columns are users' texts.
const CODE_COLUMNS = ["status", "cause", "state", "kind"];

const formatCount = (count: number) => count.toLocaleString("en");

export interface ToolsProps<Row extends object> {
  model: Pick<ViewModel, "request">;
  store: TableStore<Row>;
  columns: readonly Column<Row>[];
  /** The columns that can be filtered by value, with their titles. */
  choosable: readonly (readonly [column: string, title: string])[];
  /** The columns that can be filtered by time, with their titles. */
  periods: readonly (readonly [column: string, title: string])[];
}

export function TableTools<Row extends object>(props: ToolsProps<Row>) {
  const { store, columns, choosable, periods } = props;
  const { query } = useStore(store);
  const count = Object.keys(query.values).length + (query.period ? 1 : 0);
  return (
    <div class="csw-tools">
      <Search store={store} />
      <Menu
        title="Filters"
        onOpen={() => void store.loadChoices()}
        label={
          <>
            Filter{count ? <span class="csw-badge">{count}</span> : null} <Icon name="down" />
          </>
        }
      >
        {choosable.map(([column, title]) => (
          <ValueFilter key={column} store={store} column={column} title={title} />
        ))}
        {periods.length > 0 ? <PeriodFilter store={store} columns={periods} /> : null}
      </Menu>
      <Menu
        title="Columns"
        label={
          <>
            Columns <Icon name="down" />
          </>
        }
      >
        <ColumnChoice store={store} columns={columns} />
      </Menu>
      <CsvDownload {...props} />
    </div>
  );
}

function Search<Row extends object>({ store }: { store: TableStore<Row> }) {
  const id = useUid();
  return (
    <div class="csw-search">
      <label for={id} class="csw-hidden">
        Search in {store.table} tasks
      </label>
      <Icon name="search" />
      <input
        id={id}
        class="csw-input"
        type="search"
        placeholder="Search"
        autocomplete="off"
        spellcheck={false}
        value={store.query.search}
        onInput={(event) => store.setQuery({ search: event.currentTarget.value })}
      />
    </div>
  );
}

interface ValuesProps<Row extends object> {
  store: TableStore<Row>;
  column: string;
  title: string;
}

function ValueFilter<Row extends object>({ store, column, title }: ValuesProps<Row>) {
  const chosen = store.query.values[column] ?? [];
  const known = store.choices?.[column] ?? [];
  const missing = chosen.filter((value) => !known.some(([each]) => each === value)).map((value) => [value, 0] as const);
  const toggle = (value: string, on: boolean) => {
    const { [column]: _, ...others } = store.query.values;
    const now = on ? [...chosen, value] : chosen.filter((each) => each !== value);
    store.setQuery({ values: now.length > 0 ? { ...others, [column]: now } : others });
  };
  return (
    <fieldset class="csw-values">
      <legend>{title}</legend>
      {store.choices === null ? <p class="csw-note">Reading …</p> : null}
      {[...known, ...missing].map(([value, count]) => (
        <CheckBox
          key={value}
          label={`${isolateDirection(CODE_COLUMNS.includes(column) ? spaced(value) : value) || "none"} (${formatCount(count)})`}
          checked={chosen.includes(value)}
          onInput={(on) => toggle(value, on)}
        />
      ))}
    </fieldset>
  );
}

function ColumnChoice<Row extends object>({ store, columns }: Pick<ToolsProps<Row>, "store" | "columns">) {
  const shown = shownColumns(store, columns).map(({ name }) => name);
  const toggle = (name: string, on: boolean) =>
    store.setColumns(columns.map((each) => each.name).filter((each) => (each === name ? on : shown.includes(each))));
  return (
    <fieldset class="csw-values">
      <legend>Columns</legend>
      {columns.slice(1).map(({ name, title }) => (
        <CheckBox key={name} label={title} checked={shown.includes(name)} onInput={(on) => toggle(name, on)} />
      ))}
    </fieldset>
  );
}

/** The shown columns; the first one always is. */
export function shownColumns<Row extends object>(
  store: TableStore<Row>,
  columns: readonly Column<Row>[],
): Column<Row>[] {
  const { columns: chosen } = store;
  return columns.filter(({ name, optional }, index) => index === 0 || (chosen ? chosen.includes(name) : !optional));
}

function CsvDownload<Row extends object>({ model, store }: Pick<ToolsProps<Row>, "model" | "store">) {
  const [progress, setProgress] = useState("");
  const [error, setError] = useState("");
  const download = async () => {
    setError("");
    setProgress("preparing");
    try {
      const { name, parts } = await fetchCsv(model, { table: store.table, ...store.query }, (done, total) =>
        setProgress(`${Math.round((100 * done) / Math.max(1, total))} %`),
      );
      saveFile(name, parts);
    } catch (reason) {
      setError(reason instanceof Error ? reason.message : String(reason));
    } finally {
      setProgress("");
    }
  };
  return (
    <>
      <button
        type="button"
        class="csw-button csw-button-plain csw-small"
        aria-disabled={progress !== ""}
        onClick={progress ? undefined : download}
      >
        <Icon name="download" /> CSV{progress ? `: ${progress}` : ""}
      </button>
      {error ? (
        <span class="csw-note csw-note-error" role="alert">
          {error}
        </span>
      ) : null}
    </>
  );
}

/** The numbers of rows and of matching rows, and whether the table waits for the kernel. */
export function TableStatus<Row extends object>({ store, more }: { store: TableStore<Row>; more: string | undefined }) {
  const { state, query, waiting, error } = useStore(store);
  const { matching, total } = state;
  const count = isFiltered(query) ? `${formatCount(matching)} of ${formatCount(total)} rows match` : rowsText(total);
  const hidden = count === rowsText(total) && !waiting && !error && !more; // the heading has the same number
  return (
    <p class={`csw-note csw-table-status ${hidden ? "csw-hidden" : ""}`} role="status">
      {waiting ? "Waiting for the kernel: it answers when the running cell has ended. " : ""}
      {error ? `${error} ` : ""}
      {count}
      {more ? ` · ${more}` : ""}
    </p>
  );
}

const rowsText = (total: number) => `${formatCount(total)} ${total === 1 ? "row" : "rows"}`;

/** Shown if no row matches. */
export function NoMatch<Row extends object>({ store }: { store: TableStore<Row> }) {
  return (
    <Empty title="Nothing matches">
      <Button onClick={() => store.setQuery({ ...DEFAULT_QUERY, sort: store.query.sort })}>
        Clear search and filters
      </Button>
    </Empty>
  );
}

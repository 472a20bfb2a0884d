// What stands above and below a table: search, filters, choice of columns, download, and how many rows there are.

import { useState } from "preact/hooks";
import type { ViewModel } from "../model";
import { isolated } from "../state/bidi";
import { fetchCsv, saveFile } from "../state/download";
import { words } from "../state/format";
import { EVERYTHING, narrows } from "../state/tableQuery";
import type { TableStore } from "../state/tableStore";
import { CheckBox, useUid } from "./fields";
import { Icon } from "./icons";
import { Menu } from "./Menu";
import { Period } from "./Period";
import { Button, Empty } from "./parts";
import type { Column } from "./Table";
import { useStore } from "./useStore";

const CODES = ["status", "cause", "state", "kind"]; // their values are words of ours; those of others are users' texts

const number = (count: number) => count.toLocaleString("en");

export interface ToolsProps<Row extends object> {
  model: Pick<ViewModel, "request">;
  store: TableStore<Row>;
  columns: readonly Column<Row>[];
  /** Columns of which some values can be chosen, with their titles. */
  choosable: readonly (readonly [column: string, title: string])[];
  /** The columns of times that a period can be of. */
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
          <Values key={column} store={store} column={column} title={title} />
        ))}
        {periods.length > 0 ? <Period store={store} columns={periods} /> : null}
      </Menu>
      <Menu
        title="Columns"
        label={
          <>
            Columns <Icon name="down" />
          </>
        }
      >
        <Columns store={store} columns={columns} />
      </Menu>
      <Download {...props} />
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
        onInput={(event) => store.ask({ search: event.currentTarget.value })}
      />
    </div>
  );
}

interface ValuesProps<Row extends object> {
  store: TableStore<Row>;
  column: string;
  title: string;
}

function Values<Row extends object>({ store, column, title }: ValuesProps<Row>) {
  const chosen = store.query.values[column] ?? [];
  const known = store.choices?.[column] ?? [];
  const gone = chosen.filter((value) => !known.some(([each]) => each === value)).map((value) => [value, 0] as const);
  const toggle = (value: string, on: boolean) => {
    const { [column]: _, ...others } = store.query.values;
    const now = on ? [...chosen, value] : chosen.filter((each) => each !== value);
    store.ask({ values: now.length > 0 ? { ...others, [column]: now } : others });
  };
  return (
    <fieldset class="csw-values">
      <legend>{title}</legend>
      {store.choices === null ? <p class="csw-note">Reading …</p> : null}
      {[...known, ...gone].map(([value, count]) => (
        <CheckBox
          key={value}
          label={`${isolated(CODES.includes(column) ? words(value) : value) || "none"} (${number(count)})`}
          checked={chosen.includes(value)}
          onInput={(on) => toggle(value, on)}
        />
      ))}
    </fieldset>
  );
}

function Columns<Row extends object>({ store, columns }: Pick<ToolsProps<Row>, "store" | "columns">) {
  const shown = shownColumns(store, columns).map(({ name }) => name);
  const toggle = (name: string, on: boolean) =>
    store.choose(columns.map((each) => each.name).filter((each) => (each === name ? on : shown.includes(each))));
  return (
    <fieldset class="csw-values">
      <legend>Columns</legend>
      {columns.slice(1).map(({ name, title }) => (
        <CheckBox key={name} label={title} checked={shown.includes(name)} onInput={(on) => toggle(name, on)} />
      ))}
    </fieldset>
  );
}

/** The columns that are shown; the first one always is. */
export function shownColumns<Row extends object>(
  store: TableStore<Row>,
  columns: readonly Column<Row>[],
): Column<Row>[] {
  const { columns: chosen } = store;
  return columns.filter(({ name, optional }, index) => index === 0 || (chosen ? chosen.includes(name) : !optional));
}

function Download<Row extends object>({ model, store }: Pick<ToolsProps<Row>, "model" | "store">) {
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

/** How many rows there are and match, and what they wait for. */
export function TableStatus<Row extends object>({ store, more }: { store: TableStore<Row>; more: string | undefined }) {
  const { state, query, waiting, error } = useStore(store);
  const { matching, total } = state;
  const count = narrows(query) ? `${number(matching)} of ${number(total)} rows match` : rowsText(total);
  const silent = count === rowsText(total) && !waiting && !error && !more; // the heading says as much
  return (
    <p class={`csw-note csw-table-status ${silent ? "csw-hidden" : ""}`} role="status">
      {waiting ? "Waiting for the kernel: it answers when the running cell has ended. " : ""}
      {error ? `${error} ` : ""}
      {count}
      {more ? ` · ${more}` : ""}
    </p>
  );
}

const rowsText = (total: number) => `${number(total)} ${total === 1 ? "row" : "rows"}`;

/** Where no row matches. */
export function NoMatch<Row extends object>({ store }: { store: TableStore<Row> }) {
  return (
    <Empty title="Nothing matches">
      <Button onClick={() => store.ask({ ...EVERYTHING, sort: store.query.sort })}>Clear search and filters</Button>
    </Empty>
  );
}

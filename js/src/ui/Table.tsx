// A table of very many rows of which only those in sight are on the page. All rows have the same height.

import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { isolated } from "../state/bidi";
import { fitting, type Sized } from "../state/columns";
import { unfolded } from "../state/rowWindow";
import type { Sought, TableStore } from "../state/tableStore";
import { useUid } from "./fields";
import { Icon } from "./icons";
import { useStore } from "./useStore";
import { useWidth } from "./useWidth";

/** The first column takes the width that is left over. */
export interface Column<Row> extends Sized {
  name: string;
  title: string;
  cell: (row: Row, now: number) => ComponentChildren;
  /** What the rows are sorted by, if not by the column of that name; false for what nobody would sort by. */
  sort?: string | false;
  /** Only if the user chooses it. */
  optional?: boolean;
  class?: string;
}

export interface TableProps<Row extends object> {
  title: string;
  store: TableStore<Row>;
  columns: readonly Column<Row>[];
  rowHeight: number;
  /** How many rows are in sight before one has to scroll. */
  tall: number;
  keyOf: (row: Row) => string;
  now: number;
  actions: (row: Row) => ComponentChildren;
  /** How wide the column of the actions is. */
  actionsWidth: number;
  details: (row: Row) => ComponentChildren;
}

const HEADER = 33; // pixels
const MORE = 6; // rows beyond what is in sight, so that scrolling a little shows no gap

export function Table<Row extends object>(given: TableProps<Row>) {
  const { title, store, rowHeight, tall, keyOf } = given;
  const { state, stale, query } = useStore(store);
  const [scroller, width] = useWidth();
  const all = store.columns !== null || width === 0; // what the user chose stays
  const columns = all ? given.columns : fitting(given.columns, width - given.actionsWidth);
  const props = { ...given, columns };
  const [top, setTop] = useState(0);
  const [open, setOpen] = useState("");
  const [extra, setExtra] = useState({ index: -1, height: 0 }); // the details that are unfolded, and below which row
  const seen = Math.max(0, top - (extra.index * rowHeight < top ? extra.height : 0));
  const first = Math.max(0, Math.min(Math.floor(seen / rowHeight), state.matching - tall) - MORE);
  const last = Math.min(state.matching, Math.floor(seen / rowHeight) + tall + MORE) - 1;
  const known = rowsBetween(first, last, state.rows);
  const above = first * rowHeight + (extra.index >= 0 && extra.index < first ? extra.height : 0);
  useEffect(() => store.see(first, last), [store, first, last]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the answer to another query begins at its top
  useLayoutEffect(() => {
    if (scroller.current) scroller.current.scrollTop = 0;
    setTop(0);
    setExtra({ index: -1, height: 0 }); // what is unfolded may have gone; if not, its row tells again
  }, [query]);
  useSought(store, scroller, keyOf, (index) => {
    if (scroller.current) scroller.current.scrollTop = Math.max(0, (index - tall / 2) * rowHeight);
  });
  const opened = useRef(false); // what the user has just unfolded is brought into sight once it has a height
  const toggle = (key: string) => {
    opened.current = open !== key;
    setOpen(open === key ? "" : key);
    if (open === key) setExtra({ index: -1, height: 0 });
  };
  const show = (index: number, height: number) => {
    opened.current = false;
    const frame = scroller.current;
    if (!frame) return;
    const [start, sight] = [index * rowHeight, { top: frame.scrollTop, tall: frame.clientHeight - HEADER }];
    frame.scrollTop = unfolded(start, start + rowHeight + height, sight);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a region that scrolls, which must be reachable by keyboard
    <div
      ref={scroller}
      class="csw-scroll csw-window"
      role="group"
      aria-label={`${title}, rows`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
      tabIndex={0}
      style={{ maxHeight: `${HEADER + tall * rowHeight + 2}px` }}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
    >
      <div style={{ height: `${HEADER + state.matching * rowHeight + extra.height}px`, paddingTop: `${above}px` }}>
        <table
          class={`csw-table csw-rows ${stale ? "csw-stale" : ""}`}
          aria-rowcount={state.matching + 1}
          aria-busy={stale}
          style={{ "--csw-row": `${rowHeight}px`, minWidth: `${widthOf(props)}px` }}
        >
          <caption class="csw-hidden">{title}</caption>
          <colgroup>
            {columns.map(({ name, width }, index) => (
              <col key={name} style={index === 0 ? {} : { width: `${width}px` }} />
            ))}
            <col style={{ width: `${props.actionsWidth}px` }} />
          </colgroup>
          <Header {...props} />
          <tbody>
            {known.map(([index, row]) =>
              row === undefined ? (
                <tr key={index} aria-rowindex={index + 2}>
                  <td colSpan={columns.length + 1}>
                    <div class="csw-bone">
                      <span class="csw-hidden">loading</span>
                    </div>
                  </td>
                </tr>
              ) : (
                <Row
                  key={keyOf(row)}
                  {...props}
                  row={row}
                  index={index}
                  open={open === keyOf(row)}
                  onToggle={() => toggle(keyOf(row))}
                  onUnfold={(height) => {
                    if (extra.index !== index || extra.height !== height) setExtra({ index, height });
                    else if (opened.current) show(index, height);
                  }}
                />
              ),
            )}
          </tbody>
        </table>
      </div>
    </div>
  );
}

/** Brings a row that was asked for into sight, and once it is there gives it the focus: screen readers say it then. */
function useSought<Row extends object>(
  store: TableStore<Row>,
  scroller: { current: HTMLDivElement | null },
  keyOf: (row: Row) => string,
  scrollTo: (index: number) => void,
): void {
  const { sought, state } = useStore(store);
  const done = useRef<Sought | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each row that is asked for
  useLayoutEffect(() => {
    if (sought?.outcome === "found") scrollTo(sought.index);
  }, [sought]);
  useEffect(() => {
    if (sought?.outcome !== "found" || done.current === sought) return;
    const rows = [...(scroller.current?.querySelectorAll<HTMLElement>("tr[data-key]") ?? [])];
    const row = rows.find(({ dataset }) => dataset.key === sought.key);
    if (row === undefined) return;
    done.current = sought;
    scroller.current?.scrollIntoView({ block: "nearest" });
    row.focus({ preventScroll: true });
  });
  // What was asked for may have moved by newer rows before its page came.
  const place = sought?.outcome === "found" ? state.rows.get(sought.index) : undefined;
  const moved = place !== undefined && sought !== null && done.current !== sought && keyOf(place) !== sought.key;
  useEffect(() => {
    if (moved && sought) void store.seek(sought.key, (row) => keyOf(row) === sought.key);
  }, [moved, sought, store, keyOf]);
}

function widthOf<Row extends object>({ columns, actionsWidth }: TableProps<Row>): number {
  return columns.reduce((sum, { width, least = width }) => sum + least, actionsWidth);
}

function rowsBetween<Row>(first: number, last: number, rows: ReadonlyMap<number, Row>): [number, Row | undefined][] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => [first + at, rows.get(first + at)]);
}

function Header<Row extends object>({ store, columns }: TableProps<Row>) {
  const { sort } = store.query;
  return (
    <thead>
      <tr aria-rowindex={1}>
        {columns.map(({ name, title, sort: by = name, class: kind = "" }) => {
          const descending = sort !== null && sort[0] === by ? sort[1] : null;
          return (
            <th key={name} scope="col" class={kind === "csw-number" ? kind : ""} aria-sort={order(descending)}>
              {by === false ? (
                title
              ) : (
                <button type="button" class="csw-sort" onClick={() => store.ask({ sort: next(by, descending) })}>
                  {title}
                  {descending === null ? null : <Icon name={descending ? "down" : "up"} />}
                </button>
              )}
            </th>
          );
        })}
        <th scope="col">
          <span class="csw-hidden">Actions</span>
        </th>
      </tr>
    </thead>
  );
}

const order = (descending: boolean | null) => (descending === null ? "none" : descending ? "descending" : "ascending");

/** Ascending, then descending, then the table's own order again. */
function next(column: string, descending: boolean | null): [string, boolean] | null {
  return descending === null ? [column, false] : descending ? null : [column, true];
}

interface RowProps<Row extends object> extends TableProps<Row> {
  row: Row;
  index: number;
  open: boolean;
  onToggle: () => void;
  onUnfold: (height: number) => void;
}

function Row<Row extends object>(props: RowProps<Row>) {
  const { row, index, columns, now, open, onToggle, onUnfold } = props;
  const key = props.keyOf(row);
  const sought = props.store.sought?.outcome === "found" && props.store.sought.key === key;
  const id = useUid();
  const below = useRef<HTMLTableRowElement>(null);
  useLayoutEffect(() => {
    if (below.current) onUnfold(below.current.offsetHeight);
  });
  return (
    <>
      <tr
        aria-rowindex={index + 2}
        data-key={key}
        {...(sought && { class: "csw-sought", tabIndex: -1, "aria-current": "true" as const })}
      >
        {columns.map(({ name, cell, class: kind = "" }) => (
          <td key={name} class={kind}>
            {cell(row, now)}
          </td>
        ))}
        <td class="csw-actions">
          {props.actions(row)}
          <button
            type="button"
            class="csw-button csw-button-quiet csw-button-icon"
            aria-label={`Details of ${"name" in row ? isolated(String(row.name)) : index}`}
            title="Details"
            aria-expanded={open}
            aria-controls={open ? id : undefined}
            onClick={onToggle}
          >
            <Icon name={open ? "up" : "down"} />
          </button>
        </td>
      </tr>
      {open ? (
        <tr ref={below} id={id} class="csw-details">
          <td colSpan={columns.length + 1}>
            <div class="csw-unfolded">{props.details(row)}</div>
          </td>
        </tr>
      ) : null}
    </>
  );
}

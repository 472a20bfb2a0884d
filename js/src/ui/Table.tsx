// A table with very many rows that renders only the visible ones. All rows have the same height.

import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { isolateDirection } from "../state/bidi";
import { fittingColumns, type SizedColumn } from "../state/columns";
import { scrollTopForDetails } from "../state/rowWindow";
import type { RowLookup, TableStore } from "../state/tableStore";
import { useUid } from "./fields";
import { Icon } from "./icons";
import { useStore } from "./useStore";
import { useWidth } from "./useWidth";

/** A column; the first one takes the remaining width. */
export interface Column<Row> extends SizedColumn {
  name: string;
  title: string;
  cell: (row: Row, now: number) => ComponentChildren;
  /** The column to sort by, if not this one; false if it cannot be sorted. */
  sort?: string | false;
  /** Hidden unless the user chooses it. */
  optional?: boolean;
  class?: string;
}

export interface TableProps<Row extends object> {
  title: string;
  store: TableStore<Row>;
  columns: readonly Column<Row>[];
  rowHeight: number;
  /** The number of rows that are visible without scrolling. */
  visibleRows: number;
  keyOf: (row: Row) => string;
  now: number;
  actions: (row: Row) => ComponentChildren;
  /** The width of the column with the actions, in pixels. */
  actionsWidth: number;
  details: (row: Row) => ComponentChildren;
}

const HEADER_HEIGHT = 33; // pixels
const OVERSCAN_ROWS = 6; // rows beyond the visible ones, so that a short scroll shows no gap

export function Table<Row extends object>(given: TableProps<Row>) {
  const { title, store, rowHeight, visibleRows, keyOf } = given;
  const { state, stale, query } = useStore(store);
  const [scroller, width] = useWidth();
  const all = store.columns !== null || width === 0; // all columns the user chose are shown
  const columns = all ? given.columns : fittingColumns(given.columns, width - given.actionsWidth);
  const props = { ...given, columns };
  const [top, setTop] = useState(0);
  const [open, setOpen] = useState("");
  // The height of the unfolded details, and the row above them.
  const [details, setDetails] = useState({ index: -1, height: 0 });
  const scrolled = Math.max(0, top - (details.index * rowHeight < top ? details.height : 0));
  const first = Math.max(0, Math.min(Math.floor(scrolled / rowHeight), state.matching - visibleRows) - OVERSCAN_ROWS);
  const last = Math.min(state.matching, Math.floor(scrolled / rowHeight) + visibleRows + OVERSCAN_ROWS) - 1;
  const shownRows = rowsBetween(first, last, state.rows);
  const above = first * rowHeight + (details.index >= 0 && details.index < first ? details.height : 0);
  useEffect(() => store.setVisible(first, last), [store, first, last]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the answer to another query begins at its top
  useLayoutEffect(() => {
    if (scroller.current) scroller.current.scrollTop = 0;
    setTop(0);
    setDetails({ index: -1, height: 0 }); // the unfolded row may be gone; otherwise it reports its height again
  }, [query]);
  useScrollToRow(store, scroller, keyOf, (index) => {
    if (scroller.current) scroller.current.scrollTop = Math.max(0, (index - visibleRows / 2) * rowHeight);
  });
  // The details that were just unfolded are scrolled into view once their height is known.
  const justOpened = useRef(false);
  const toggle = (key: string) => {
    justOpened.current = open !== key;
    setOpen(open === key ? "" : key);
    if (open === key) setDetails({ index: -1, height: 0 });
  };
  const scrollToDetails = (index: number, height: number) => {
    justOpened.current = false;
    const frame = scroller.current;
    if (!frame) return;
    const [start, sight] = [index * rowHeight, { top: frame.scrollTop, height: frame.clientHeight - HEADER_HEIGHT }];
    frame.scrollTop = scrollTopForDetails(start, start + rowHeight + height, sight);
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
      style={{ maxHeight: `${HEADER_HEIGHT + visibleRows * rowHeight + 2}px` }}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
    >
      <div
        style={{ height: `${HEADER_HEIGHT + state.matching * rowHeight + details.height}px`, paddingTop: `${above}px` }}
      >
        <table
          class={`csw-table csw-rows ${stale ? "csw-stale" : ""}`}
          aria-rowcount={state.matching + 1}
          aria-busy={stale}
          style={{ "--csw-row": `${rowHeight}px`, minWidth: `${minTableWidth(props)}px` }}
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
            {shownRows.map(([index, row]) =>
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
                  onHeight={(height) => {
                    if (details.index !== index || details.height !== height) setDetails({ index, height });
                    else if (justOpened.current) scrollToDetails(index, height);
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

/** Scrolls to the row that was looked up and focuses it once it is rendered, so that screen readers announce it. */
function useScrollToRow<Row extends object>(
  store: TableStore<Row>,
  scroller: { current: HTMLDivElement | null },
  keyOf: (row: Row) => string,
  scrollTo: (index: number) => void,
): void {
  const { lookup, state } = useStore(store);
  const done = useRef<RowLookup | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each row that is asked for
  useLayoutEffect(() => {
    if (lookup?.outcome === "found") scrollTo(lookup.index);
  }, [lookup]);
  useEffect(() => {
    if (lookup?.outcome !== "found" || done.current === lookup) return;
    const rows = [...(scroller.current?.querySelectorAll<HTMLElement>("tr[data-key]") ?? [])];
    const row = rows.find(({ dataset }) => dataset.key === lookup.key);
    if (row === undefined) return;
    done.current = lookup;
    scroller.current?.scrollIntoView({ block: "nearest" });
    row.focus({ preventScroll: true });
  });
  // Newer rows may have moved the row before its page was loaded.
  const found = lookup?.outcome === "found" ? state.rows.get(lookup.index) : undefined;
  const moved = found !== undefined && lookup !== null && done.current !== lookup && keyOf(found) !== lookup.key;
  useEffect(() => {
    if (moved && lookup) void store.findRow(lookup.key, (row) => keyOf(row) === lookup.key);
  }, [moved, lookup, store, keyOf]);
}

function minTableWidth<Row extends object>({ columns, actionsWidth }: TableProps<Row>): number {
  return columns.reduce((sum, { width, minWidth = width }) => sum + minWidth, actionsWidth);
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
            <th key={name} scope="col" class={kind === "csw-number" ? kind : ""} aria-sort={ariaSort(descending)}>
              {by === false ? (
                title
              ) : (
                <button
                  type="button"
                  class="csw-sort"
                  onClick={() => store.setQuery({ sort: nextSort(by, descending) })}
                >
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

const ariaSort = (descending: boolean | null) =>
  descending === null ? "none" : descending ? "descending" : "ascending";

/** Ascending, then descending, then the table's default order. */
function nextSort(column: string, descending: boolean | null): [string, boolean] | null {
  return descending === null ? [column, false] : descending ? null : [column, true];
}

interface RowProps<Row extends object> extends TableProps<Row> {
  row: Row;
  index: number;
  open: boolean;
  onToggle: () => void;
  onHeight: (height: number) => void;
}

function Row<Row extends object>(props: RowProps<Row>) {
  const { row, index, columns, now, open, onToggle, onHeight } = props;
  const key = props.keyOf(row);
  const isFound = props.store.lookup?.outcome === "found" && props.store.lookup.key === key;
  const id = useUid();
  const detailsRow = useRef<HTMLTableRowElement>(null);
  useLayoutEffect(() => {
    if (detailsRow.current) onHeight(detailsRow.current.offsetHeight);
  });
  return (
    <>
      <tr
        aria-rowindex={index + 2}
        data-key={key}
        {...(isFound && { class: "csw-sought", tabIndex: -1, "aria-current": "true" as const })}
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
            aria-label={`Details of ${"name" in row ? isolateDirection(String(row.name)) : index}`}
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
        <tr ref={detailsRow} id={id} class="csw-details">
          <td colSpan={columns.length + 1}>
            <div class="csw-unfolded">{props.details(row)}</div>
          </td>
        </tr>
      ) : null}
    </>
  );
}

// A table with its heading, tools and row count, or a replacement for a table without rows.
import type { ComponentChildren } from "preact";
import { Table, type TableProps } from "./Table";
import { NoMatch, shownColumns, TableStatus, TableTools, type ToolsProps } from "./TableTools";
import { useStore } from "./useStore";

interface SectionProps<Row extends object> extends TableProps<Row>, ToolsProps<Row> {
  /** Shown in place of a table that has no rows at all. */
  empty: ComponentChildren;
  /** Shown between the heading and the table. */
  note?: ComponentChildren;
  /** Further text beside the row count. */
  more?: string;
}

export function TableSection<Row extends object>(props: SectionProps<Row>) {
  const { model, title, store, columns, choosable, periods, empty, note, more, ...table } = props;
  const { total, matching } = useStore(store).state;
  return (
    <section class="csw-section">
      <div class="csw-section-head">
        <h4>
          {title} <span class="csw-count">{total.toLocaleString("en")}</span>
        </h4>
        {total === 0 ? null : <TableTools {...{ model, store, columns, choosable, periods }} />}
      </div>
      {note}
      {total === 0 ? (
        empty
      ) : matching === 0 ? (
        <NoMatch store={store} />
      ) : (
        <Table {...{ title, store }} {...table} columns={shownColumns(store, columns)} />
      )}
      {total === 0 ? null : <TableStatus {...{ store, more }} />}
    </section>
  );
}

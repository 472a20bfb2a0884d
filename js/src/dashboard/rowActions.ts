// What the small components in a table's rows are given: buttons at the end of a row, and what unfolds below it.
import type { ComponentChildren } from "preact";
import type { DashboardTraits, InstanceHead } from "../messages/dashboard";
import type { ViewModel } from "../model";
import type { Commands } from "./useCommands";

export interface RowContext {
  model: ViewModel<DashboardTraits>;
  view: InstanceHead;
  commands: Commands;
  /** More buttons for an item of that id. */
  itemActions?: ((item: string) => ComponentChildren) | undefined;
}

export interface RowProps<Row> extends RowContext {
  row: Row;
  now: number;
}

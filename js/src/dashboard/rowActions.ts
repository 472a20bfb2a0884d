// What the small components in a table's rows are given: buttons at the end of a row, and what unfolds below it.
import type { OnEdit } from "../editing/EditButton";
import type { DashboardTraits, InstanceHead } from "../messages/dashboard";
import type { ViewModel } from "../model";
import type { Commands } from "./useCommands";

export interface RowContext {
  model: ViewModel<DashboardTraits>;
  view: InstanceHead;
  commands: Commands;
  onEdit: OnEdit;
}

export interface RowProps<Row> extends RowContext {
  row: Row;
  now: number;
}

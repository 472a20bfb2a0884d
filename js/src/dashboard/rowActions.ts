// What the small components in a table's rows are given: buttons at the end of a row, and what unfolds below it.
import { useState } from "preact/hooks";
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

/**
 * The window that a row's button has opened, for the instance that is shown. It belongs to the table, not to the row: newer
 * rows push that off the page, and the window must not go with it.
 */
export function useAsked<Row, What extends string>(instance: string) {
  const [asked, setAsked] = useState<{ instance: string; row: Row; what: What } | null>(null);
  return {
    asked: asked?.instance === instance ? asked : null,
    ask: (row: Row, what: What) => setAsked({ instance, row, what }),
    close: () => setAsked(null),
  };
}

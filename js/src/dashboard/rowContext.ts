// What the components in a table row need, and the dialog that a row's button opens.
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
 * The dialog that a row's button has opened, for the instance that is shown. Its state belongs to the table, because
 * newer rows may push the row off the page while the dialog stays open.
 */
export function useRowDialog<Row, Kind extends string>(instance: string) {
  const [dialog, setDialog] = useState<{ instance: string; row: Row; kind: Kind } | null>(null);
  return {
    dialog: dialog?.instance === instance ? dialog : null,
    open: (row: Row, kind: Kind) => setDialog({ instance, row, kind }),
    close: () => setDialog(null),
  };
}

// Selects the columns of a table that fit into the available width.

export interface SizedColumn {
  /** In pixels. */
  width: number;
  /** The width in pixels to which the column may shrink when no other column can be dropped. */
  minWidth?: number;
  /**
   * Columns with the highest number are dropped first, those with 0 only after all have shrunk; without a number, a
   * column is never dropped.
   */
  dropOrder?: number;
}

/** The columns that fit, in their order. The remaining ones may still be too wide; then the table scrolls. */
export function fittingColumns<Column extends SizedColumn>(columns: readonly Column[], available: number): Column[] {
  const shown = [...columns];
  const overflows = (shrunk: boolean) =>
    shown.reduce((sum, { width, minWidth = width }) => sum + (shrunk ? minWidth : width), 0) > available;
  const droppable = columns.filter(({ dropOrder }) => dropOrder !== undefined);
  droppable.sort((a, b) => (b.dropOrder ?? 0) - (a.dropOrder ?? 0));
  for (const column of droppable) {
    if (!overflows(column.dropOrder === 0)) break;
    shown.splice(shown.indexOf(column), 1);
  }
  return shown;
}

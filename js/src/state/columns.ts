// Which columns of a table are shown where there is not room for all of them.

export interface Sized {
  /** In pixels. */
  width: number;
  /** To how many pixels it may shrink when no other column can leave. */
  least?: number;
  /** Columns of the highest number leave first; of number 0 only where the rest has shrunk; those without one stay. */
  leaves?: number;
}

/** The columns that have room, in their order. What stays may still be wider than the room: then the table scrolls. */
export function fitting<Column extends Sized>(columns: readonly Column[], room: number): Column[] {
  const shown = [...columns];
  const over = (shrunk: boolean) =>
    shown.reduce((sum, { width, least = width }) => sum + (shrunk ? least : width), 0) > room;
  const leaving = columns.filter(({ leaves }) => leaves !== undefined);
  leaving.sort((a, b) => (b.leaves ?? 0) - (a.leaves ?? 0));
  for (const column of leaving) {
    if (!over(column.leaves === 0)) break;
    shown.splice(shown.indexOf(column), 1);
  }
  return shown;
}

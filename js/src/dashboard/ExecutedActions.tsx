// The buttons at the end of a row of executed tasks.
import type { ExecutedRow } from "../messages";
import type { RowProps } from "./rowActions";

export function ExecutedActions(_: RowProps<ExecutedRow>) {
  return null;
}

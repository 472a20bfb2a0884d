// Why an item has not run, in its row.
import type { DashboardTraits } from "../messages/dashboard";
import type { ScheduledRow } from "../messages/tables";
import { useTrait, type ViewModel } from "../model";

export function Why({ model, row }: { model: ViewModel<DashboardTraits>; row: ScheduledRow }) {
  const reason = useTrait(model, "reasons")[row.item];
  const text = reason?.text ?? row.note;
  if (!text) return null;
  return (
    <span class="csw-sub" title={text}>
      {text}
    </span>
  );
}

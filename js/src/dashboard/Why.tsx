// Why an item or a run has not run: in its row, and in full below it.
import type { DashboardTraits, Reason } from "../messages/dashboard";
import type { ExecutedRow, ScheduledRow } from "../messages/tables";
import { useTrait, type ViewModel } from "../model";
import { saidText } from "../state/format";
import { useTimes } from "../state/times";
import { Said } from "../ui/Said";

interface WhyProps<Row> {
  model: ViewModel<DashboardTraits>;
  row: Row;
  now: number;
}

export function Why({ model, row, now }: WhyProps<ScheduledRow>) {
  const reason = useTrait(model, "reasons")[row.item];
  const times = useTimes();
  if (!reason && !row.note) return null;
  return (
    <span class="csw-sub" title={reason ? saidText(reason.said, now, times) : row.note}>
      {reason ? <Said parts={reason.said} now={now} /> : row.note}
    </span>
  );
}

/** Beside the name of a run that waits: the reason in a word or two. */
export function WhyHint({ model, row, now }: WhyProps<ExecutedRow>) {
  const reason = useTrait(model, "run_reasons")[row.run];
  const times = useTimes();
  if (!reason?.hint) return null;
  return (
    <span class="csw-hint" title={saidText(reason.said, now, times)}>
      · {reason.hint}
    </span>
  );
}

export function WhyInFull({ title, reason, now }: { title: string; reason: Reason | undefined; now: number }) {
  if (!reason) return null;
  return (
    <p class="csw-why">
      <strong>{title}: </strong>
      <Said parts={reason.said} now={now} />
    </p>
  );
}

// Why an item or a run has not run: a short form in its row, the full sentence in its details.
import type { DashboardTraits, Reason } from "../messages/dashboard";
import type { ExecutedRow, ScheduledRow } from "../messages/tables";
import { useTrait, type ViewModel } from "../model";
import { sentenceText } from "../state/format";
import { useTimeFormat } from "../state/timeFormat";
import { KernelSentence } from "../ui/KernelSentence";

interface ReasonProps<Row> {
  model: ViewModel<DashboardTraits>;
  row: Row;
  now: number;
}

export function ItemReason({ model, row, now }: ReasonProps<ScheduledRow>) {
  const reason = useTrait(model, "reasons")[row.item];
  const times = useTimeFormat();
  if (!reason && !row.note) return null;
  return (
    <span class="csw-sub" title={reason ? sentenceText(reason.said, now, times) : row.note}>
      {reason ? <KernelSentence parts={reason.said} now={now} /> : row.note}
    </span>
  );
}

/** The reason in a word or two, beside the name of a queued run. */
export function RunReasonHint({ model, row, now }: ReasonProps<ExecutedRow>) {
  const reason = useTrait(model, "run_reasons")[row.run];
  const times = useTimeFormat();
  if (!reason?.hint) return null;
  return (
    <span class="csw-hint" title={sentenceText(reason.said, now, times)}>
      · {reason.hint}
    </span>
  );
}

export function FullReason({ title, reason, now }: { title: string; reason: Reason | undefined; now: number }) {
  if (!reason) return null;
  return (
    <p class="csw-why">
      <strong>{title}: </strong>
      <KernelSentence parts={reason.said} now={now} />
    </p>
  );
}

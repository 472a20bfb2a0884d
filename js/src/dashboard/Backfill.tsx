// Launching the times of a past period: the period, how many runs that makes, and the question.
import { useEffect, useState } from "preact/hooks";
import type { DashboardTraits } from "../messages/dashboard";
import type { ScheduledRow } from "../messages/tables";
import type { ViewModel } from "../model";
import { clock } from "../state/format";
import { useTimes } from "../state/times";
import { TextField } from "../ui/fields";
import { CommandDialog } from "./CommandDialog";
import type { RowProps } from "./rowActions";

interface Slots {
  count: number;
  more: boolean;
  first: number[];
  last: number | null;
  overlap: string;
}

const ASK_AFTER_MS = 250;
const DAY = 86_400_000;

/** `2026-12-01T06:20`, as a field for date and time has it, in UTC. */
const field = (at: number) => new Date(at).toISOString().slice(0, 16);

export function Backfill({ model, row, commands, now, onClose }: RowProps<ScheduledRow> & { onClose: () => void }) {
  const [start, setStart] = useState(() => field(now - DAY));
  const [end, setEnd] = useState(() => field(now));
  const payload = { item: row.item, start: `${start}Z`, end: `${end}Z` };
  const { slots, error } = useSlots(model, row.item, payload.start, payload.end);
  return (
    <CommandDialog
      title={`Backfill ${row.name}`}
      action={slots && slots.count > 0 && !slots.more ? `Launch ${runs(slots.count)}` : "Launch"}
      kind="primary"
      command="backfill"
      about={row.item}
      {...{ payload, commands, onClose }}
    >
      <p>Launches the times of a past period that were not launched yet.</p>
      <div class="csw-grid">
        <TextField label="After (UTC)" type="datetime-local" value={start} onInput={setStart} />
        <TextField label="Up to (UTC)" type="datetime-local" value={end} onInput={setEnd} />
      </div>
      <p class={error ? "csw-note csw-note-error" : "csw-note"} role="status">
        {error || (slots ? <Told slots={slots} now={now} /> : "Counting …")}
      </p>
    </CommandDialog>
  );
}

const runs = (count: number) => `${count} ${count === 1 ? "run" : "runs"}`;

function Told({ slots, now }: { slots: Slots; now: number }) {
  const { utc } = useTimes();
  if (slots.more) return <>It has more than {slots.count} times in this period; choose a shorter one.</>;
  if (slots.count === 0) return <>It has no times in this period.</>;
  const text = slots.first.map((at) => clock(at, now, utc)).join(", ");
  const rest = slots.count > slots.first.length && slots.last !== null ? ` … ${clock(slots.last, now, utc)}` : "";
  return (
    <>
      {runs(slots.count)}: {text}
      {rest}. What was launched already is left out.{" "}
      {slots.overlap === "allow" ? "They start at once." : "They run one after the other."}
    </>
  );
}

function useSlots(model: ViewModel<DashboardTraits>, item: string, start: string, end: string) {
  const [slots, setSlots] = useState<Slots | null>(null);
  const [error, setError] = useState("");
  useEffect(() => {
    let current = true;
    const ask = async () => {
      try {
        const found = await model.request<Slots>("slots", { item, start, end });
        if (current) setSlots(found);
        if (current) setError("");
      } catch (reason) {
        if (current) setError(reason instanceof Error ? reason.message : String(reason));
      }
    };
    const timer = setTimeout(() => void ask(), ASK_AFTER_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [model, item, start, end]);
  return { slots, error };
}

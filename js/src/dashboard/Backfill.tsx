// Launching the times of a past period: the period, how many runs that makes, and the question.
import { useEffect, useState } from "preact/hooks";
import type { DashboardTraits } from "../messages/dashboard";
import type { ScheduledRow } from "../messages/tables";
import type { ViewModel } from "../model";
import { type MomentDraft, momentData, momentDraft } from "../state/moments";
import { wallText } from "../state/zones";
import { MomentInput } from "../ui/MomentInput";
import { CommandDialog } from "./CommandDialog";
import type { RowProps } from "./rowActions";

interface Slots {
  count: number;
  more: boolean;
  first: number[];
  last: number | null;
  overlap: string;
  /** The zone of the schedule's times. */
  zone: string;
}

interface Period {
  start: string;
  end: string;
}

const ASK_AFTER_MS = 250;
const [MINUTE, DAY] = [60_000, 86_400_000];

export function Backfill({ model, row, commands, now, onClose }: RowProps<ScheduledRow> & { onClose: () => void }) {
  const [proposed] = useState(() => lastDay(now));
  const [typed, setTyped] = useState<Partial<Record<keyof Period, MomentDraft>>>({});
  const [zone, setZone] = useState<string | null>(null); // it comes with the first answer
  const said = (bound: keyof Period) => typed[bound] ?? momentDraft(proposed[bound], zone ?? "UTC");
  const period = {
    start: momentData(said("start"), zone ?? "UTC") ?? "",
    end: momentData(said("end"), zone ?? "UTC") ?? "",
  };
  const { slots, error } = useSlots(model, row.item, period, setZone);
  const input = (bound: keyof Period, label: string) => (
    <MomentInput
      label={label}
      value={said(bound)}
      timezone={zone ?? "UTC"}
      onInput={(moment) => setTyped({ ...typed, [bound]: moment })}
    />
  );
  return (
    <CommandDialog
      title={
        <>
          Backfill <bdi>{row.name}</bdi>
        </>
      }
      action={slots && slots.count > 0 && !slots.more ? `Launch ${runs(slots.count)}` : "Launch"}
      kind="primary"
      command="backfill"
      about={row.item}
      payload={{ item: row.item, ...period }}
      {...{ commands, onClose }}
    >
      <p>Launches the times of a past period that were not launched yet.</p>
      {zone === null ? null : (
        <div class="csw-grid">
          {input("start", "After")}
          {input("end", "Up to")}
        </div>
      )}
      <p class={error ? "csw-note csw-note-error" : "csw-note"} role="status">
        {error || (slots ? <Told slots={slots} /> : "Counting …")}
      </p>
    </CommandDialog>
  );
}

/** The last 24 hours, to the minute. */
function lastDay(now: number): Period {
  const end = Math.floor(now / MINUTE) * MINUTE;
  return { start: new Date(end - DAY).toISOString(), end: new Date(end).toISOString() };
}

const runs = (count: number) => `${count.toLocaleString("en")} ${count === 1 ? "run" : "runs"}`;

function Told({ slots }: { slots: Slots }) {
  const { zone } = slots;
  if (slots.more)
    return <>It has more than {slots.count.toLocaleString("en")} times in this period; choose a shorter one.</>;
  if (slots.count === 0) return <>It has no times in this period.</>;
  const told = (at: number) => wallText(at, zone) || wallText(at, "UTC");
  const text = slots.first.map(told).join("; ");
  const rest = slots.count > slots.first.length && slots.last !== null ? ` … ${told(slots.last)}` : "";
  return (
    <>
      {runs(slots.count)}: {text}
      {rest} ({zone}). What was launched already is left out.{" "}
      {slots.overlap === "allow" ? "They start at once." : "They run one after the other."}
    </>
  );
}

function useSlots(
  model: ViewModel<DashboardTraits>,
  item: string,
  { start, end }: Period,
  onZone: (zone: string) => void,
) {
  const [slots, setSlots] = useState<Slots | null>(null);
  const [error, setError] = useState("");
  // biome-ignore lint/correctness/useExhaustiveDependencies: who is told is no reason to ask again
  useEffect(() => {
    setSlots(null); // another period: what is known is not its count
    if (start === "" || end === "") {
      setError(`Say ${start === "" ? "after which time" : "up to which time"}.`);
      return;
    }
    let current = true;
    const ask = async () => {
      try {
        const found = await model.request<Slots>("slots", { item, start, end });
        if (!current) return;
        onZone(found.zone);
        setSlots(found);
        setError("");
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

// The dialog that launches the slots of a past period: choose the period, see how many runs it makes, confirm.
import { useEffect, useState } from "preact/hooks";
import type { DashboardTraits } from "../messages/dashboard";
import type { ScheduledRow } from "../messages/tables";
import type { ViewModel } from "../model";
import { type MomentDraft, momentData, momentDraft } from "../state/moments";
import { wallClockText } from "../state/zones";
import { MomentInput } from "../ui/MomentInput";
import { CommandDialog } from "./CommandDialog";
import type { RowProps } from "./rowContext";

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

export function BackfillDialog({
  model,
  row,
  commands,
  now,
  onClose,
}: RowProps<ScheduledRow> & { onClose: () => void }) {
  const [proposed] = useState(() => last24Hours(now));
  const [typed, setTyped] = useState<Partial<Record<keyof Period, MomentDraft>>>({});
  const [zone, setZone] = useState<string | null>(null); // comes with the kernel's first answer
  const momentAt = (bound: keyof Period) => typed[bound] ?? momentDraft(proposed[bound], zone ?? "UTC");
  const period = {
    start: momentData(momentAt("start"), zone ?? "UTC") ?? "",
    end: momentData(momentAt("end"), zone ?? "UTC") ?? "",
  };
  const { slots, error } = useSlots(model, row.item, period, setZone);
  const input = (bound: keyof Period, label: string) => (
    <MomentInput
      label={label}
      value={momentAt(bound)}
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
      action={slots && slots.count > 0 && !slots.more ? `Launch ${runsText(slots.count)}` : "Launch"}
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
        {error || (slots ? <SlotsSummary slots={slots} /> : "Counting …")}
      </p>
    </CommandDialog>
  );
}

/** The last 24 hours, rounded down to the minute. */
function last24Hours(now: number): Period {
  const end = Math.floor(now / MINUTE) * MINUTE;
  return { start: new Date(end - DAY).toISOString(), end: new Date(end).toISOString() };
}

const runsText = (count: number) => `${count.toLocaleString("en")} ${count === 1 ? "run" : "runs"}`;

function SlotsSummary({ slots }: { slots: Slots }) {
  const { zone } = slots;
  if (slots.more)
    return <>It has more than {slots.count.toLocaleString("en")} times in this period; choose a shorter one.</>;
  if (slots.count === 0) return <>It has no times in this period.</>;
  const slotText = (at: number) => wallClockText(at, zone) || wallClockText(at, "UTC");
  const text = slots.first.map(slotText).join("; ");
  const rest = slots.count > slots.first.length && slots.last !== null ? ` … ${slotText(slots.last)}` : "";
  return (
    <>
      {runsText(slots.count)}: {text}
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
    setSlots(null); // the known count belongs to another period
    if (start === "" || end === "") {
      setError(`Say ${start === "" ? "after which time" : "up to which time"}.`);
      return;
    }
    let current = true;
    const ask = async () => {
      try {
        const answer = await model.request<Slots>("slots", { item, start, end });
        if (!current) return;
        onZone(answer.zone);
        setSlots(answer);
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

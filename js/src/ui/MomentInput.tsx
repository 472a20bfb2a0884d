// A date and time input on the wall clock of a time zone; below it the same moment on other clocks.
import { inputZone, instant, instantsOfWallTime, type MomentDraft } from "../state/moments";
import { browserZone, otherClocks, utcOffset, wallClock, wallClockText } from "../state/zones";
import { Segments, TextField } from "./fields";

interface MomentProps {
  label: string;
  value: MomentDraft;
  /** The rule's time zone; UTC is used if the browser does not know it. */
  timezone: string;
  problems?: string[];
  warnings?: string[];
  onInput: (value: MomentDraft) => void;
  onBlur?: () => void;
}

export function MomentInput({ label, value, timezone, problems = [], warnings = [], onInput, onBlur }: MomentProps) {
  const zone = inputZone(timezone);
  return (
    <div class="csw-moment">
      <TextField
        label={`${label} (${zone})`}
        type="datetime-local"
        value={value.local}
        problems={problems}
        warnings={[...warnings, ...skippedTimeWarnings(value, zone)]}
        hint={otherClocksHint(value, zone) || undefined}
        onInput={(local) => onInput({ local, later: false })}
        {...(onBlur && { onBlur })}
      />
      <RepeatedTimeChoice label={label} value={value} zone={zone} onInput={onInput} />
    </div>
  );
}

/** `= 23:00 UTC = 04:30 your time (Asia/Kolkata)` */
function otherClocksHint(value: MomentDraft, zone: string): string {
  const at = instant(value, zone);
  if (at === null) return "";
  return otherClocks(at, zone, browserZone())
    .map((text) => `= ${text}`)
    .join(" ");
}

/** A warning about a time that the clock skips. */
function skippedTimeWarnings({ local }: MomentDraft, zone: string): string[] {
  const instants = instantsOfWallTime(local, zone);
  const [at] = instants?.at ?? [];
  if (!instants?.skipped || at === undefined) return [];
  return [
    `The clocks go forward then: ${local.slice(11)} does not exist on that day. It means ${wallClockText(at, zone)}, the moment of the change.`,
  ];
}

/** The choice between the two instants of a time that the clock shows twice. */
function RepeatedTimeChoice({
  label,
  value,
  zone,
  onInput,
}: Pick<MomentProps, "label" | "value" | "onInput"> & { zone: string }) {
  const [first, second] = instantsOfWallTime(value.local, zone)?.at ?? [];
  if (first === undefined || second === undefined) return null;
  const time = wallClock(first, zone)?.time ?? "";
  return (
    <Segments
      legend={`${label}: which ${time}?`}
      options={[
        ["first", `The first, ${utcOffset(first, zone)}`],
        ["second", `The second, ${utcOffset(second, zone)}`],
      ]}
      value={value.later ? "second" : "first"}
      hint={`The clocks are put back then: ${time} comes twice on that day.`}
      onInput={(which) => onInput({ local: value.local, later: which === "second" })}
    />
  );
}

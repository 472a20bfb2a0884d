// A date and time, typed on the clock of a named zone; below it the same moment on other clocks.
import { instant, type MomentDraft, reading, typedIn } from "../state/moments";
import { elsewhere, offset, ownZone, wall, wallText } from "../state/zones";
import { Segments, TextField } from "./fields";

interface MomentProps {
  label: string;
  value: MomentDraft;
  /** Of the rule; one that the browser does not know is shown in UTC. */
  timezone: string;
  problems?: string[];
  warnings?: string[];
  onInput: (value: MomentDraft) => void;
  onBlur?: () => void;
}

export function MomentInput({ label, value, timezone, problems = [], warnings = [], onInput, onBlur }: MomentProps) {
  const zone = typedIn(timezone);
  return (
    <div class="csw-moment">
      <TextField
        label={`${label} (${zone})`}
        type="datetime-local"
        value={value.local}
        problems={problems}
        warnings={[...warnings, ...skipped(value, zone)]}
        hint={sameElsewhere(value, zone) || undefined}
        onInput={(local) => onInput({ local, later: false })}
        {...(onBlur && { onBlur })}
      />
      <Twice label={label} value={value} zone={zone} onInput={onInput} />
    </div>
  );
}

/** `= 23:00 UTC = 04:30 your time (Asia/Kolkata)` */
function sameElsewhere(value: MomentDraft, zone: string): string {
  const at = instant(value, zone);
  if (at === null) return "";
  return elsewhere(at, zone, ownZone())
    .map((text) => `= ${text}`)
    .join(" ");
}

/** What a time means that the clock jumps over. */
function skipped({ local }: MomentDraft, zone: string): string[] {
  const found = reading(local, zone);
  const [at] = found?.at ?? [];
  if (!found?.skipped || at === undefined) return [];
  return [
    `The clocks go forward then: ${local.slice(11)} does not exist on that day. It means ${wallText(at, zone)}, the moment of the change.`,
  ];
}

/** Which one is meant of a time that the clock shows twice. */
function Twice({ label, value, zone, onInput }: Pick<MomentProps, "label" | "value" | "onInput"> & { zone: string }) {
  const [first, second] = reading(value.local, zone)?.at ?? [];
  if (first === undefined || second === undefined) return null;
  const time = wall(first, zone)?.time ?? "";
  return (
    <Segments
      legend={`${label}: which ${time}?`}
      options={[
        ["first", `The first, ${offset(first, zone)}`],
        ["second", `The second, ${offset(second, zone)}`],
      ]}
      value={value.later ? "second" : "first"}
      hint={`The clocks are put back then: ${time} comes twice on that day.`}
      onInput={(which) => onInput({ local: value.local, later: which === "second" })}
    />
  );
}

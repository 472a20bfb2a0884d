// The fields for when a schedule runs.
import type { RuleDraft, RuleKind } from "../state/draft";
import { Segments } from "../ui/fields";
import { Fold } from "../ui/parts";
import { BLANK_SEPARATORS, BoundChips } from "./BoundChips";
import { BoundText } from "./BoundField";
import type { EditorProps } from "./form";
import { IntervalField } from "./IntervalField";
import { MomentField } from "./MomentField";
import { MonthDays, Months } from "./MonthDays";
import { RecurrenceSummary } from "./RecurrenceSummary";
import { WeekdayField } from "./WeekdayField";
import { ZoneField } from "./ZoneField";

const KINDS: readonly (readonly [RuleKind, string])[] = [
  ["once", "Once"],
  ["daily", "Daily"],
  ["weekly", "Weekly"],
  ["monthly", "Monthly"],
  ["interval", "Interval"],
  ["cron", "Cron"],
];

export function RecurrenceFields(props: EditorProps<RuleDraft>) {
  const { value, onChange } = props;
  return (
    <div class="csw-stack">
      <Segments
        legend="Recurrence"
        options={KINDS}
        value={value.kind}
        onInput={(kind) => onChange({ ...value, kind })}
      />
      <DayFields {...props} />
      <div class="csw-grid">
        <TimeFields {...props} />
        <ZoneField {...props} />
      </div>
      <RecurrenceSummary {...props} />
      <Bounds {...props} />
    </div>
  );
}

/** The fields for the days, which need the full width. */
function DayFields(props: EditorProps<RuleDraft>) {
  switch (props.value.kind) {
    case "weekly":
      return <WeekdayField {...props} />;
    case "monthly":
      return <MonthDays {...props} />;
    default:
      return null;
  }
}

function TimeFields(props: EditorProps<RuleDraft>) {
  switch (props.value.kind) {
    case "once":
      return (
        <>
          <BoundText {...props} name="date" label="Date" type="date" />
          <Times {...props} />
        </>
      );
    case "interval":
      return <IntervalField {...props} />;
    case "cron":
      return <CronField {...props} />;
    default:
      return <Times {...props} />;
  }
}

function Times(props: EditorProps<RuleDraft>) {
  return (
    <BoundChips
      {...props}
      name="times"
      label="Times of the day"
      separators={BLANK_SEPARATORS}
      placeholder="6:20, 18:20"
      hint="One or several, typed or pasted."
    />
  );
}

function CronField(props: EditorProps<RuleDraft>) {
  return (
    <BoundText
      {...props}
      name="expression"
      label="Cron expression"
      placeholder="*/15 8-18 * * mon-fri"
      hint="Minute, hour, day of the month, month, weekday."
      mono
    />
  );
}

function Bounds(props: EditorProps<RuleDraft>) {
  const { start, end, months, anchor, kind } = props.value;
  const set = [start.local, end.local, kind === "monthly" && months, kind === "interval" && anchor.local].some(Boolean);
  const title = kind === "monthly" ? "Months, start and end" : "Start and end";
  return (
    <Fold title={title} note={set ? "· set" : ""}>
      {kind === "monthly" ? <Months {...props} /> : null}
      <div class="csw-grid">
        <MomentField {...props} name="start" label="Not before" />
        <MomentField {...props} name="end" label="Not after" />
        {kind === "interval" ? <MomentField {...props} name="anchor" label="Counted from" /> : null}
      </div>
    </Fold>
  );
}

// When a schedule runs.
import { type RuleDraft, type RuleKind, WEEKDAYS } from "../state/draft";
import { Segments, Toggles } from "../ui/fields";
import { Fold } from "../ui/parts";
import { BoundText } from "./BoundField";
import { type EditorProps, useForm } from "./form";

const KINDS: readonly (readonly [RuleKind, string])[] = [
  ["once", "Once"],
  ["daily", "Daily"],
  ["weekly", "Weekly"],
  ["monthly", "Monthly"],
  ["interval", "Interval"],
  ["cron", "Cron"],
];

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
const DAYS = WEEKDAYS.map((day) => [day, capital(day), capital(day).slice(0, 3)] as const);

export function RecurrenceFields(props: EditorProps<RuleDraft>) {
  const { value, path, onChange } = props;
  const form = useForm();
  return (
    <div class="csw-stack">
      <Segments
        legend="Recurrence"
        options={KINDS}
        value={value.kind}
        onInput={(kind) => onChange({ ...value, kind })}
      />
      {value.kind === "weekly" ? (
        <Toggles
          legend="Weekdays"
          options={DAYS}
          values={value.weekdays}
          onInput={(weekdays) => onChange({ ...value, weekdays }, `${path}.weekdays`)}
          {...form.notes(`${path}.weekdays`)}
        />
      ) : null}
      <div class="csw-grid">
        <KindFields {...props} />
        <BoundText {...props} name="timezone" label="Time zone" list={form.zones} />
      </div>
      <Bounds {...props} />
    </div>
  );
}

function KindFields(props: EditorProps<RuleDraft>) {
  switch (props.value.kind) {
    case "once":
      return (
        <>
          <BoundText {...props} name="date" label="Date" type="date" />
          <Times {...props} />
        </>
      );
    case "monthly":
      return (
        <>
          <BoundText
            {...props}
            name="days"
            label="Days of the month"
            placeholder="1, 15, last"
            hint="Numbers, “last”, or such as “first monday”."
          />
          <Times {...props} />
        </>
      );
    case "interval":
      return <BoundText {...props} name="every" label="Every" placeholder="15m" hint="Such as 90s, 15m, 2h or 1d." />;
    case "cron":
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
    default:
      return <Times {...props} />;
  }
}

function Times(props: EditorProps<RuleDraft>) {
  return (
    <BoundText
      {...props}
      name="times"
      label="Times of the day"
      placeholder="6:20, 18:20"
      hint="One or several, separated by commas."
    />
  );
}

function Bounds(props: EditorProps<RuleDraft>) {
  const { start, end, months, anchor, kind } = props.value;
  const set = [start, end, kind === "monthly" && months, kind === "interval" && anchor].some(Boolean);
  return (
    <Fold title="Start and end" note={set ? "· set" : ""}>
      <div class="csw-grid">
        <BoundText {...props} name="start" label="Not before (UTC)" type="datetime-local" />
        <BoundText {...props} name="end" label="Not after (UTC)" type="datetime-local" />
        {kind === "monthly" ? (
          <BoundText {...props} name="months" label="Months" placeholder="All" hint="Such as 1, 4, 7, 10." />
        ) : null}
        {kind === "interval" ? (
          <BoundText {...props} name="anchor" label="Counted from (UTC)" type="datetime-local" />
        ) : null}
      </div>
    </Fold>
  );
}

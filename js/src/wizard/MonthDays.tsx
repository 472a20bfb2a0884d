// The fields for the days of a month (numbers, last day, weekdays such as the first Monday) and for the months.
import { useState } from "preact/hooks";
import { chipMessages, isInvalidAt } from "../state/chipProblems";
import type { RuleDraft } from "../state/draft";
import { monthsText, parseMonthDays, toggleDay } from "../state/recurrence";
import { split } from "../state/toData";
import { ChipList } from "../ui/ChipsField";
import { Messages, Toggles, useUid } from "../ui/fields";
import { Icon } from "../ui/icons";
import { Button } from "../ui/parts";
import { Select } from "../ui/Select";
import { type EditorProps, useForm } from "./form";
import { DAY_OPTIONS, MONTH_OPTIONS, ORDINAL_OPTIONS } from "./options";

const CELLS = [...Array.from({ length: 31 }, (_, index) => String(index + 1)), "last"];

export function MonthDays({ value, path, onChange }: EditorProps<RuleDraft>) {
  const form = useForm();
  const id = useUid();
  const field = `${path}.days`;
  const { cells, others } = parseMonthDays(value.days);
  const toggle = (day: string) => onChange({ ...value, days: toggleDay(value.days, day) }, field);
  const shown = form.notes(field).problems.length > 0;
  const all = split(value.days.toLowerCase());
  return (
    <fieldset class="csw-choice" aria-describedby={`${id}-notes`}>
      <legend>Days of the month</legend>
      <div class="csw-month-days">
        {CELLS.map((day) => (
          <label key={day} class={day === "last" ? "csw-toggle csw-last-day" : "csw-toggle"}>
            <input
              type="checkbox"
              aria-label={day === "last" ? "Last day" : `Day ${day}`}
              checked={cells.has(day)}
              onInput={() => toggle(day)}
            />
            <span>{day === "last" ? "Last day" : day}</span>
          </label>
        ))}
      </div>
      <div class="csw-row csw-nth">
        {others.length > 0 ? (
          <ChipList
            chips={others}
            isBad={(index) => isInvalidAt(form.store.problems, field, all.indexOf(others[index] ?? ""))}
            onRemove={(index) => toggle(others[index] ?? "")}
          />
        ) : null}
        <AddWeekday known={others} onAdd={toggle} />
      </div>
      <Messages
        id={`${id}-notes`}
        problems={shown ? chipMessages(form.store.problems, field, value.days, false) : []}
        hint={skippedMonthsHint(cells)}
      />
    </fieldset>
  );
}

/** Says which days do not exist in every month; those months are skipped. */
function skippedMonthsHint(cells: ReadonlySet<string>): string | undefined {
  const rare = ["29", "30", "31"].filter((day) => cells.has(day));
  if (rare.length === 0) return undefined;
  return `Months without day ${rare.join(" or ")} are skipped${cells.has("last") ? "" : "; “Last day” is in every month"}.`;
}

function AddWeekday({ known, onAdd }: { known: readonly string[]; onAdd: (day: string) => void }) {
  const [ordinal, setOrdinal] = useState("first");
  const [weekday, setWeekday] = useState("monday");
  const day = `${ordinal} ${weekday}`;
  return (
    <div class="csw-row csw-add-weekday">
      <Select aria-label="Which one" value={ordinal} options={ORDINAL_OPTIONS} onInput={setOrdinal} />
      <Select aria-label="Weekday" value={weekday} options={DAY_OPTIONS} onInput={setWeekday} />
      <Button disabled={known.includes(day)} onClick={() => onAdd(day)}>
        <Icon name="plus" /> Add{" "}
        {day.replace(/\b[mtwfs]\w+day/, (name) => name.charAt(0).toUpperCase() + name.slice(1))}
      </Button>
    </div>
  );
}

export function Months({ value, path, onChange }: EditorProps<RuleDraft>) {
  const form = useForm();
  const field = `${path}.months`;
  return (
    <Toggles
      legend="Only in these months"
      options={MONTH_OPTIONS}
      values={split(value.months)}
      onInput={(months) => onChange({ ...value, months: monthsText(value.months, months) }, field)}
      hint={value.months === "" ? "None chosen: in every month." : undefined}
      {...form.notes(field)}
    />
  );
}

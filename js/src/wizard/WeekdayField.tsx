// The field for the days of the week, with buttons for usual sets.
import type { RuleDraft } from "../state/draft";
import { sameDays, WEEKDAY_SETS } from "../state/recurrence";
import { Toggles } from "../ui/fields";
import { type EditorProps, useForm } from "./form";
import { DAY_OPTIONS } from "./options";

export function WeekdayField({ value, path, onChange }: EditorProps<RuleDraft>) {
  const form = useForm();
  const field = `${path}.weekdays`;
  const set = (weekdays: readonly string[]) => onChange({ ...value, weekdays: [...weekdays] }, field);
  return (
    <div class="csw-weekdays">
      <Toggles legend="Weekdays" options={DAY_OPTIONS} values={value.weekdays} onInput={set} {...form.notes(field)} />
      <fieldset class="csw-shortcuts" aria-label="Usual sets of weekdays">
        {WEEKDAY_SETS.map(([label, days]) => (
          <button
            key={label}
            type="button"
            class="csw-link"
            aria-pressed={sameDays(days, value.weekdays)}
            onClick={() => set(days)}
          >
            {label}
          </button>
        ))}
      </fieldset>
    </div>
  );
}

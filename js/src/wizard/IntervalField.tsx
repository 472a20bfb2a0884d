// The field for an interval: an amount and its unit.
import { useState } from "preact/hooks";
import type { RuleDraft } from "../state/draft";
import { durationText, parseDuration } from "../state/recurrence";
import { Field } from "../ui/fields";
import { Select } from "../ui/Select";
import { type EditorProps, useForm } from "./form";
import { UNIT_OPTIONS } from "./options";

const SHORTCUTS = ["5m", "15m", "30m", "1h", "6h", "12h"];

export function IntervalField({ value, path, onChange }: EditorProps<RuleDraft>) {
  const form = useForm();
  const field = `${path}.every`;
  const { amount, unit: written } = parseDuration(value.every);
  const [chosen, setChosen] = useState("m");
  const unit = written || chosen;
  const set = (every: string, done = false) => onChange({ ...value, every }, done ? field : undefined);
  return (
    <Field label="Every" {...form.notes(field)}>
      {(attributes) => (
        <>
          <div class="csw-joined">
            <input
              {...attributes}
              class="csw-input csw-amount"
              inputMode="numeric"
              value={amount}
              placeholder="15"
              autocomplete="off"
              onInput={(event) => set(durationText(event.currentTarget.value, unit))}
              onBlur={() => form.store.leaveField(field)}
            />
            <Select
              aria-label="Unit"
              value={unit}
              options={UNIT_OPTIONS}
              onInput={(next) => {
                setChosen(next);
                set(durationText(amount, next));
              }}
            />
          </div>
          <div class="csw-shortcuts">
            {SHORTCUTS.map((every) => (
              <button
                key={every}
                type="button"
                class="csw-link"
                aria-label={`Every ${every}`}
                aria-pressed={value.every === every}
                onClick={() => set(every, true)}
              >
                {every}
              </button>
            ))}
          </div>
        </>
      )}
    </Field>
  );
}

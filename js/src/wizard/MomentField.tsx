// A date and time of a rule, on the wall clock of the rule's time zone.
import type { RuleDraft } from "../state/draft";
import { MomentInput } from "../ui/MomentInput";
import { type EditorProps, useForm } from "./form";

interface MomentProps extends EditorProps<RuleDraft> {
  name: "start" | "end" | "anchor";
  label: string;
}

export function MomentField({ value, path, onChange, name, label }: MomentProps) {
  const form = useForm();
  const field = `${path}.${name}`;
  return (
    <MomentInput
      {...form.notes(field)}
      label={label}
      value={value[name]}
      timezone={value.timezone}
      onInput={(moment) => onChange({ ...value, [name]: moment })}
      onBlur={() => form.store.leaveField(field)}
    />
  );
}

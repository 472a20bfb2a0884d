// Text and select fields that are bound to one key of a part of the draft.
import type { ComponentChildren } from "preact";
import { SelectField, TextField } from "../ui/fields";
import { type EditorProps, useForm } from "./form";

export type TextKeys<T> = { [K in keyof T]: T[K] extends string ? K : never }[keyof T] & string;

interface BoundProps<T> extends EditorProps<T> {
  name: TextKeys<T>;
  label: string;
  hint?: ComponentChildren;
  class?: string;
}

export function BoundText<T extends object>(
  props: BoundProps<T> & {
    placeholder?: string;
    type?: "text" | "date";
    list?: string;
    mono?: boolean;
  },
) {
  const form = useForm();
  const { value, path, onChange, name, ...rest } = props;
  const field = `${path}.${name}`;
  return (
    <TextField
      {...rest}
      {...form.notes(field)}
      value={String(value[name])}
      onInput={(text) => onChange({ ...value, [name]: text })}
      onBlur={() => form.store.leaveField(field)}
    />
  );
}

export function BoundSelect<T extends object>(
  props: BoundProps<T> & { options: readonly (readonly [value: string, text: string])[] },
) {
  const form = useForm();
  const { value, path, onChange, name, ...rest } = props;
  const field = `${path}.${name}`;
  return (
    <SelectField
      {...rest}
      {...form.notes(field)}
      value={String(value[name])}
      onInput={(text) => onChange({ ...value, [name]: text }, field)}
    />
  );
}

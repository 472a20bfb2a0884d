// A list of the draft as chips: Python judges each value, and what it refuses is marked with its message.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { chipMessages, isBadAt } from "../state/chipProblems";
import { ChipsField } from "../ui/ChipsField";
import type { TextKeys } from "./BoundField";
import { type EditorProps, useForm } from "./form";

/** A time has no blanks in it, so a blank ends it too. */
export const BLANKS = /[,;\s]+/;
/** A tag or a project may have blanks. */
export const COMMAS = /[,\n]/;

interface BoundChipsProps<T> extends EditorProps<T> {
  name: TextKeys<T>;
  label: string;
  separators: RegExp;
  hint?: ComponentChildren;
  placeholder?: string;
  mono?: boolean;
}

export function BoundChips<T extends object>(props: BoundChipsProps<T>) {
  const form = useForm();
  const [typing, setTyping] = useState(false);
  const { value, path, onChange, name, ...rest } = props;
  const field = `${path}.${name}`;
  const { problems, warnings } = form.notes(field);
  const text = String(value[name]);
  const judged = problems.length > 0 ? chipMessages(form.store.problems, field, text, typing) : [];
  return (
    <ChipsField
      {...rest}
      problems={judged}
      warnings={warnings}
      value={text}
      isBad={(index) => isBadAt(form.store.problems, field, index)}
      onInput={(text, done) => {
        setTyping(!done);
        onChange({ ...value, [name]: text });
        if (done) form.store.leave(field); // not at once: Python has yet to judge it
      }}
      onBlur={() => {
        setTyping(false);
        form.store.leave(field);
      }}
    />
  );
}

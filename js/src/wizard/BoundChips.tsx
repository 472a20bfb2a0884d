// A chips field for a list of the draft. Values that Python refuses are marked, with its messages.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { chipMessages, isInvalidAt } from "../state/chipProblems";
import { ChipsField } from "../ui/ChipsField";
import type { TextKeys } from "./BoundField";
import { type EditorProps, useForm } from "./form";

/** For values without blanks, such as times: a blank ends a value too. */
export const BLANK_SEPARATORS = /[,;\s]+/;
/** For values that may contain blanks, such as tags and projects. */
export const COMMA_SEPARATORS = /[,\n]/;

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
  const messages = problems.length > 0 ? chipMessages(form.store.problems, field, text, typing) : [];
  return (
    <ChipsField
      {...rest}
      problems={messages}
      warnings={warnings}
      value={text}
      isBad={(index) => isInvalidAt(form.store.problems, field, index)}
      onInput={(text, done) => {
        setTyping(!done);
        onChange({ ...value, [name]: text });
        if (done) form.store.leaveField(field); // not touched at once, because Python has not validated the value yet
      }}
      onBlur={() => {
        setTyping(false);
        form.store.leaveField(field);
      }}
    />
  );
}

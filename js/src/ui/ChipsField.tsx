// A field for several values, shown as chips, with an input for more values.
import { useRef, useState } from "preact/hooks";
import { addAll, addTyped, type Chips, chipsText, parseChips } from "../state/chips";
import { Field, type Notes } from "./fields";
import { Icon } from "./icons";

interface ChipsProps extends Notes {
  label: string;
  /** The values, joined by commas. */
  value: string;
  /** `done` is true if a value is complete, false while one is being typed. */
  onInput: (value: string, done: boolean) => void;
  onBlur?: () => void;
  /** Ends a value, in addition to Enter. */
  separators: RegExp;
  /** Whether the value at this index is wrong. */
  isBad?: (index: number) => boolean;
  placeholder?: string;
  class?: string;
  mono?: boolean;
}

export function ChipsField(props: ChipsProps) {
  const { label, value, onInput, onBlur, separators, isBad, placeholder, mono, ...notes } = props;
  const [text, setText] = useState("");
  const { chips, typing } = parseChips(value, text);
  const input = useRef<HTMLInputElement>(null);
  const update = (next: Chips, done: boolean) => {
    setText(next.typing);
    if (chipsText(next) !== value || done) onInput(chipsText(next), done);
  };
  const remove = (index: number) => {
    update({ chips: chips.filter((_, at) => at !== index), typing }, true);
    input.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter") {
      event.preventDefault();
      update(addAll(chips, typing, separators), true);
    } else if (event.key === "Backspace" && typing === "" && chips.length > 0) {
      remove(chips.length - 1);
    }
  };
  // A single-line input would remove the line breaks of a pasted text.
  const onPaste = (event: ClipboardEvent) => {
    const pasted = event.clipboardData?.getData("text") ?? "";
    if (pasted.split(separators).length < 2) return;
    event.preventDefault();
    update(addAll(chips, typing + pasted, separators), true);
  };
  return (
    <Field label={label} {...notes}>
      {(attributes) => (
        // biome-ignore lint/a11y: a press beside the input is only a longer way to it
        <div
          class="csw-input csw-chips"
          onClick={(event) => event.target === event.currentTarget && input.current?.focus()}
        >
          {chips.length > 0 ? <ChipList chips={chips} isBad={isBad} onRemove={remove} /> : null}
          <input
            {...attributes}
            ref={input}
            class={mono ? "csw-mono" : ""}
            type="text"
            value={typing}
            placeholder={chips.length > 0 ? "" : placeholder}
            autocomplete="off"
            spellcheck={false}
            onInput={(event) => {
              const next = addTyped(chips, event.currentTarget.value, separators);
              update(next, next.chips.length > chips.length);
            }}
            onKeyDown={onKeyDown}
            onPaste={onPaste}
            onBlur={() => {
              if (typing !== "") update(addAll(chips, typing, separators), true);
              onBlur?.();
            }}
          />
        </div>
      )}
    </Field>
  );
}

interface ListProps {
  chips: readonly string[];
  isBad: ChipsProps["isBad"];
  onRemove: (index: number) => void;
}

export function ChipList({ chips, isBad, onRemove }: ListProps) {
  return (
    <ul class="csw-chip-list" aria-label="Chosen values">
      {chips.map((chip, index) => (
        <li key={chip} class={isBad?.(index) ? "csw-value csw-value-bad" : "csw-value"}>
          <span>{chip}</span>
          <button type="button" aria-label={`Remove ${chip}`} onClick={() => onRemove(index)}>
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  );
}

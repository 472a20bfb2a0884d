// A select box, by itself or inside a labelled field.
import type { JSX } from "preact";

type Attributes = Omit<JSX.HTMLAttributes<HTMLSelectElement>, "value" | "onInput" | "class">;

interface SelectProps<T extends string> extends Attributes {
  value: T | undefined;
  options: readonly (readonly [value: T, text: string, ...unknown[]])[];
  onInput: (value: T) => void;
}

export function Select<T extends string>({ value, options, onInput, ...attributes }: SelectProps<T>) {
  return (
    <select
      {...attributes}
      class="csw-input csw-select"
      value={value}
      onInput={(event) => onInput(event.currentTarget.value as T)}
    >
      {options.map(([option, text]) => (
        <option key={option} value={option} selected={option === value}>
          {text}
        </option>
      ))}
    </select>
  );
}

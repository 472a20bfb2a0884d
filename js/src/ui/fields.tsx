// Labelled form fields with messages, which are connected to their fields for screen readers.
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { Select } from "./Select";

let count = 0;
// Each widget loads its own copy of this module, so a counter alone would repeat ids on one page.
const prefix = crypto.getRandomValues(new Uint32Array(1))[0]?.toString(36) ?? "0";

/** An element id that is unique on the page. */
export function useUid(): string {
  return useState(() => `csw-${prefix}-${++count}`)[0];
}

export interface Notes {
  /** Errors, shown in red; the field is marked invalid. */
  problems?: string[];
  warnings?: string[];
  hint?: ComponentChildren;
}

export function Messages({ id, problems = [], warnings = [], hint }: Notes & { id: string }) {
  return (
    <div id={id} class="csw-notes">
      {problems.map((text) => (
        <p key={text} class="csw-note csw-note-error" role="alert">
          {text}
        </p>
      ))}
      {warnings.map((text) => (
        <p key={text} class="csw-note csw-note-warning" role="status">
          {text}
        </p>
      ))}
      {hint && problems.length === 0 ? <p class="csw-note">{hint}</p> : null}
    </div>
  );
}

type Attributes = Pick<JSX.IntrinsicElements["input"], "id" | "aria-describedby" | "aria-invalid">;

interface FieldProps extends Notes {
  label: string;
  class?: string;
  children: (attributes: Attributes) => ComponentChildren;
}

/** A label, a control and its messages. */
export function Field({ label, class: name = "", children, ...notes }: FieldProps) {
  const id = useUid();
  const invalid = (notes.problems?.length ?? 0) > 0;
  return (
    <div class={`csw-field ${name}`}>
      <label for={id}>{label}</label>
      {children({ id, "aria-describedby": `${id}-notes`, ...(invalid && { "aria-invalid": "true" as const }) })}
      <Messages id={`${id}-notes`} {...notes} />
    </div>
  );
}

interface TextProps extends Notes {
  label: string;
  value: string;
  onInput: (value: string) => void;
  onBlur?: () => void;
  placeholder?: string;
  type?: "text" | "date" | "datetime-local";
  class?: string;
  list?: string;
  mono?: boolean;
}

export function TextField({
  label,
  value,
  onInput,
  onBlur,
  placeholder,
  type = "text",
  list,
  mono,
  ...rest
}: TextProps) {
  return (
    <Field label={label} {...rest}>
      {(attributes) => (
        <input
          {...attributes}
          class={mono ? "csw-input csw-mono" : "csw-input"}
          type={type}
          value={value}
          placeholder={placeholder}
          list={list}
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => onInput(event.currentTarget.value)}
          onBlur={onBlur}
        />
      )}
    </Field>
  );
}

type AreaProps = Omit<TextProps, "type" | "list"> & { rows?: number; readOnly?: boolean };

/** A field for several lines of text. */
export function TextArea({ label, value, onInput, onBlur, placeholder, mono, rows = 3, readOnly, ...rest }: AreaProps) {
  return (
    <Field label={label} {...rest}>
      {(attributes) => (
        <textarea
          {...attributes}
          class={`csw-input csw-area ${mono ? "csw-mono" : ""}`}
          rows={rows}
          readOnly={readOnly}
          value={value}
          placeholder={placeholder}
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => onInput(event.currentTarget.value)}
          onBlur={onBlur}
        />
      )}
    </Field>
  );
}

interface SelectProps extends Notes {
  label: string;
  value: string;
  onInput: (value: string) => void;
  options: readonly (readonly [value: string, text: string])[];
  class?: string;
}

export function SelectField({ label, value, onInput, options, ...rest }: SelectProps) {
  return (
    <Field label={label} {...rest}>
      {(attributes) => <Select {...attributes} {...{ value, options, onInput }} />}
    </Field>
  );
}

export function CheckBox(props: { label: string; checked: boolean; onInput: (checked: boolean) => void }) {
  return (
    <label class="csw-check">
      <input type="checkbox" checked={props.checked} onInput={(event) => props.onInput(event.currentTarget.checked)} />
      <span>{props.label}</span>
    </label>
  );
}

interface ChoiceProps<T extends string> extends Notes {
  legend: string;
  options: readonly (readonly [value: T, text: string, short?: string])[];
}

/** A choice of one option, as a row of segments; radio buttons for the keyboard and screen readers. */
export function Segments<T extends string>(
  props: ChoiceProps<T> & { value: T; onInput: (value: T) => void; hideLegend?: boolean },
) {
  const id = useUid();
  return (
    <fieldset class="csw-choice" aria-describedby={`${id}-notes`}>
      <legend class={props.hideLegend ? "csw-hidden" : ""}>{props.legend}</legend>
      <div class="csw-segments">
        {props.options.map(([value, text]) => (
          <label key={value} class="csw-segment">
            <input type="radio" name={id} checked={props.value === value} onInput={() => props.onInput(value)} />
            <span>{text}</span>
          </label>
        ))}
      </div>
      <Messages id={`${id}-notes`} {...pickNotes(props)} />
    </fieldset>
  );
}

/** A choice of any options, as a row of toggle buttons; check boxes for the keyboard and screen readers. */
export function Toggles<T extends string>(
  props: ChoiceProps<T> & { values: readonly string[]; onInput: (values: T[]) => void },
) {
  const id = useUid();
  const toggle = (value: T) =>
    props.onInput(
      props.options.map(([each]) => each).filter((each) => (each === value) !== props.values.includes(each)),
    );
  return (
    <fieldset class="csw-choice" aria-describedby={`${id}-notes`}>
      <legend>{props.legend}</legend>
      <div class="csw-toggles">
        {props.options.map(([value, text, short]) => (
          <label key={value} class="csw-toggle">
            <input
              type="checkbox"
              aria-label={text}
              checked={props.values.includes(value)}
              onInput={() => toggle(value)}
            />
            <span>{short ?? text}</span>
          </label>
        ))}
      </div>
      <Messages id={`${id}-notes`} {...pickNotes(props)} />
    </fieldset>
  );
}

function pickNotes({ problems, warnings, hint }: Notes): Notes {
  return { ...(problems && { problems }), ...(warnings && { warnings }), ...(hint !== undefined && { hint }) };
}

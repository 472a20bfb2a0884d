// The base task's parameters by section, with the values that the launched task gets.
import type { Parameter } from "../messages/wizard";
import type { ParameterRow } from "../state/draft";
import { booleanTexts, controlOf, findOverride, keyPath } from "../state/parameters";
import { Messages, useUid } from "../ui/fields";
import { Icon } from "../ui/icons";
import { Select } from "../ui/Select";
import { useForm } from "./form";

interface BaseProps {
  bases: readonly Parameter[];
  rows: readonly ParameterRow[];
  path: string;
  onChange: (base: Parameter, value: string) => void;
  onFocus: (key: string, input: HTMLInputElement) => void;
}

export function BaseParameters({ bases, ...rest }: BaseProps) {
  const sections = new Map<string, Parameter[]>();
  for (const base of bases) {
    const section = base.name.slice(0, base.name.indexOf("/"));
    sections.set(section, [...(sections.get(section) ?? []), base]);
  }
  if (bases.length === 0) return <p class="csw-note">No parameter fits.</p>;
  return (
    <table class="csw-parameters">
      <caption class="csw-hidden">The base task's parameters</caption>
      <colgroup>
        <col class="csw-parameter-names" />
        <col />
        <col class="csw-parameter-resets" />
      </colgroup>
      <thead class="csw-hidden">
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Value</th>
          <th scope="col">The base task's own</th>
        </tr>
      </thead>
      {[...sections].map(([section, parameters]) => (
        <tbody key={section}>
          <tr>
            <th scope="rowgroup" colSpan={3} class="csw-parameter-section">
              {section}
            </th>
          </tr>
          {parameters.map((base) => (
            <Row key={base.name} base={base} {...rest} />
          ))}
        </tbody>
      ))}
    </table>
  );
}

function Row({ base, rows, path, onChange, onFocus }: Omit<BaseProps, "bases"> & { base: Parameter }) {
  const form = useForm();
  const id = useUid();
  const override = findOverride(rows, base.name);
  const notes = form.notes(keyPath(path, base.name));
  const short = base.name.slice(base.name.indexOf("/") + 1);
  return (
    <tr class={override ? "csw-changed" : ""}>
      <th scope="row" class="csw-parameter-name" title={base.description || base.name}>
        <span class="csw-mono">{short}</span> <span class="csw-muted">{base.type}</span>
      </th>
      <td>
        <ValueInput
          base={base}
          value={override?.value ?? (base.length > base.value.length ? "" : base.value)}
          notes={`${id}-notes`}
          invalid={notes.problems.length > 0}
          onInput={(value) => onChange(base, value)}
          onFocus={(input) => onFocus(base.name, input)}
        />
        <Messages id={`${id}-notes`} {...notes} />
      </td>
      <td>
        {override ? (
          <button
            type="button"
            class="csw-button csw-button-quiet csw-reset"
            aria-label={`Reset ${base.name} to ${base.value.slice(0, 80) || "empty"}`}
            title={`The base task's own: ${base.value.slice(0, 500) || "empty"}`}
            onClick={() => onChange(base, base.value)}
          >
            <Icon name="undo" /> <bdi>{base.value || "empty"}</bdi>
          </button>
        ) : null}
      </td>
    </tr>
  );
}

interface ValueProps {
  base: Parameter;
  value: string;
  notes: string;
  invalid: boolean;
  onInput: (value: string) => void;
  onFocus: (input: HTMLInputElement) => void;
}

function ValueInput({ base, value, notes, invalid, onInput, onFocus }: ValueProps) {
  const shared = {
    "aria-label": base.name,
    "aria-describedby": notes,
    ...(invalid && { "aria-invalid": "true" as const }),
  };
  const control = controlOf(base, value);
  const truncatedText = base.length > base.value.length ? `${base.length} characters; type to replace them` : "";
  if (control === "choice") {
    const chosen = booleanTexts(base).find((each) => each.toLowerCase() === value.toLowerCase());
    const options = booleanTexts(base).map((truth) => [truth, truth] as const);
    return <Select {...shared} value={chosen} {...{ options, onInput }} />;
  }
  if (control === "long") {
    return (
      <textarea
        {...shared}
        class="csw-input csw-area csw-mono"
        rows={2}
        spellcheck={false}
        placeholder={truncatedText}
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    );
  }
  return (
    <input
      {...shared}
      class="csw-input csw-mono"
      inputMode={control === "number" ? "decimal" : "text"}
      autocomplete="off"
      spellcheck={false}
      value={value}
      onInput={(event) => onInput(event.currentTarget.value)}
      onFocus={(event) => onFocus(event.currentTarget)}
    />
  );
}

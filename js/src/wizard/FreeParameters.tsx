// Parameters with names typed by hand, such as those that the base task does not have.
import type { Parameter } from "../messages/wizard";
import { type ParameterRow, removeItem, replaceItem } from "../state/draft";
import { keyPath } from "../state/parameters";
import { Messages, useUid } from "../ui/fields";
import { Icon } from "../ui/icons";
import { Button } from "../ui/parts";
import { type EditorProps, useForm } from "./form";

interface FreeProps extends EditorProps<ParameterRow[]> {
  /** The indexes of the rows to show. */
  rows: readonly number[];
  bases: readonly Parameter[];
  onFocus: (key: string, input: HTMLInputElement) => void;
}

export function FreeParameters({ value, path, onChange, rows, bases, onFocus }: FreeProps) {
  const form = useForm();
  const id = useUid();
  const edit = (index: number, change: Partial<ParameterRow>) => {
    const row = value[index];
    // The row stays in this table even while its name equals one of the base task's.
    if (row !== undefined) onChange(replaceItem(value, index, { ...row, ...change, custom: true }), path);
  };
  return (
    <table class="csw-parameters csw-parameters-free">
      <caption class="csw-hidden">Added parameters</caption>
      <thead>
        <tr>
          <th scope="col">Section/name</th>
          <th scope="col">Value</th>
          <th scope="col">
            <span class="csw-hidden">Remove</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((index, place) => {
          const row = value[index] ?? { name: "", value: "" };
          const notes = form.notes(keyPath(path, row.name.trim()));
          const shared = {
            class: "csw-input csw-mono",
            autocomplete: "off",
            spellcheck: false,
            "aria-describedby": `${id}-${index}`,
            ...(notes.problems.length > 0 && { "aria-invalid": "true" as const }),
          };
          return (
            <tr key={index}>
              <td>
                <input
                  {...shared}
                  aria-label={`Parameter ${place + 1} name`}
                  placeholder="Args/lr"
                  list={`${id}-names`}
                  value={row.name}
                  onInput={(event) => edit(index, { name: event.currentTarget.value })}
                />
                <Messages id={`${id}-${index}`} {...notes} />
              </td>
              <td>
                <input
                  {...shared}
                  aria-label={`Parameter ${place + 1} value`}
                  value={row.value}
                  onInput={(event) => edit(index, { value: event.currentTarget.value })}
                  onFocus={(event) => onFocus(String(index), event.currentTarget)}
                />
              </td>
              <td>
                <Button
                  kind="quiet"
                  label={`Remove parameter ${place + 1}`}
                  onClick={() => onChange(removeItem(value, index))}
                >
                  <Icon name="close" />
                </Button>
              </td>
            </tr>
          );
        })}
      </tbody>
      <datalist id={`${id}-names`}>
        {bases.map(({ name }) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </table>
  );
}

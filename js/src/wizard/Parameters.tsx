// Hyperparameters that the launched task gets instead of the base task's own.
import { type ParameterRow, replaced, without } from "../state/draft";
import { Messages, useUid } from "../ui/fields";
import { Icon } from "../ui/icons";
import { Button, Fold } from "../ui/parts";
import { type EditorProps, useForm } from "./form";

export function Parameters({ value, path, onChange }: EditorProps<ParameterRow[]>) {
  const form = useForm();
  const notes = form.notes(path);
  const id = useUid();
  const edit = (index: number, change: Partial<ParameterRow>) => {
    const row = value[index];
    if (row !== undefined) onChange(replaced(value, index, { ...row, ...change }), path);
  };
  return (
    <Fold title="Parameters" note={value.length > 0 ? `· ${value.length}` : ""}>
      {value.length > 0 ? (
        <table class="csw-parameters" aria-describedby={id}>
          <caption class="csw-hidden">Parameters</caption>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Value</th>
              <th scope="col">
                <span class="csw-hidden">Remove</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {value.map((row, index) => (
              <tr key={index}>
                <td>
                  <input
                    class="csw-input csw-mono"
                    aria-label={`Parameter ${index + 1} name`}
                    placeholder="Args/lr"
                    value={row.name}
                    onInput={(event) => edit(index, { name: event.currentTarget.value })}
                  />
                </td>
                <td>
                  <input
                    class="csw-input csw-mono"
                    aria-label={`Parameter ${index + 1} value`}
                    placeholder="0.1"
                    value={row.value}
                    onInput={(event) => edit(index, { value: event.currentTarget.value })}
                  />
                </td>
                <td>
                  <Button
                    kind="quiet"
                    label={`Remove parameter ${index + 1}`}
                    onClick={() => onChange(without(value, index))}
                  >
                    <Icon name="close" />
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
      <Messages
        id={id}
        {...notes}
        hint="Named Section/name. A trigger's values may hold ${task.id}, ${dataset.id} or ${model.id}."
      />
      <Button onClick={() => onChange([...value, { name: "", value: "" }])}>
        <Icon name="plus" /> Add parameter
      </Button>
    </Fold>
  );
}

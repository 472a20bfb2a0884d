// The rarely set properties of the launched task: name, tags, time limit, container and script fields.
import { type ActionDraft, type ParameterRow, removeItem, replaceItem } from "../state/draft";
import { keyPath } from "../state/parameters";
import { CheckBox, Messages, SelectField, TextArea, TextField, useUid } from "../ui/fields";
import { Icon } from "../ui/icons";
import { Button, Fold } from "../ui/parts";
import { BoundText } from "./BoundField";
import { type EditorProps, useForm } from "./form";

export function LaunchedTask(props: EditorProps<ActionDraft>) {
  return (
    <Fold title="Launched task" note={summary(props.value)}>
      <div class="csw-grid">
        {props.value.reuse_task ? null : (
          <BoundText {...props} name="name" label="Name of launched tasks" placeholder="The base task's" />
        )}
        <BoundText {...props} name="tags" label="Tags of launched tasks" placeholder="nightly, demo" />
        <BoundText
          {...props}
          name="time_limit"
          label="Time limit of a run"
          placeholder="None"
          hint="Such as 30m or 2h: a run that works for longer is asked to stop."
        />
      </div>
      {props.value.base === "latest" ? null : <Reuse {...props} />}
      <Container {...props} />
      <Overrides
        value={props.value.overrides}
        path={`${props.path}.overrides`}
        onChange={(overrides, field) => props.onChange({ ...props.value, overrides }, field)}
      />
    </Fold>
  );
}

/** The properties that are set, for the folded title. */
function summary({ name, tags, time_limit, container, overrides, reuse_task }: ActionDraft): string {
  const set = [
    reuse_task && "the task itself",
    name && "name",
    tags && "tags",
    time_limit && `time limit ${time_limit}`,
    Object.values(container).some((text) => text.trim()) && "container",
    overrides.length > 0 && (overrides.length === 1 ? "1 override" : `${overrides.length} overrides`),
  ].filter(Boolean);
  return set.length > 0 ? `· ${set.join(" · ")}` : "";
}

function Reuse({ value, path, onChange }: EditorProps<ActionDraft>) {
  const form = useForm();
  const id = useUid();
  const field = `${path}.reuse_task`;
  // A reused task keeps its name and project.
  const kept = { name: "", project: "" };
  return (
    <div>
      <CheckBox
        label="Run the task itself, not a clone"
        checked={value.reuse_task}
        onInput={(reuse_task) => onChange({ ...value, ...(reuse_task && kept), reuse_task }, field)}
      />
      <Messages
        id={id}
        {...form.notes(field)}
        hint={
          value.reuse_task
            ? "Each run resets it, which erases what its run before has made. It runs once at a time."
            : undefined
        }
      />
    </div>
  );
}

function Container({ value, path, onChange }: EditorProps<ActionDraft>) {
  const form = useForm();
  const field = `${path}.container`;
  const set = (change: Partial<ActionDraft["container"]>) =>
    onChange({ ...value, container: { ...value.container, ...change } });
  const { image, arguments: given, setup_shell_script } = value.container;
  return (
    <>
      <div class="csw-grid">
        <TextField
          label="Container image"
          value={image}
          mono
          placeholder="The base task's own"
          hint="Takes the place of the base task's whole container."
          onInput={(image) => set({ image })}
          onBlur={() => form.store.leaveField(field)}
          {...form.notes(field)}
        />
        <TextField
          label="Container arguments"
          value={given}
          mono
          placeholder="--ipc=host -e NAME=value"
          onInput={(text) => set({ arguments: text })}
          onBlur={() => form.store.leaveField(field)}
        />
      </div>
      {image || given || setup_shell_script ? (
        <TextArea
          label="Container setup script"
          value={setup_shell_script}
          mono
          placeholder="apt-get update && apt-get install -y …"
          onInput={(setup_shell_script) => set({ setup_shell_script })}
          onBlur={() => form.store.leaveField(field)}
        />
      ) : null}
    </>
  );
}

const OVERRIDE_FIELDS: readonly (readonly [string, string])[] = [
  ["script.branch", "Branch"],
  ["script.tag", "Tag of the repository"],
  ["script.version_num", "Commit"],
  ["script.repository", "Repository"],
  ["script.entry_point", "Entry point"],
  ["script.working_dir", "Working directory"],
  ["script.binary", "Python binary"],
  ["script.requirements.pip", "Pip requirements"],
  ["script.diff", "Uncommitted changes"],
];
const MULTILINE_FIELDS = new Set(["script.requirements.pip", "script.diff"]);

function Overrides({ value, path, onChange }: EditorProps<ParameterRow[]>) {
  const form = useForm();
  const id = useUid();
  const edit = (index: number, change: Partial<ParameterRow>) => {
    const row = value[index];
    if (row !== undefined) onChange(replaceItem(value, index, { ...row, ...change }), path);
  };
  const free = OVERRIDE_FIELDS.filter(([name]) => !value.some((row) => row.name === name));
  const add = () => onChange([...value, { name: free[0]?.[0] ?? "", value: "" }]);
  return (
    <>
      {value.map((row, index) => (
        <OverrideRow
          key={index}
          row={row}
          path={keyPath(path, row.name)}
          options={OVERRIDE_FIELDS.filter(([name]) => name === row.name || free.some(([other]) => other === name))}
          onInput={(change) => edit(index, change)}
          onRemove={() => onChange(removeItem(value, index))}
        />
      ))}
      <Messages
        id={id}
        {...form.notesOutside(
          path,
          value.map(({ name }) => keyPath(path, name)),
        )}
      />
      {free.length > 0 ? (
        <Button onClick={add}>
          <Icon name="plus" /> Override code
        </Button>
      ) : null}
    </>
  );
}

interface OverrideProps {
  row: ParameterRow;
  path: string;
  options: readonly (readonly [string, string])[];
  onInput: (change: Partial<ParameterRow>) => void;
  onRemove: () => void;
}

function OverrideRow({ row, path, options, onInput, onRemove }: OverrideProps) {
  const form = useForm();
  const known = options.some(([name]) => name === row.name);
  const title = OVERRIDE_FIELDS.find(([name]) => name === row.name)?.[1] ?? row.name;
  const field = {
    label: title,
    value: row.value,
    mono: true,
    placeholder: "Empty",
    onInput: (value: string) => onInput({ value }),
    ...form.notes(path),
  };
  return (
    <div class="csw-override">
      <SelectField
        label="Override"
        value={row.name}
        options={known ? options : [[row.name, row.name], ...options]}
        onInput={(name) => onInput({ name })}
      />
      {MULTILINE_FIELDS.has(row.name) ? <TextArea {...field} /> : <TextField {...field} />}
      <Button kind="quiet" label={`Remove the override of ${title}`} onClick={onRemove}>
        <Icon name="close" />
      </Button>
    </div>
  );
}

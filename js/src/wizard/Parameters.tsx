// Hyperparameters that the launched task gets instead of the base task's own.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Parameter } from "../messages/wizard";
import type { ParameterRow } from "../state/draft";
import { freeRows, keyPath, overrideOf, repeated, shownParameters, variablesFor, withValue } from "../state/parameters";
import { CheckBox, Messages, useUid } from "../ui/fields";
import { Icon } from "../ui/icons";
import { Button, Fold } from "../ui/parts";
import { BaseParameters } from "./BaseParameters";
import { FreeParameters } from "./FreeParameters";
import { type EditorProps, useForm } from "./form";

interface ParametersProps extends EditorProps<ParameterRow[]> {
  /** The base task's id. */
  task: string;
  /** The kind of object that a trigger watches; null for a schedule. */
  entity: string | null;
}

const FILTERED_FROM = 9;
const SHOWN = 40;

export function Parameters(props: ParametersProps) {
  const { value, path, onChange, task, entity } = props;
  const bases = useParameters(task);
  const free = freeRows(value, bases ?? []);
  const known = (bases ?? []).filter(({ name }) => overrideOf(value, name) !== undefined).length;
  const insert = useInsert(value, bases ?? [], (rows) => onChange(rows, path));
  const add = (row: Partial<ParameterRow> = {}) =>
    onChange([...value, { name: "", value: "", ...row, own: true }], path);
  return (
    <Fold title="Parameters" note={note(bases, known, free.length)}>
      {bases !== undefined && bases.length > 0 ? (
        <Known {...props} bases={bases} onFocus={insert.remember} />
      ) : (
        <p class="csw-note">{nothing(task, bases)}</p>
      )}
      {free.length > 0 ? <FreeParameters {...props} rows={free} bases={bases ?? []} onFocus={insert.remember} /> : null}
      <Rest value={value} path={path} />
      <Button onClick={() => add()}>
        <Icon name="plus" /> Add parameter
      </Button>
      <div class="csw-row csw-variables">
        <span class="csw-note">{entity === null ? "Insert the due time:" : `Insert from the ${entity}:`}</span>
        {variablesFor(entity).map((variable) => (
          <button
            key={variable}
            type="button"
            class="csw-variable"
            aria-label={`Insert ${variable}`}
            onClick={() => insert.put(variable) || add({ value: variable })}
          >
            {variable}
          </button>
        ))}
      </div>
    </Fold>
  );
}

function note(bases: readonly Parameter[] | undefined, known: number, free: number): string {
  const changed = known + free;
  if (bases === undefined || bases.length === 0) return changed > 0 ? `· ${changed}` : "";
  return `· ${changed > 0 ? `${changed} changed` : `${bases.length} of the base task`}`;
}

function nothing(task: string, bases: readonly Parameter[] | undefined): string {
  if (task === "") return "Choose a base task to see its parameters here.";
  return bases === undefined ? "Reading the base task's parameters …" : "The base task has no parameters of its own.";
}

type KnownProps = ParametersProps & {
  bases: readonly Parameter[];
  onFocus: (key: string, input: HTMLInputElement) => void;
};

function Known({ value, path, onChange, bases, onFocus }: KnownProps) {
  const [text, setText] = useState("");
  const [changedOnly, setChangedOnly] = useState(false);
  const [all, setAll] = useState(false);
  const id = useUid();
  const shown = shownParameters(bases, value, text, changedOnly);
  return (
    <>
      {bases.length >= FILTERED_FROM ? (
        <div class="csw-row csw-parameter-filter">
          <label class="csw-hidden" for={id}>
            Filter parameters
          </label>
          <input
            id={id}
            class="csw-input"
            placeholder={`Filter ${bases.length} parameters`}
            value={text}
            autocomplete="off"
            spellcheck={false}
            onInput={(event) => setText(event.currentTarget.value)}
          />
          <CheckBox label="Changed only" checked={changedOnly} onInput={setChangedOnly} />
          <span class="csw-note" role="status">
            {shown.length < bases.length ? `${shown.length} of ${bases.length}` : ""}
          </span>
        </div>
      ) : null}
      <BaseParameters
        bases={all ? shown : shown.slice(0, SHOWN)}
        rows={value}
        path={path}
        onFocus={onFocus}
        onChange={(base, text) => onChange(withValue(value, base, text), keyPath(path, base.name))}
      />
      {!all && shown.length > SHOWN ? <Button onClick={() => setAll(true)}>Show all {shown.length}</Button> : null}
    </>
  );
}

/** What is wrong and belongs to none of the rows. */
function Rest({ value, path }: { value: readonly ParameterRow[]; path: string }) {
  const form = useForm();
  const id = useUid();
  const notes = form.notesBeside(
    path,
    value.map(({ name }) => keyPath(path, name.trim())),
  );
  const twice = [...repeated(value)].map((name) => `${name} stands twice: remove one of them.`);
  return <Messages id={id} {...notes} problems={[...notes.problems, ...twice]} />;
}

/** The base task's parameters; undefined until they are read. */
function useParameters(task: string): Parameter[] | undefined {
  const { tasks, queues } = useForm();
  const id = tasks.task(task)?.id ?? "";
  const connected = queues !== null;
  useEffect(() => {
    if (connected) void tasks.readParameters(id);
  }, [tasks, id, connected]);
  return tasks.parameters(id);
}

/** Puts a text where the caret was in the value that was edited last; false if there is none. */
function useInsert(
  rows: readonly ParameterRow[],
  bases: readonly Parameter[],
  onChange: (rows: ParameterRow[]) => void,
) {
  const last = useRef<{ key: string; input: HTMLInputElement } | null>(null);
  const put = (text: string): boolean => {
    const { key, input } = last.current ?? {};
    if (key === undefined || !input?.isConnected) return false;
    const [start, end] = [input.selectionStart ?? input.value.length, input.selectionEnd ?? input.value.length];
    const whole = input.value.slice(0, start) + text + input.value.slice(end);
    const base = bases.find(({ name }) => name === key);
    if (base) onChange(withValue(rows, base, whole));
    else onChange(rows.map((row, index) => (String(index) === key ? { ...row, value: whole } : row)));
    input.focus();
    return true;
  };
  return {
    put,
    remember: (key: string, input: HTMLInputElement) => {
      last.current = { key, input };
    },
  };
}

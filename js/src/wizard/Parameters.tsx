// The hyperparameters of the launched task that replace the base task's.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Parameter } from "../messages/wizard";
import type { ParameterRow } from "../state/draft";
import {
  findOverride,
  freeRowIndexes,
  keyPath,
  repeatedNames,
  setOverride,
  shownParameters,
  variablesFor,
} from "../state/parameters";
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

const MIN_FOR_FILTER = 9;
const MAX_SHOWN = 40;

export function Parameters(props: ParametersProps) {
  const { value, path, onChange, task, entity } = props;
  const bases = useParameters(task);
  const free = freeRowIndexes(value, bases ?? []);
  const known = (bases ?? []).filter(({ name }) => findOverride(value, name) !== undefined).length;
  const insert = useInsertAtCaret(value, bases ?? [], (rows) => onChange(rows, path));
  const add = (row: Partial<ParameterRow> = {}) =>
    onChange([...value, { name: "", value: "", ...row, custom: true }], path);
  return (
    <Fold title="Parameters" note={foldNote(bases, known, free.length)}>
      {bases !== undefined && bases.length > 0 ? (
        <BaseTaskParameters {...props} bases={bases} onFocus={insert.remember} />
      ) : (
        <p class="csw-note">{noParametersText(task, bases)}</p>
      )}
      {free.length > 0 ? <FreeParameters {...props} rows={free} bases={bases ?? []} onFocus={insert.remember} /> : null}
      <OtherProblems value={value} path={path} />
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

function foldNote(bases: readonly Parameter[] | undefined, known: number, free: number): string {
  const changed = known + free;
  if (bases === undefined || bases.length === 0) return changed > 0 ? `· ${changed}` : "";
  return `· ${changed > 0 ? `${changed} changed` : `${bases.length} of the base task`}`;
}

function noParametersText(task: string, bases: readonly Parameter[] | undefined): string {
  if (task === "") return "Choose a base task to see its parameters here.";
  return bases === undefined ? "Reading the base task's parameters …" : "The base task has no parameters of its own.";
}

type KnownProps = ParametersProps & {
  bases: readonly Parameter[];
  onFocus: (key: string, input: HTMLInputElement) => void;
};

function BaseTaskParameters({ value, path, onChange, bases, onFocus }: KnownProps) {
  const [text, setText] = useState("");
  const [changedOnly, setChangedOnly] = useState(false);
  const [all, setAll] = useState(false);
  const id = useUid();
  const shown = shownParameters(bases, value, text, changedOnly);
  return (
    <>
      {bases.length >= MIN_FOR_FILTER ? (
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
        bases={all ? shown : shown.slice(0, MAX_SHOWN)}
        rows={value}
        path={path}
        onFocus={onFocus}
        onChange={(base, text) => onChange(setOverride(value, base, text), keyPath(path, base.name))}
      />
      {!all && shown.length > MAX_SHOWN ? <Button onClick={() => setAll(true)}>Show all {shown.length}</Button> : null}
    </>
  );
}

/** Problems that belong to none of the rows. */
function OtherProblems({ value, path }: { value: readonly ParameterRow[]; path: string }) {
  const form = useForm();
  const id = useUid();
  const notes = form.notesOutside(
    path,
    value.map(({ name }) => keyPath(path, name.trim())),
  );
  const twice = [...repeatedNames(value)].map((name) => `${name} stands twice: remove one of them.`);
  return <Messages id={id} {...notes} problems={[...notes.problems, ...twice]} />;
}

/** The base task's parameters; undefined until they are loaded. */
function useParameters(task: string): Parameter[] | undefined {
  const { tasks, queues } = useForm();
  const id = tasks.task(task)?.id ?? "";
  const connected = queues !== null;
  useEffect(() => {
    if (connected) void tasks.readParameters(id);
  }, [tasks, id, connected]);
  return tasks.parameters(id);
}

/** Inserts a text at the caret of the value that was focused last. `put` returns false if there is none. */
function useInsertAtCaret(
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
    if (base) onChange(setOverride(rows, base, whole));
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

// The fields for what an item launches: base task, queue and target project.
import { useEffect, useState } from "preact/hooks";
import type { Queue } from "../messages/wizard";
import { type ActionDraft, functionOf } from "../state/draft";
import { Messages, SelectField, TextField, useUid } from "../ui/fields";
import { type EditorProps, useForm } from "./form";
import { BaseChoice, LatestFields } from "./LatestFields";
import { TaskField } from "./TaskField";

export function ActionFields({ value, path, onChange }: EditorProps<ActionDraft>) {
  const called = functionOf(value);
  if (called) return <CalledFunction name={called} path={`${path}.function`} />;
  return (
    <>
      <BaseChoice value={value} onChange={onChange} />
      {value.base === "latest" ? (
        <LatestFields
          value={value.latest}
          path={`${path}.latest`}
          onChange={(latest, field) => onChange({ ...value, latest }, field)}
        >
          <ProjectField
            label="Project of the base task"
            placeholder="Any"
            unknown="The server has no project of this name."
            project={value.latest.project}
            path={`${path}.latest.project`}
            onChange={(project) => onChange({ ...value, latest: { ...value.latest, project } })}
          />
        </LatestFields>
      ) : (
        <TaskField
          task={value.task}
          path={`${path}.task`}
          onChange={(task) => onChange({ ...value, task }, `${path}.task`)}
        />
      )}
      <div class="csw-grid">
        <QueueField
          label="Queue"
          queue={value.queue}
          path={`${path}.queue`}
          onChange={(queue) => onChange({ ...value, queue }, `${path}.queue`)}
        />
        {value.reuse_task ? null : (
          <ProjectField
            label="Target project"
            placeholder="The base task's own"
            unknown="New: it will be created."
            project={value.project}
            path={`${path}.project`}
            onChange={(project) => onChange({ ...value, project })}
          />
        )}
      </div>
    </>
  );
}

/** A function that was set in Python: shown, but not editable. */
function CalledFunction({ name, path }: { name: string; path: string }) {
  const id = useUid();
  return (
    <div class="csw-field">
      <p>
        Calls the Python function <code>{name}</code> in this kernel.
      </p>
      <Messages
        id={id}
        {...useForm().notes(path)}
        hint="It is set in Python, runs in the kernel that launches it, and is in no file."
      />
    </div>
  );
}

/** The options of a queue field; a chosen queue that the server lacks stays in the list. */
export function queueOptions(queues: readonly Queue[] | null, chosen: string): (readonly [string, string])[] {
  const known = (queues ?? []).map(
    ({ name, watched }) => [name, watched === false ? `${name} (no agent)` : name] as const,
  );
  if (chosen === "" || known.some(([name]) => name === chosen)) {
    return chosen === "" ? [["", "Choose a queue"], ...known] : known;
  }
  return [[chosen, queues === null ? chosen : `${chosen} (not on this server)`], ...known];
}

/** The queue for a new item: the usual one if the server has it, else one that an agent serves. */
export function defaultQueue(queues: readonly Queue[] | null, usual = "default"): string {
  if (queues === null || queues.length === 0 || queues.some(({ name }) => name === usual)) return usual;
  return (queues.find(({ watched }) => watched) ?? queues[0])?.name ?? usual;
}

const UNKNOWN_QUEUE = "The server has no queue of this name. Choose one of the list.";
const NO_QUEUE = "The server has no queue yet. Make one in ClearML under Workers & Queues; it appears here by itself.";

interface QueueProps {
  label: string;
  queue: string;
  path: string;
  onChange: (queue: string) => void;
}

export function QueueField({ label, queue, path, onChange }: QueueProps) {
  const form = useForm();
  const { problems, warnings } = form.notes(path);
  const unserved = form.queues?.find(({ name }) => name === queue)?.watched === false;
  const unknown = form.queues !== null && queue !== "" && !form.queues.some(({ name }) => name === queue);
  const missing = unknown && problems.length === 0 ? [form.queues?.length === 0 ? NO_QUEUE : UNKNOWN_QUEUE] : [];
  const idle =
    unserved && warnings.length === 0 ? ["No agent serves this queue: what is put on it waits until one does."] : [];
  return (
    <SelectField
      label={label}
      value={queue}
      options={queueOptions(form.queues, queue)}
      onInput={onChange}
      problems={[...problems, ...missing]}
      warnings={[...warnings, ...idle]}
    />
  );
}

interface Projects {
  projects: string[];
  /** Whether a project of exactly this name exists; null if unknown. */
  exists: boolean | null;
}

interface ProjectProps {
  label: string;
  placeholder: string;
  /** The hint where the server has no such project. */
  unknown: string;
  project: string;
  path: string;
  onChange: (project: string) => void;
}

function ProjectField({ label, placeholder, unknown, project, path, onChange }: ProjectProps) {
  const form = useForm();
  const list = useUid();
  const [found, setFound] = useState<Projects>({ projects: [], exists: null });
  const connected = form.queues !== null;
  useEffect(() => {
    if (!connected) return;
    let outdated = false; // the answer is for a text that was changed meanwhile
    const timer = setTimeout(async () => {
      const answer = await form.model.request<Projects>("projects", { text: project }).catch(() => null);
      if (answer !== null && !outdated) setFound(answer);
    }, 250);
    return () => {
      outdated = true;
      clearTimeout(timer);
    };
  }, [form.model, project, connected]);
  return (
    <>
      <TextField
        label={label}
        value={project}
        list={list}
        placeholder={placeholder}
        onInput={onChange}
        onBlur={() => form.store.leaveField(path)}
        hint={project.trim() !== "" && found.exists === false ? unknown : undefined}
        {...form.notes(path)}
      />
      <datalist id={list}>
        {found.projects.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </>
  );
}

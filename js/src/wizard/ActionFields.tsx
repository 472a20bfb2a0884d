// What an item launches: base task, queue, destination project, parameters.
import { useEffect, useState } from "preact/hooks";
import type { Queue } from "../messages";
import type { ActionDraft } from "../state/draft";
import { SelectField, TextField, useUid } from "../ui/fields";
import { type EditorProps, useForm } from "./form";
import { TaskField } from "./TaskField";

export function ActionFields({ value, path, onChange }: EditorProps<ActionDraft>) {
  return (
    <>
      <TaskField
        task={value.task}
        path={`${path}.task`}
        onChange={(task) => onChange({ ...value, task }, `${path}.task`)}
      />
      <div class="csw-grid">
        <QueueField
          label="Queue"
          queue={value.queue}
          path={`${path}.queue`}
          onChange={(queue) => onChange({ ...value, queue }, `${path}.queue`)}
        />
        <ProjectField
          project={value.project}
          path={`${path}.project`}
          onChange={(project) => onChange({ ...value, project })}
        />
      </div>
    </>
  );
}

/** The options of a queue field; a name that the server lacks stays visible. */
export function queueOptions(queues: readonly Queue[] | null, chosen: string): (readonly [string, string])[] {
  const known = (queues ?? []).map(
    ({ name, watched }) => [name, watched === false ? `${name} (no agent)` : name] as const,
  );
  if (chosen === "" || known.some(([name]) => name === chosen)) {
    return chosen === "" ? [["", "Choose a queue"], ...known] : known;
  }
  return [[chosen, queues === null ? chosen : `${chosen} (not on this server)`], ...known];
}

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
  const missing =
    unknown && problems.length === 0 ? ["The server has no queue of this name. Choose one of the list."] : [];
  const idle = unserved && warnings.length === 0 ? ["No agent serves this queue: runs wait until one does."] : [];
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

interface ProjectProps {
  project: string;
  path: string;
  onChange: (project: string) => void;
}

function ProjectField({ project, path, onChange }: ProjectProps) {
  const form = useForm();
  const list = useUid();
  const [names, setNames] = useState<string[]>([]);
  useEffect(() => {
    const timer = setTimeout(async () => {
      const found = await form.model
        .request<{ projects: string[] }>("projects", { text: project })
        .catch(() => ({ projects: [] }));
      setNames(found.projects);
    }, 250);
    return () => clearTimeout(timer);
  }, [form.model, project]);
  const isNew = project !== "" && names.length === 0;
  return (
    <>
      <TextField
        label="Destination project"
        value={project}
        list={list}
        placeholder="The base task's own"
        onInput={onChange}
        onBlur={() => form.store.leave(path)}
        hint={isNew ? "Will be created if it does not exist." : undefined}
        {...form.notes(path)}
      />
      <datalist id={list}>
        {names.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </>
  );
}

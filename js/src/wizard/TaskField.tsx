// The field for the base task: an id or web address, typed, pasted or picked from the server.
import { useEffect, useState } from "preact/hooks";
import type { BaseTask, Resolved } from "../messages/wizard";
import { Field } from "../ui/fields";
import { Icon } from "../ui/icons";
import { Button, Chip, TaskLink } from "../ui/parts";
import { useForm } from "./form";
import { TaskPicker } from "./TaskPicker";

const HINT = "Cloned and enqueued when it is due.";
const OFFLINE_HINT = "It is looked up as soon as the server answers.";
const MISSING = "Choose the task to run: browse for it, or paste its id or its web address.";

interface TaskProps {
  task: string;
  path: string;
  onChange: (task: string) => void;
}

export function TaskField({ task, path, onChange }: TaskProps) {
  const form = useForm();
  const [picking, setPicking] = useState(false);
  const found = useTask(task, 250);
  const { problems, warnings } = form.notes(path);
  const address = found?.task && found.id !== task.trim() ? found.id : "";
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what the address stands for matters
  useEffect(() => {
    if (address) onChange(address);
  }, [address]);
  return (
    <>
      <Field
        label="Base task"
        problems={problems.length > 0 && task.trim() === "" ? [MISSING] : found?.problem ? [found.problem] : problems}
        warnings={[...warnings, ...taskWarnings(found?.task)]}
        hint={found?.task ? <TaskSummary task={found.task} /> : form.queues === null && task ? OFFLINE_HINT : HINT}
      >
        {(attributes) => (
          <div class="csw-joined">
            <input
              {...attributes}
              class="csw-input csw-mono"
              value={task}
              placeholder="Id or web address of a task"
              autocomplete="off"
              spellcheck={false}
              onInput={(event) => onChange(event.currentTarget.value)}
              onBlur={() => form.store.leaveField(path)}
            />
            <Button onClick={() => setPicking(true)}>
              <Icon name="search" /> Browse
            </Button>
          </div>
        )}
      </Field>
      {picking ? (
        <TaskPicker
          model={form.model}
          onClose={() => setPicking(false)}
          onPick={(id) => {
            onChange(id);
            setPicking(false);
          }}
        />
      ) : null}
    </>
  );
}

function TaskSummary({ task }: { task: BaseTask }) {
  const { web } = useForm();
  return (
    <span class="csw-described">
      <span class="csw-strong">
        <TaskLink web={web} id={task.id}>
          {task.name}
        </TaskLink>
      </span>{" "}
      <bdi>{task.project || "no project"}</bdi> <Chip status={task.status} />
    </span>
  );
}

const KINDS: Record<string, string> = {
  dataset: "This is a dataset, not a task with code to run.",
  report: "This is a report, not a task with code to run.",
  scheduler: "This is a scheduler itself: each run would start another one.",
  run: "A scheduler launched this task; you may rather want the task that it was cloned from.",
};

/** Warnings about a base task that may not be what the user wants. */
function taskWarnings(task: BaseTask | null | undefined): string[] {
  if (!task) return [];
  const kind = KINDS[task.kind];
  const archived = "This task is in the archive. It is cloned all the same, until somebody deletes it.";
  return [...(kind ? [kind] : []), ...(task.archived ? [archived] : [])];
}

/** The task of an id or a web address; undefined before the server answered. */
export function useTask(text: string, afterMs = 0): Resolved | undefined {
  const { tasks, queues } = useForm();
  const connected = queues !== null;
  useEffect(() => {
    if (text.trim() === "" || !connected) return;
    const timer = setTimeout(() => void tasks.resolve(text), afterMs);
    return () => clearTimeout(timer);
  }, [tasks, text, connected, afterMs]);
  return tasks.resolved(text);
}

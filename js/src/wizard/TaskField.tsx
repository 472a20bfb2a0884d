// The base task: typed or pasted by id (or by the address of its page), or picked from the server.
import { useEffect, useState } from "preact/hooks";
import type { BaseTask } from "../messages";
import { words } from "../state/format";
import { Field } from "../ui/fields";
import { Icon } from "../ui/icons";
import { Button } from "../ui/parts";
import { useForm } from "./form";
import { TaskPicker } from "./TaskPicker";

/** The id in the address of a task's page, else the text itself. */
export function taskId(text: string): string {
  return /\/(?:experiments|tasks)\/([0-9a-f]{32})\b/.exec(text)?.[1] ?? text.trim();
}

interface TaskProps {
  task: string;
  path: string;
  onChange: (task: string) => void;
}

export function TaskField({ task, path, onChange }: TaskProps) {
  const form = useForm();
  const [picking, setPicking] = useState(false);
  const found = useTask(task);
  const { problems, warnings } = form.notes(path);
  const unknown = found === null && problems.length === 0;
  return (
    <div>
      <Field
        label="Base task"
        problems={unknown ? ["The server has no task of this id. Browse for one, or paste its id."] : problems}
        warnings={warnings}
        hint={found ? <Described task={found} /> : "The task to clone and enqueue: its id, or browse."}
      >
        {(attributes) => (
          <div class="csw-joined">
            <input
              {...attributes}
              class="csw-input csw-mono"
              value={task}
              placeholder="Task id"
              autocomplete="off"
              spellcheck={false}
              onInput={(event) => onChange(taskId(event.currentTarget.value))}
              onBlur={() => form.store.leave(path)}
            />
            <Button onClick={() => setPicking(!picking)} expanded={picking}>
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
    </div>
  );
}

function Described({ task }: { task: BaseTask }) {
  return (
    <>
      <span class="csw-strong">{task.name}</span> · {task.project || "no project"} · {words(task.status)}
    </>
  );
}

/** The task of an id: undefined while unknown, null if the server has none. */
function useTask(id: string): BaseTask | null | undefined {
  const { model, queues } = useForm();
  const connected = queues !== null;
  const [found, setFound] = useState<{ id: string; task: BaseTask | null } | null>(null);
  useEffect(() => {
    if (id === "" || !connected) return;
    const timer = setTimeout(async () => {
      const answer = await model.request<{ task: BaseTask | null }>("task", { id }).catch(() => null);
      if (answer !== null) setFound({ id, task: answer.task });
    }, 250);
    return () => clearTimeout(timer);
  }, [model, id, connected]);
  return found !== null && found.id === id ? found.task : undefined;
}

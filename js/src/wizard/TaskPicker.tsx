// A searchable list of the server's tasks, page by page.
import { useEffect, useRef, useState } from "preact/hooks";
import type { BaseTask } from "../messages";
import type { ViewModel } from "../model";
import { TextField } from "../ui/fields";
import { Button, Chip, Empty } from "../ui/parts";

interface Answer {
  tasks: BaseTask[];
  more: boolean;
}

interface PickerProps {
  model: Pick<ViewModel, "request">;
  onPick: (id: string) => void;
  onClose: () => void;
}

export function TaskPicker({ model, onPick, onClose }: PickerProps) {
  const [text, setText] = useState("");
  const { tasks, more, error, next } = useSearch(model, text);
  const panel = useRef<HTMLElement>(null);
  useEffect(() => panel.current?.querySelector("input")?.focus(), []);
  return (
    <section
      ref={panel}
      class="csw-picker"
      aria-label="Browse base tasks"
      onKeyDown={(event) => event.key === "Escape" && onClose()}
    >
      <div class="csw-picker-head">
        <TextField label="Search tasks" value={text} onInput={setText} placeholder="Part of a name, or an id" />
        <Button kind="quiet" onClick={onClose}>
          Close
        </Button>
      </div>
      {error ? (
        <p class="csw-note csw-note-error" role="alert">
          {error}
        </p>
      ) : null}
      {tasks === null && !error ? <p class="csw-note">Searching …</p> : null}
      {tasks?.length === 0 ? (
        <Empty title="No task found">
          Run the task to schedule once, so that the server knows it, or search for another name.
        </Empty>
      ) : null}
      <ul class="csw-picker-list">
        {tasks?.map((task) => (
          <li key={task.id}>
            <button type="button" class="csw-option" onClick={() => onPick(task.id)}>
              <span class="csw-option-name">{task.name}</span>
              <span class="csw-option-project">{task.project || "no project"}</span>
              <Chip status={task.status} />
            </button>
          </li>
        ))}
      </ul>
      {more ? <Button onClick={next}>Show more</Button> : null}
    </section>
  );
}

function useSearch(model: Pick<ViewModel, "request">, text: string) {
  const [tasks, setTasks] = useState<BaseTask[] | null>(null);
  const [more, setMore] = useState(false);
  const [error, setError] = useState("");
  const [page, setPage] = useState(0);
  const search = useRef(0);

  const read = async (wanted: number) => {
    const mine = ++search.current;
    try {
      const answer = await model.request<Answer>("tasks", { text, page: wanted });
      if (mine !== search.current) return; // a newer search is under way
      setTasks((before) => (wanted === 0 ? answer.tasks : [...(before ?? []), ...answer.tasks]));
      setMore(answer.more);
      setPage(wanted);
      setError("");
    } catch (reason) {
      if (mine === search.current) setError(reason instanceof Error ? reason.message : String(reason));
    }
  };

  // biome-ignore lint/correctness/useExhaustiveDependencies: a search starts when the text changes, and only then
  useEffect(() => {
    const timer = setTimeout(() => void read(0), text === "" ? 0 : 250);
    return () => clearTimeout(timer);
  }, [text]);

  return { tasks, more, error, next: () => void read(page + 1) };
}

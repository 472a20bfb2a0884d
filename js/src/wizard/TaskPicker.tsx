// A dialog to search for a base task by name, tag, project or id, latest first, page by page.
import { useEffect, useRef, useState } from "preact/hooks";
import type { BaseTask } from "../messages/wizard";
import type { ViewModel } from "../model";
import { serverNow } from "../state/clock";
import { relativeTime, spaced } from "../state/format";
import { sentence } from "../state/problems";
import { renderCode } from "../ui/Connection";
import { Dialog } from "../ui/Dialog";
import { CheckBox, useUid } from "../ui/fields";
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
  const [pipelines, setPipelines] = useState(false);
  const found = useSearch(model, text, pipelines);
  const { tasks, more, error, next } = found;
  const [active, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const id = useUid();
  const rows = tasks ?? [];
  const chosen = Math.min(active, rows.length - 1);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another search begins at its first row
  useEffect(() => setAt(0), [text, pipelines]);
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  });

  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (step !== undefined) {
      event.preventDefault();
      if (step > 0 && chosen + step >= rows.length && more) next();
      setAt(Math.max(0, Math.min(chosen + step, rows.length - 1)));
    } else if (event.key === "Enter") {
      event.preventDefault(); // keeps Enter from pressing the button that gets the focus back
      const task = rows[chosen];
      if (task && !found.stale) onPick(task.id);
    }
  };
  return (
    <Dialog title="Choose a base task" size="large" onClose={onClose}>
      <div class="csw-field">
        <label for={id}>Search tasks</label>
        <input
          id={id}
          class="csw-input"
          role="combobox"
          aria-expanded={rows.length > 0}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={rows.length > 0 ? `${id}-${chosen}` : undefined}
          aria-describedby={`${id}-said`}
          placeholder="Name, tag, project, id or web address"
          autocomplete="off"
          spellcheck={false}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
      </div>
      <CheckBox label="Pipelines only" checked={pipelines} onInput={setPipelines} />
      {error ? (
        <p class="csw-note csw-note-error" role="alert">
          {renderCode(sentence(error))}
        </p>
      ) : null}
      <div
        ref={list}
        id={`${id}-list`}
        class={`csw-picker-list ${found.stale ? "csw-stale" : ""}`}
        role="listbox"
        aria-label="Tasks"
        tabIndex={-1}
      >
        {rows.map((task, index) => (
          <Option
            key={task.id}
            id={`${id}-${index}`}
            task={task}
            chosen={index === chosen}
            onPick={() => onPick(task.id)}
          />
        ))}
      </div>
      {tasks?.length === 0 ? <EmptyResult {...{ text, pipelines }} /> : null}
      <div class="csw-row csw-picker-foot">
        <p id={`${id}-said`} class="csw-note" role="status">
          {found.stale && !error ? "Searching …" : countText(rows.length, more, pipelines)}
        </p>
        {more ? <Button onClick={next}>Show more</Button> : null}
      </div>
    </Dialog>
  );
}

const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };

function countText(count: number, more: boolean, pipelines: boolean): string {
  if (count === 0) return "";
  const noun = pipelines ? "pipeline" : "task";
  return `${count}${more ? " or more" : ""} ${noun}${count === 1 ? "" : "s"}, the latest first. Choose with the arrow keys and Enter.`;
}

function EmptyResult({ text, pipelines }: { text: string; pipelines: boolean }) {
  if (pipelines) {
    return (
      <Empty title={text ? "No pipeline fits" : "No pipeline found"}>
        {text
          ? "Try a part of its name, of a tag or of its project. Archived ones and runs of schedulers are not listed."
          : "Run the pipeline once, or save it as a draft, so that the server knows it."}
      </Empty>
    );
  }
  return (
    <Empty title={text ? "No task fits" : "No task found"}>
      {text
        ? "Try a part of its name, of a tag or of its project. Archived tasks and datasets are not listed."
        : "Run the task to schedule once, so that the server knows it."}
    </Empty>
  );
}

interface OptionProps {
  id: string;
  task: BaseTask;
  chosen: boolean;
  onPick: () => void;
}

function Option({ id, task, chosen, onPick }: OptionProps) {
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the search field, which names the active option
    // biome-ignore lint/a11y/useKeyWithClickEvents: the search field handles the keys
    <div id={id} class="csw-option" role="option" aria-selected={chosen} onClick={onPick}>
      <span class="csw-option-name" title={task.name}>
        {task.name}
      </span>
      <Chip status={task.status} />
      <span class="csw-option-about">
        <bdi>{task.project || "no project"}</bdi> · {task.kind === "pipeline" ? "pipeline" : spaced(task.type)} ·{" "}
        <bdi>{task.user}</bdi>
        {task.updated === null ? "" : ` · ${relativeTime(task.updated, serverNow())}`}
      </span>
      <span class="csw-option-tags">
        {task.tags.slice(0, 4).map((tag) => (
          <span key={tag} class="csw-tag" title={tag}>
            {tag}
          </span>
        ))}
        {task.tags.length > 4 ? <span class="csw-muted">+{task.tags.length - 4}</span> : null}
      </span>
    </div>
  );
}

/** The tasks that match a text. `stale` while an answer is pending: the rows belong to the previous search. */
function useSearch(model: Pick<ViewModel, "request">, text: string, pipelines: boolean) {
  const [tasks, setTasks] = useState<BaseTask[] | null>(null);
  const [more, setMore] = useState(false);
  const [error, setError] = useState("");
  const [stale, setStale] = useState(true);
  const page = useRef(0);
  const latestTicket = useRef(0);
  const paging = useRef(false);

  const read = async (wanted: number) => {
    const ticket = ++latestTicket.current;
    try {
      const answer = await model.request<Answer>("tasks", { text, page: wanted, ...(pipelines && { pipelines }) });
      if (ticket !== latestTicket.current) return; // a newer search has started
      setTasks((before) => (wanted === 0 ? answer.tasks : appendPage(before ?? [], answer.tasks)));
      setMore(answer.more);
      page.current = wanted;
      setError("");
      setStale(false);
    } catch (reason) {
      if (ticket === latestTicket.current) setError(reason instanceof Error ? reason.message : String(reason));
    }
  };

  // biome-ignore lint/correctness/useExhaustiveDependencies: a search starts when what is searched changes, and only then
  useEffect(() => {
    setStale(true);
    const timer = setTimeout(() => void read(0), text === "" ? 0 : 250);
    return () => clearTimeout(timer);
  }, [text, pipelines]);

  /** Loads the next page, unless a search or another page is pending. */
  const next = async () => {
    if (stale || paging.current) return;
    paging.current = true;
    await read(page.current + 1);
    paging.current = false;
  };

  return { tasks, more, error, stale, next: () => void next() };
}

/** Appends a page. The server's list may shift between two pages, so repeated tasks are left out. */
function appendPage(before: readonly BaseTask[], page: readonly BaseTask[]): BaseTask[] {
  const known = new Set(before.map(({ id }) => id));
  return [...before, ...page.filter(({ id }) => !known.has(id))];
}

// The fields for a base task that is the latest of several, and which task that is now.
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { type ActionDraft, type Base, blankLatest, type LatestDraft } from "../state/draft";
import { relativeTime } from "../state/format";
import { Messages, Segments, useUid } from "../ui/fields";
import { TaskLink, useNow } from "../ui/parts";
import { BoundChips, COMMA_SEPARATORS } from "./BoundChips";
import { BoundSelect, BoundText } from "./BoundField";
import { type EditorProps, useForm } from "./form";

const CHOICES: readonly (readonly [Base, string])[] = [
  ["task", "A certain task"],
  ["latest", "The latest of several"],
];
const STATUSES = [
  ["completed", "Completed, or published since"],
  ["published", "Published"],
] as const;
const ASK_AFTER_MS = 250;
const ASK_AGAIN_MS = 60_000;

/** The choice between a certain task and the latest of several. The latter begins with the certain task's names. */
export function BaseChoice({ value, onChange }: Pick<EditorProps<ActionDraft>, "value" | "onChange">) {
  const { tasks } = useForm();
  const choose = (base: Base) => {
    const certain = tasks.task(value.task);
    const blank = JSON.stringify(value.latest) === JSON.stringify(blankLatest());
    const begun = blank && certain ? { ...value.latest, project: certain.project, name: certain.name } : value.latest;
    // The latest task cannot be reused: a reset would erase its results.
    const changed = base === "latest" ? { latest: begun, reuse_task: false } : {};
    onChange({ ...value, ...changed, base });
  };
  return <Segments legend="What is launched" value={value.base} options={CHOICES} onInput={choose} />;
}

type LatestProps = EditorProps<LatestDraft> & { /** The field of its project. */ children: ComponentChildren };

export function LatestFields({ children, ...props }: LatestProps) {
  const form = useForm();
  const id = useUid();
  const { problems } = form.notesOutside(
    props.path,
    ["project", "name", "tags", "status"].map((name) => `${props.path}.${name}`),
  );
  return (
    <>
      <div class="csw-grid">
        {children}
        <BoundText {...props} name="name" label="Name of the base task" placeholder="Any" hint="The whole name." />
        <BoundChips
          {...props}
          name="tags"
          label="Tags of the base task"
          placeholder="Any"
          separators={COMMA_SEPARATORS}
          hint="It has all of them."
        />
        <BoundSelect {...props} name="status" label="Status of the base task" options={STATUSES} />
      </div>
      <Messages id={id} problems={problems} />
      <LatestNow wanted={props.value} />
    </>
  );
}

/** Which task it is now. It may be another one at the next launch. */
function LatestNow({ wanted }: { wanted: LatestDraft }) {
  const { tasks, queues, web } = useForm();
  const now = useNow(30_000);
  const connected = queues !== null;
  const key = JSON.stringify(wanted);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for `wanted`
  useEffect(() => {
    if (!connected) return;
    const first = setTimeout(() => void tasks.readLatest(wanted), ASK_AFTER_MS);
    const again = setInterval(() => void tasks.readLatest(wanted), ASK_AGAIN_MS);
    return () => {
      clearTimeout(first);
      clearInterval(again);
    };
  }, [tasks, connected, key]);
  const found = tasks.latest(wanted);
  return (
    <div class="csw-note csw-described" role="status">
      {found?.task ? (
        <>
          Now:{" "}
          <span class="csw-strong">
            <TaskLink web={web} id={found.task.id}>
              {found.task.name}
            </TaskLink>
          </span>{" "}
          <bdi>{found.task.project || "no project"}</bdi>
          {found.task.status === "completed" ? null : " · published"}
          {found.completed === null
            ? null
            : ` · completed ${relativeTime(found.completed, now).replace(/^now$/, "just now")}`}
          . Looked for again at each launch.
        </>
      ) : found?.asked ? (
        "Nothing fits now, and runs fail until something does. Runs launched from a latest task do not count."
      ) : (
        "Looked for at each launch."
      )}
    </div>
  );
}

// The card of a schedule or trigger: it can be folded, moved, disabled, duplicated and deleted.
import { useEffect } from "preact/hooks";
import { functionOf, type ItemKind, type ScheduleDraft, type TriggerDraft } from "../state/draft";
import { useUid } from "../ui/fields";
import { Group } from "../ui/Group";
import { Icon } from "../ui/icons";
import { Button } from "../ui/parts";
import { type EditorProps, useForm } from "./form";
import { ItemBody } from "./ItemBody";
import { useTask } from "./TaskField";
import type { Drag } from "./useDrag";

interface CardProps<T> extends EditorProps<T> {
  kind: ItemKind;
  index: number;
  count: number;
  open: boolean;
  drag: Drag;
  onToggle: (open: boolean) => void;
  onMove: (by: -1 | 1) => void;
  onDuplicate: () => void;
  onDelete: () => void;
}

type AnyCard = CardProps<ScheduleDraft> | CardProps<TriggerDraft>;

export function titleOf(item: { name: string }, kind: ItemKind, index: number): string {
  return item.name || `${kind === "schedules" ? "Schedule" : "Trigger"} ${index + 1}`;
}

export function ItemCard(props: AnyCard) {
  const { value, path, kind, index, open, onToggle, drag } = props;
  const form = useForm();
  const body = useUid();
  const problems = form.problemCount(path);
  const title = titleOf(value, kind, index);
  const { showAll } = form.store.state;
  // After an attempt to launch, items with problems are unfolded.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each refusal, not whenever it is folded again
  useEffect(() => {
    if (showAll && problems > 0) onToggle(true);
  }, [showAll, problems > 0]);
  return (
    <Group
      class={`csw-card ${drag.state ? `csw-${drag.state}` : ""} ${value.enabled ? "" : "csw-card-off"}`}
      label={title}
      data-item={value.id}
    >
      <header class="csw-card-head">
        <DragHandle {...props} />
        <div class="csw-card-lead">
          <Icon name={open ? "down" : "right"} />
          <span class={`csw-kind csw-kind-${kind}`}>
            <Icon name={kind === "schedules" ? "clock" : "bolt"} />
          </span>
          <div class="csw-card-words">
            <button
              type="button"
              class="csw-card-title"
              title={title}
              aria-expanded={open}
              aria-controls={body}
              aria-describedby={`${body}-summary`}
              onClick={() => onToggle(!open)}
            >
              {title}
            </button>
            <Summary {...props} id={`${body}-summary`} problems={problems} />
          </div>
        </div>
        <CardActions {...props} title={title} />
      </header>
      {open ? (
        <div id={body} class="csw-card-body">
          <ItemBody {...props} />
        </div>
      ) : null}
    </Group>
  );
}

function DragHandle({ count, drag }: AnyCard) {
  if (count < 2) return <span class="csw-grip csw-grip-none" />;
  return (
    <span class="csw-grip" title="Drag to move" aria-hidden="true" onPointerDown={drag.onPointerDown}>
      <Icon name="grip" />
    </span>
  );
}

/** The summary of a folded card: what is launched, when, and on which queue. An open card only shows its state. */
function Summary({ id: own, value, open, problems }: AnyCard & { id: string; problems: number }) {
  const form = useForm();
  const { task: id, queue } = value.action;
  const task = useTask(id)?.task;
  const called = functionOf(value.action);
  const review = form.store.state.review?.items[value.id];
  const sentence = review?.sentence;
  const base = review?.launches ?? task?.name ?? (id ? `Task ${id}` : "No base task yet");
  const chips = (
    <>
      {value.enabled ? null : <span class="csw-chip csw-quiet">disabled</span>}
      {problems > 0 ? (
        <span class="csw-chip csw-bad">{problems === 1 ? "1 problem" : `${problems} problems`}</span>
      ) : null}
    </>
  );
  const unserved = form.queues?.find(({ name }) => name === queue)?.watched === false;
  return (
    <span class="csw-card-summary" id={own}>
      {chips}
      {open ? null : (
        <>
          {sentence ? <span class="csw-card-sentence">{sentence}</span> : null}
          {called ? (
            <span>
              Calls <code>{called}</code> in this kernel
            </span>
          ) : (
            <span>
              <bdi>{base}</bdi> · queue <bdi>{queue || "not chosen"}</bdi>
              {unserved ? " (no agent)" : ""}
            </span>
          )}
        </>
      )}
    </span>
  );
}

function CardActions(props: AnyCard & { title: string }) {
  const { index, count, onMove, onDuplicate, onDelete, title } = props;
  return (
    <div class="csw-card-actions">
      <EnabledSwitch {...props} />
      {count > 1 ? (
        <span class="csw-card-moves">
          <Button kind="quiet" label={`Move ${title} up`} disabled={index === 0} onClick={() => onMove(-1)}>
            <Icon name="up" />
          </Button>
          <Button kind="quiet" label={`Move ${title} down`} disabled={index === count - 1} onClick={() => onMove(1)}>
            <Icon name="down" />
          </Button>
        </span>
      ) : null}
      <Button kind="quiet" label={`Duplicate ${title}`} onClick={onDuplicate}>
        <Icon name="copy" />
      </Button>
      <Button kind="quiet" label={`Delete ${title}`} onClick={onDelete}>
        <Icon name="trash" />
      </Button>
    </div>
  );
}

function EnabledSwitch({ value, onChange, title }: AnyCard & { title: string }) {
  const set = (enabled: boolean) => (onChange as (item: typeof value) => void)({ ...value, enabled });
  return (
    <input
      type="checkbox"
      role="switch"
      aria-checked={value.enabled}
      class="csw-switch"
      aria-label={`${title} is on`}
      title={value.enabled ? "Enabled" : "Disabled: kept, but does not run"}
      checked={value.enabled}
      onInput={(event) => set(event.currentTarget.checked)}
    />
  );
}

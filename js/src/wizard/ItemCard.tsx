// One schedule or trigger: a card that folds, moves, is copied and deleted.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { ItemKind, ScheduleDraft, TriggerDraft } from "../state/draft";
import { useUid } from "../ui/fields";
import { Icon } from "../ui/icons";
import { Button } from "../ui/parts";
import { ActionFields } from "./ActionFields";
import { Advanced } from "./Advanced";
import { BoundText } from "./BoundField";
import { type EditorProps, useForm } from "./form";
import { Parameters } from "./Parameters";
import { RecurrenceFields } from "./RecurrenceFields";
import { TriggerFields } from "./TriggerFields";

interface CardProps<T> extends EditorProps<T> {
  kind: ItemKind;
  index: number;
  last: boolean;
  onMove: (by: -1 | 1) => void;
  onDuplicate: () => void;
  onDelete: () => void;
}

export function ItemCard(props: CardProps<ScheduleDraft> | CardProps<TriggerDraft>) {
  const { value, path, kind, index } = props;
  const form = useForm();
  const [open, setOpen] = useState(true);
  const body = useUid();
  const problems = form.count(path);
  const title = value.name || `${kind === "schedules" ? "Schedule" : "Trigger"} ${index + 1}`;
  const { showAll } = form.store.state;
  // After an attempt to launch, what is wrong must be visible.
  useEffect(() => {
    if (showAll && problems > 0) setOpen(true);
  }, [showAll, problems]);
  return (
    <section class="csw-card" aria-label={title}>
      <header class="csw-card-head">
        <button
          type="button"
          class="csw-card-title"
          aria-expanded={open}
          aria-controls={body}
          onClick={() => setOpen(!open)}
        >
          <Icon name={open ? "up" : "down"} />
          <span class={`csw-kind csw-kind-${kind}`}>
            <Icon name={kind === "schedules" ? "clock" : "bolt"} />
          </span>
          <span class="csw-card-name">{title}</span>
          <Summary
            problems={problems}
            sentence={open ? "" : (form.store.state.review?.items[value.id]?.sentence ?? "")}
          />
        </button>
        <CardActions {...props} title={title} />
      </header>
      {open ? (
        <div id={body} class="csw-card-body">
          <CardBody {...props} />
        </div>
      ) : null}
    </section>
  );
}

function Summary({ problems, sentence }: { problems: number; sentence: string }) {
  if (problems > 0)
    return <span class="csw-chip csw-bad">{problems === 1 ? "1 problem" : `${problems} problems`}</span>;
  return <span class="csw-card-sentence">{sentence}</span>;
}

type Actions = Pick<CardProps<unknown>, "index" | "last" | "onMove" | "onDuplicate" | "onDelete">;

function CardActions({ index, last, onMove, onDuplicate, onDelete, title }: Actions & { title: string }) {
  return (
    <div class="csw-card-actions">
      <Button kind="quiet" label={`Move ${title} up`} disabled={index === 0} onClick={() => onMove(-1)}>
        <Icon name="up" />
      </Button>
      <Button kind="quiet" label={`Move ${title} down`} disabled={last} onClick={() => onMove(1)}>
        <Icon name="down" />
      </Button>
      <Button kind="quiet" label={`Duplicate ${title}`} onClick={onDuplicate}>
        <Icon name="copy" />
      </Button>
      <Button kind="quiet" label={`Delete ${title}`} onClick={onDelete}>
        <Icon name="close" />
      </Button>
    </div>
  );
}

function CardBody(props: CardProps<ScheduleDraft> | CardProps<TriggerDraft>) {
  return props.kind === "schedules"
    ? scheduleBody(props as CardProps<ScheduleDraft>)
    : triggerBody(props as CardProps<TriggerDraft>);
}

function scheduleBody(props: CardProps<ScheduleDraft>) {
  const { value, path, onChange } = props;
  const when = (
    <Group title="When">
      <RecurrenceFields
        value={value.recurrence}
        path={`${path}.recurrence`}
        onChange={(recurrence, field) => onChange({ ...value, recurrence }, field)}
      />
    </Group>
  );
  return <ItemBody {...props}>{when}</ItemBody>;
}

function triggerBody(props: CardProps<TriggerDraft>) {
  const when = (
    <Group title="When">
      <TriggerFields {...props} />
    </Group>
  );
  return <ItemBody {...props}>{when}</ItemBody>;
}

function ItemBody<T extends ScheduleDraft | TriggerDraft>(props: EditorProps<T> & { children: ComponentChildren }) {
  const { value, path, onChange, children } = props;
  const named: EditorProps<ScheduleDraft | TriggerDraft> = {
    value,
    path,
    onChange: (changed, field) => onChange(changed as T, field),
  };
  return (
    <>
      <Group title="What">
        <BoundText {...named} name="name" label="Item name" placeholder="Optional" />
        <ActionFields
          value={value.action}
          path={`${path}.action`}
          onChange={(action, field) => onChange({ ...value, action }, field)}
        />
      </Group>
      {children}
      <div class="csw-folds">
        <Parameters
          value={value.action.parameters}
          path={`${path}.action.parameters`}
          onChange={(parameters, field) => onChange({ ...value, action: { ...value.action, parameters } }, field)}
        />
        <Advanced value={value} path={path} onChange={onChange} />
      </div>
    </>
  );
}

function Group({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <div class="csw-group">
      <h4>{title}</h4>
      <div class="csw-stack">{children}</div>
    </div>
  );
}

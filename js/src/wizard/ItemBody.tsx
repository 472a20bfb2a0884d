// The fields of an item: what it launches, when, and with which settings.
import type { ComponentChildren } from "preact";
import { functionOf, type ItemKind, type ScheduleDraft, type TriggerDraft } from "../state/draft";
import { ActionFields } from "./ActionFields";
import { Advanced } from "./Advanced";
import { BoundText } from "./BoundField";
import { type EditorProps, useForm } from "./form";
import { LaunchedTask } from "./LaunchedTask";
import { Parameters } from "./Parameters";
import { RecurrenceFields } from "./RecurrenceFields";
import { TriggerFields } from "./TriggerFields";

type AnyItem = (EditorProps<ScheduleDraft> | EditorProps<TriggerDraft>) & { kind: ItemKind };

export function ItemBody(props: AnyItem) {
  return props.kind === "schedules"
    ? scheduleBody(props as EditorProps<ScheduleDraft>)
    : triggerBody(props as EditorProps<TriggerDraft>);
}

function scheduleBody(props: EditorProps<ScheduleDraft>) {
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
  return <Fields {...props}>{when}</Fields>;
}

function triggerBody(props: EditorProps<TriggerDraft>) {
  const when = (
    <Group title="When">
      <TriggerFields {...props} />
    </Group>
  );
  return <Fields {...props}>{when}</Fields>;
}

function Fields<T extends ScheduleDraft | TriggerDraft>(props: EditorProps<T> & { children: ComponentChildren }) {
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
        {functionOf(value.action) ? null : <TaskFolds {...named} />}
        <Advanced value={value} path={path} onChange={onChange} />
      </div>
    </>
  );
}

function TaskFolds({ value, path, onChange }: EditorProps<ScheduleDraft | TriggerDraft>) {
  const { tasks } = useForm();
  const { base, task, latest } = value.action;
  return (
    <>
      <Parameters
        task={base === "latest" ? (tasks.latest(latest)?.task?.id ?? "") : task}
        entity={"entity" in value ? value.entity : null}
        value={value.action.parameters}
        path={`${path}.action.parameters`}
        onChange={(parameters, field) => onChange({ ...value, action: { ...value.action, parameters } }, field)}
      />
      <LaunchedTask
        value={value.action}
        path={`${path}.action`}
        onChange={(action, field) => onChange({ ...value, action }, field)}
      />
    </>
  );
}

function Group({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <div class="csw-group">
      <h3 class="csw-small-heading">{title}</h3>
      <div class="csw-stack">{children}</div>
    </div>
  );
}

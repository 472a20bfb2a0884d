// What a trigger waits for, and on which objects.
import type { ConditionKind, Entity, TriggerDraft } from "../state/draft";
import { words } from "../state/format";
import { CheckBox, Segments, Toggles } from "../ui/fields";
import { Fold } from "../ui/parts";
import { BoundText } from "./BoundField";
import { type EditorProps, useForm } from "./form";

const ENTITIES: readonly (readonly [Entity, string])[] = [
  ["task", "Task"],
  ["dataset", "Dataset"],
  ["model", "Model"],
];
const CONDITIONS: readonly (readonly [ConditionKind, string])[] = [
  ["status_changed", "Status changes"],
  ["published", "Is published"],
  ["tagged", "Is tagged"],
];
const STATUSES = ["queued", "in_progress", "completed", "failed", "stopped", "published"].map(
  (status) => [status, words(status)] as const,
);

/** A model has no statuses: its condition falls back to one that it can have. */
export function withEntity(value: TriggerDraft, entity: Entity): TriggerDraft {
  const kind = entity === "model" && value.when.kind === "status_changed" ? "published" : value.when.kind;
  return { ...value, entity, when: { ...value.when, kind } };
}

export function TriggerFields(props: EditorProps<TriggerDraft>) {
  const { value, path, onChange } = props;
  const conditions = CONDITIONS.filter(([kind]) => value.entity !== "model" || kind !== "status_changed");
  return (
    <div class="csw-stack">
      <div class="csw-row csw-wide-gap">
        <Segments
          legend="Watch"
          options={ENTITIES}
          value={value.entity}
          onInput={(entity) => onChange(withEntity(value, entity))}
        />
        <Segments
          legend="Fires when it"
          options={conditions}
          value={value.when.kind}
          onInput={(kind) => onChange({ ...value, when: { ...value.when, kind } })}
        />
      </div>
      <ConditionFields
        value={value.when}
        path={`${path}.when`}
        onChange={(when, field) => onChange({ ...value, when }, field)}
      />
      <SelectFields
        value={value.select}
        path={`${path}.select`}
        onChange={(select, field) => onChange({ ...value, select }, field)}
      />
    </div>
  );
}

function ConditionFields(props: EditorProps<TriggerDraft["when"]>) {
  const { value, path, onChange } = props;
  const form = useForm();
  if (value.kind === "published") return null;
  if (value.kind === "status_changed") {
    return (
      <Toggles
        legend="New status"
        options={STATUSES}
        values={value.to}
        onInput={(to) => onChange({ ...value, to }, `${path}.to`)}
        {...form.notes(`${path}.to`)}
      />
    );
  }
  return (
    <div class="csw-grid">
      <BoundText {...props} name="any" label="Any of these tags" placeholder="ready, approved" />
      <BoundText {...props} name="all" label="All of these tags" />
      <BoundText {...props} name="none" label="None of these tags" />
    </div>
  );
}

function SelectFields(props: EditorProps<TriggerDraft["select"]>) {
  const { value, onChange } = props;
  const more = [value.name_regex, value.tags_any, value.tags_all, value.tags_none].some(Boolean);
  return (
    <>
      <div class="csw-grid">
        <BoundText
          {...props}
          name="projects"
          label="In projects"
          placeholder="Any project"
          hint="Full names, separated by commas."
        />
        <BoundText {...props} name="name" label="Name contains" placeholder="Any name" />
      </div>
      <Fold title="More about the object" note={more ? "· set" : ""}>
        <div class="csw-grid">
          <BoundText {...props} name="name_regex" label="Name matches (regular expression)" mono />
          <BoundText {...props} name="tags_any" label="Has any of the tags" />
          <BoundText {...props} name="tags_all" label="Has all of the tags" />
          <BoundText {...props} name="tags_none" label="Has none of the tags" />
        </div>
        <CheckBox
          label="In subprojects too"
          checked={value.subprojects}
          onInput={(subprojects) => onChange({ ...value, subprojects })}
        />
        <CheckBox
          label="Leave out tasks in development (not run by an agent, not finished)"
          checked={value.exclude_development}
          onInput={(exclude_development) => onChange({ ...value, exclude_development })}
        />
      </Fold>
    </>
  );
}

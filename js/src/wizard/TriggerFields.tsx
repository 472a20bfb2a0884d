// The fields for what a trigger waits for, and on which objects.
import type { ConditionKind, Entity, TriggerDraft } from "../state/draft";
import { spaced } from "../state/format";
import { split } from "../state/toData";
import { CheckBox, Segments, Toggles } from "../ui/fields";
import { Fold } from "../ui/parts";
import { BLANK_SEPARATORS, BoundChips, COMMA_SEPARATORS } from "./BoundChips";
import { BoundText } from "./BoundField";
import { type EditorProps, useForm } from "./form";
import { TriggerSentence } from "./RecurrenceSummary";

const ENTITIES: readonly (readonly [Entity, string])[] = [
  ["task", "Task"],
  ["dataset", "Dataset"],
  ["model", "Model"],
];
const CONDITIONS: readonly (readonly [ConditionKind, string])[] = [
  ["status_changed", "Status change"],
  ["published", "Publishing"],
  ["tagged", "Tagging"],
];
const STATUSES = ["created", "queued", "in_progress", "completed", "failed", "stopped", "published", "closed"].map(
  (status) => [status, spaced(status)] as const,
);

/** Sets the entity. A model has no statuses, so a status condition becomes `published`. */
export function withEntity(value: TriggerDraft, entity: Entity): TriggerDraft {
  const kind = entity === "model" && value.when.kind === "status_changed" ? "published" : value.when.kind;
  return { ...value, entity, when: { ...value.when, kind } };
}

export function TriggerFields(props: EditorProps<TriggerDraft>) {
  const { value, path, onChange } = props;
  return (
    <div class="csw-stack">
      {value.when.kept ? <KeptCondition /> : <EventFields {...props} />}
      <SelectFields
        value={value.select}
        path={`${path}.select`}
        entity={value.entity}
        onChange={(select, field) => onChange({ ...value, select }, field)}
      />
      <TriggerSentence id={value.id} />
      <EventFlags {...props} />
    </div>
  );
}

/** In place of the fields for a condition that was written in Python; the sentence below tells it. */
function KeptCondition() {
  return (
    <p class="csw-note" role="note">
      This form cannot change what the trigger waits for. It is kept as it is.
    </p>
  );
}

function EventFields({ value, path, onChange }: EditorProps<TriggerDraft>) {
  const conditions = CONDITIONS.filter(([kind]) => value.entity !== "model" || kind !== "status_changed");
  return (
    <>
      <div class="csw-row csw-wide-gap">
        <Segments
          legend="Watch"
          options={ENTITIES}
          value={value.entity}
          onInput={(entity) => onChange(withEntity(value, entity))}
        />
        <Segments
          legend="Event"
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
    </>
  );
}

function ConditionFields(props: EditorProps<TriggerDraft["when"]>) {
  const { value, path, onChange } = props;
  const form = useForm();
  if (value.kind === "published") return null;
  if (value.kind === "status_changed") {
    return (
      <div class="csw-stack">
        <Toggles
          legend="New status"
          options={STATUSES}
          values={value.to}
          onInput={(to) => onChange({ ...value, to }, `${path}.to`)}
          {...form.notes(`${path}.to`)}
        />
        <Fold
          title="Only after another status"
          note={value.from.length > 0 ? `· ${value.from.map(spaced).join(", ")}` : ""}
        >
          <Toggles
            legend="Status before"
            options={STATUSES}
            values={value.from}
            onInput={(from) => onChange({ ...value, from }, `${path}.from`)}
            hint="None chosen: whatever it was before. A status shorter than the time between two looks is not seen."
            {...form.notes(`${path}.from`)}
          />
        </Fold>
      </div>
    );
  }
  return (
    <div class="csw-grid">
      <BoundChips
        {...props}
        separators={COMMA_SEPARATORS}
        name="any"
        label="Any of these tags"
        placeholder="ready, approved"
      />
      <BoundChips
        {...props}
        separators={COMMA_SEPARATORS}
        name="all"
        label="All of these tags"
        placeholder="Optional"
      />
      <BoundChips
        {...props}
        separators={COMMA_SEPARATORS}
        name="none"
        label="None of these tags"
        placeholder="Optional"
      />
    </div>
  );
}

function SelectFields(props: EditorProps<TriggerDraft["select"]> & { entity: Entity }) {
  const { value, onChange, entity } = props;
  return (
    <>
      <div class="csw-grid">
        <BoundChips
          {...props}
          separators={COMMA_SEPARATORS}
          name="projects"
          label="In projects"
          placeholder="Any project"
          hint="Full names, such as Vision/nightly."
        />
        <BoundText {...props} name="name" label="Name contains" placeholder="Any name" />
      </div>
      <Fold title={`More about the ${entity}`} note={selectionNote(value, entity)}>
        <div class="csw-grid">
          <BoundText
            {...props}
            name="name_regex"
            label="Name matches (regular expression)"
            placeholder="^train-v\d+$"
            mono
          />
          <BoundChips
            {...props}
            separators={COMMA_SEPARATORS}
            name="tags_any"
            label="Has any of the tags"
            placeholder="Any tags"
          />
          <BoundChips
            {...props}
            separators={COMMA_SEPARATORS}
            name="tags_all"
            label="Has all of the tags"
            placeholder="Any tags"
          />
          <BoundChips
            {...props}
            separators={COMMA_SEPARATORS}
            name="tags_none"
            label="Has none of the tags"
            placeholder="Any tags"
          />
          <Users {...props} />
        </div>
        <CheckBox
          label="In subprojects too"
          checked={value.subprojects}
          onInput={(subprojects) => onChange({ ...value, subprojects })}
        />
        {entity === "task" ? (
          <CheckBox
            label="Leave out tasks in development (run by hand, not by an agent)"
            checked={value.exclude_development}
            onInput={(exclude_development) => onChange({ ...value, exclude_development })}
          />
        ) : null}
      </Fold>
    </>
  );
}

function Users({ value, path, onChange }: EditorProps<TriggerDraft["select"]>) {
  const text = { value: { users: value.users.join(", ") }, path };
  return (
    <BoundChips
      {...text}
      separators={BLANK_SEPARATORS}
      name="users"
      label="Of users (ids)"
      placeholder="Any user"
      onChange={({ users }, field) => onChange({ ...value, users: split(users) }, field)}
    />
  );
}

/** The folded settings that are set, in a few words. */
function selectionNote(value: TriggerDraft["select"], entity: Entity): string {
  const found = [
    value.name_regex && "name",
    (value.tags_any || value.tags_all || value.tags_none) && "tags",
    value.users.length > 0 && "users",
    !value.subprojects && "no subprojects",
    entity === "task" && !value.exclude_development && "development too",
  ].filter(Boolean);
  return found.length > 0 ? `· ${found.join(", ")}` : "";
}

function EventFlags({ value, onChange }: EditorProps<TriggerDraft>) {
  return (
    <div class="csw-checks">
      <CheckBox
        label="Fire for what matches already at the launch"
        checked={value.include_existing}
        onInput={(include_existing) => onChange({ ...value, include_existing })}
      />
      <CheckBox
        label="Fire on runs that this trigger led to"
        checked={value.include_own}
        onInput={(include_own) => onChange({ ...value, include_own })}
      />
      {value.include_own ? (
        <p class="csw-note csw-note-warning" role="status">
          A run that matches its own trigger launches the next one, without end. “End after runs” sets a limit.
        </p>
      ) : null}
    </div>
  );
}

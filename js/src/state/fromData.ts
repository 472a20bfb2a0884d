// Converts a definition's plain data, in the format of clearml_sched_widgets/codec, to the content of the form.
import {
  type ActionDraft,
  blankAction,
  blankDraft,
  blankPolicies,
  blankRule,
  blankSchedule,
  blankTrigger,
  CONDITIONS,
  type ConditionKind,
  type ContainerDraft,
  type Draft,
  ENTITIES,
  type LatestDraft,
  newId,
  type ParameterRow,
  type PoliciesDraft,
  RULE_KINDS,
  type RuleDraft,
  type ScheduleDraft,
  type TriggerDraft,
} from "./draft";
import { momentDraft } from "./moments";
import type { Data } from "./toData";

const record = (value: unknown): Data =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Data) : {};
const records = (value: unknown): Data[] => (Array.isArray(value) ? value.map(record) : []);
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
const text = (value: unknown, fallback = ""): string =>
  value === null || value === undefined ? fallback : String(value);
const flag = (value: unknown, fallback: boolean): boolean => (typeof value === "boolean" ? value : fallback);
const joinedText = (value: unknown): string => (Array.isArray(value) ? texts(value).join(", ") : text(value));
const oneOf = <T extends string>(allowed: readonly T[], value: unknown, fallback: T): T =>
  allowed.find((each) => each === value) ?? fallback;

/** The form content of a definition; a blank form for an empty object. */
export function fromData(data: Data): Draft {
  const blank = blankDraft();
  if (Object.keys(data).length === 0) return blank;
  return {
    name: text(data.name),
    description: text(data.description),
    poll_every: text(data.poll_every, blank.poll_every),
    schedules: records(data.schedules).map(scheduleDraft),
    triggers: records(data.triggers).map(triggerDraft),
  };
}

function sharedFields(data: Data) {
  return {
    id: text(data.id) || newId(),
    name: text(data.name),
    enabled: flag(data.enabled, true),
    action: actionDraft(record(data.action)),
    policies: policiesDraft(record(data.policies)),
  };
}

function scheduleDraft(data: Data): ScheduleDraft {
  return {
    ...blankSchedule(),
    ...sharedFields(data),
    run_at_start: flag(data.run_at_start, false),
    recurrence: ruleDraft(record(data.recurrence)),
  };
}

function triggerDraft(data: Data): TriggerDraft {
  const blank = blankTrigger();
  const [when, select] = [record(data.when), record(data.select)];
  return {
    ...blank,
    ...sharedFields(data),
    entity: oneOf(ENTITIES, data.entity, "task"),
    include_existing: flag(data.include_existing, false),
    include_own: flag(data.include_own, false),
    when: {
      kind: oneOf<ConditionKind>(CONDITIONS, when.type, "status_changed"),
      to: texts(when.to),
      from: texts(when.from),
      any: joinedText(when.any),
      all: joinedText(when.all),
      none: joinedText(when.none),
      kept: typeof when.type === "string" && !CONDITIONS.some((kind) => kind === when.type) ? when : null,
    },
    select: {
      projects: joinedText(select.projects),
      subprojects: flag(select.subprojects, true),
      name: text(select.name),
      name_regex: text(select.name_regex),
      tags_any: joinedText(select.tags_any),
      tags_all: joinedText(select.tags_all),
      tags_none: joinedText(select.tags_none),
      users: texts(select.users),
      exclude_development: flag(select.exclude_development, true),
    },
  };
}

function actionDraft(data: Data): ActionDraft {
  const { task, latest, queue, project, name, parameters, tags, time_limit, container, overrides, ...more } = data;
  const { reuse_task, ...rest } = more;
  return {
    ...blankAction(),
    base: latest === null || latest === undefined ? "task" : "latest",
    task: text(task),
    latest: latestDraft(record(latest)),
    queue: text(queue, "default"),
    project: text(project),
    name: text(name),
    parameters: rows(parameters),
    tags: joinedText(tags),
    time_limit: text(time_limit),
    container: containerDraft(container),
    overrides: rows(overrides),
    reuse_task: flag(reuse_task, false),
    rest,
  };
}

function latestDraft(data: Data): LatestDraft {
  const { project, name, tags, status } = data;
  return { project: text(project), name: text(name), tags: joinedText(tags), status: text(status, "completed") };
}

const rows = (data: unknown): ParameterRow[] =>
  Object.entries(record(data)).map(([name, value]) => ({ name, value: text(value) }));

function containerDraft(data: unknown): ContainerDraft {
  const { image, arguments: given, setup_shell_script } = typeof data === "string" ? { image: data } : record(data);
  return { image: text(image), arguments: text(given), setup_shell_script: text(setup_shell_script) };
}

function policiesDraft(data: Data): PoliciesDraft {
  const blank = blankPolicies();
  return {
    overlap: text(data.overlap, blank.overlap),
    missed: text(data.missed, blank.missed),
    catchup_window: text(data.catchup_window, blank.catchup_window),
    retries: text(data.retries, blank.retries),
    retry_backoff: text(data.retry_backoff, blank.retry_backoff),
    pause_after_failures: text(data.pause_after_failures),
    max_runs: text(data.max_runs),
    jitter: text(data.jitter),
  };
}

function ruleDraft(data: Data): RuleDraft {
  const timezone = text(data.timezone, "UTC");
  return {
    ...blankRule(),
    kind: oneOf(RULE_KINDS, data.type, "daily"),
    timezone,
    start: momentDraft(data.start, timezone),
    end: momentDraft(data.end, timezone),
    date: text(data.date),
    times: joinedText(data.times),
    weekdays: texts(data.weekdays),
    days: joinedText(data.days),
    months: joinedText(data.months),
    every: text(data.every),
    anchor: momentDraft(data.anchor, timezone),
    expression: text(data.expression),
  };
}

// Converts the content of the form to a definition's plain data, in the format of clearml_sched_widgets/codec.
import type {
  ActionDraft,
  Draft,
  LatestDraft,
  ParameterRow,
  PoliciesDraft,
  RuleDraft,
  ScheduleDraft,
  TriggerDraft,
} from "./draft";
import { type MomentDraft, momentData } from "./moments";

export type Data = Record<string, unknown>;

/** `6:20, 18:20` -> ["6:20", "18:20"] */
export function split(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

const orNull = (text: string) => (text.trim() === "" ? null : text);
const wholeNumber = (text: string) => (/^\s*\d+\s*$/.test(text) ? Number(text) : text);

const numberOrNull = (text: string) => (text.trim() === "" ? null : wholeNumber(text));

export function toData(draft: Draft): Data {
  return {
    version: 1,
    name: draft.name,
    description: draft.description,
    poll_every: draft.poll_every,
    schedules: draft.schedules.map(scheduleData),
    triggers: draft.triggers.map(triggerData),
  };
}

function scheduleData(item: ScheduleDraft): Data {
  return {
    id: item.id,
    name: orNull(item.name),
    enabled: item.enabled,
    run_at_start: item.run_at_start,
    action: actionData(item.action),
    recurrence: ruleData(item.recurrence),
    policies: policiesData(item.policies),
  };
}

function triggerData(item: TriggerDraft): Data {
  const { select } = item;
  return {
    id: item.id,
    name: orNull(item.name),
    enabled: item.enabled,
    entity: item.entity,
    include_existing: item.include_existing,
    include_own: item.include_own,
    action: actionData(item.action),
    when: conditionData(item.when),
    select: {
      projects: split(select.projects),
      subprojects: select.subprojects,
      name: orNull(select.name),
      name_regex: orNull(select.name_regex),
      tags_any: split(select.tags_any),
      tags_all: split(select.tags_all),
      tags_none: split(select.tags_none),
      users: select.users,
      exclude_development: select.exclude_development,
    },
    policies: policiesData(item.policies),
  };
}

function conditionData(when: TriggerDraft["when"]): Data {
  if (when.kept) return when.kept;
  if (when.kind === "status_changed") return { type: when.kind, to: when.to, from: when.from };
  if (when.kind === "published") return { type: when.kind };
  return { type: when.kind, any: split(when.any), all: split(when.all), none: split(when.none) };
}

function actionData(action: ActionDraft): Data {
  const container = Object.fromEntries(Object.entries(action.container).filter(([, value]) => value.trim() !== ""));
  const overrides = mapping(action.overrides);
  return {
    ...action.rest,
    ...(action.base === "latest" ? { latest: latestData(action.latest) } : { task: action.task.trim() }),
    queue: action.queue,
    project: orNull(action.project),
    name: orNull(action.name),
    parameters: mapping(action.parameters),
    tags: split(action.tags),
    time_limit: orNull(action.time_limit),
    ...(Object.keys(container).length > 0 && { container }),
    ...(Object.keys(overrides).length > 0 && { overrides }),
    ...(action.reuse_task && { reuse_task: true }),
  };
}

function latestData(latest: LatestDraft): Data {
  const { project, name, tags, status } = latest;
  return { project: orNull(project), name: orNull(name), tags: split(tags), status };
}

/** Empty rows are left out. If a name is repeated, its last row counts; the form says so. */
function mapping(rows: readonly ParameterRow[]): Record<string, string> {
  const filled = rows.filter((row) => row.name !== "" || row.value !== "");
  return Object.fromEntries(filled.map((row) => [row.name.trim(), row.value]));
}

function policiesData(policies: PoliciesDraft): Data {
  return {
    ...policies,
    overlap: orNull(policies.overlap),
    retries: wholeNumber(policies.retries),
    pause_after_failures: numberOrNull(policies.pause_after_failures),
    max_runs: numberOrNull(policies.max_runs),
    jitter: orNull(policies.jitter),
  };
}

function ruleData(rule: RuleDraft): Data {
  const moment = (which: MomentDraft) => momentData(which, rule.timezone);
  const shared = { type: rule.kind, timezone: rule.timezone, start: moment(rule.start), end: moment(rule.end) };
  const times = split(rule.times);
  switch (rule.kind) {
    case "once":
      return { ...shared, date: rule.date, times };
    case "daily":
      return { ...shared, times };
    case "weekly":
      return { ...shared, weekdays: rule.weekdays, times };
    case "monthly":
      return { ...shared, days: split(rule.days).map(wholeNumber), times, months: months(rule.months) };
    case "interval":
      return { ...shared, every: rule.every, anchor: moment(rule.anchor) };
    case "cron":
      return { ...shared, expression: rule.expression };
  }
}

function months(text: string): (string | number)[] | null {
  const listed = split(text).map(wholeNumber);
  return listed.length === 0 ? null : listed;
}

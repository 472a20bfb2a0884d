// The content of the form, as the user typed it. `toData` makes the definition's plain data of it, and Python validates
// that.

import { type MomentDraft, NO_MOMENT } from "./moments";

export const RULE_KINDS = ["once", "daily", "weekly", "monthly", "interval", "cron"] as const;
export type RuleKind = (typeof RULE_KINDS)[number];
export const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
export const ENTITIES = ["task", "dataset", "model"] as const;
export type Entity = (typeof ENTITIES)[number];
export const CONDITIONS = ["status_changed", "published", "tagged"] as const;
export type ConditionKind = (typeof CONDITIONS)[number];
export type ItemKind = "schedules" | "triggers";

export interface ParameterRow {
  name: string;
  value: string;
  /** Added by hand in this form, so its name can be edited too. */
  custom?: true;
}

export interface ContainerDraft {
  image: string;
  arguments: string;
  setup_shell_script: string;
}

/** The base task is one certain task, or the latest of several. */
export const BASES = ["task", "latest"] as const;
export type Base = (typeof BASES)[number];

export interface LatestDraft {
  project: string;
  name: string;
  tags: string;
  status: string;
}

export interface ActionDraft {
  base: Base;
  task: string;
  latest: LatestDraft;
  queue: string;
  project: string;
  name: string;
  parameters: ParameterRow[];
  tags: string;
  time_limit: string;
  container: ContainerDraft;
  /** Fields of the task's script, by dotted name. */
  overrides: ParameterRow[];
  reuse_task: boolean;
  /** Keys of the action that the form has no field for; they are kept unchanged. */
  rest: Record<string, unknown>;
}

export interface RuleDraft {
  kind: RuleKind;
  timezone: string;
  start: MomentDraft;
  end: MomentDraft;
  date: string;
  times: string;
  weekdays: string[];
  days: string;
  months: string;
  every: string;
  anchor: MomentDraft;
  expression: string;
}

export interface PoliciesDraft {
  overlap: string;
  missed: string;
  catchup_window: string;
  retries: string;
  retry_backoff: string;
  pause_after_failures: string;
  max_runs: string;
  jitter: string;
}

interface ItemDraft {
  id: string;
  name: string;
  enabled: boolean;
  action: ActionDraft;
  policies: PoliciesDraft;
}

export interface ScheduleDraft extends ItemDraft {
  recurrence: RuleDraft;
  run_at_start: boolean;
}

export interface TriggerDraft extends ItemDraft {
  entity: Entity;
  when: {
    kind: ConditionKind;
    to: string[];
    from: string[];
    any: string;
    all: string;
    none: string;
    /** The data of a condition that the form has no fields for; it is kept unchanged. */
    kept: Record<string, unknown> | null;
  };
  select: {
    projects: string;
    subprojects: boolean;
    name: string;
    name_regex: string;
    tags_any: string;
    tags_all: string;
    tags_none: string;
    users: string[];
    exclude_development: boolean;
  };
  include_existing: boolean;
  include_own: boolean;
}

export interface Draft {
  name: string;
  description: string;
  poll_every: string;
  schedules: ScheduleDraft[];
  triggers: TriggerDraft[];
}

/** The name of the Python function that the action calls; empty if it launches a task. */
export function functionOf({ rest }: ActionDraft): string {
  return typeof rest.function === "string" ? rest.function : "";
}

export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(6)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function blankDraft(): Draft {
  return { name: "", description: "", poll_every: "1m", schedules: [blankSchedule()], triggers: [] };
}

export function blankAction(): ActionDraft {
  return {
    base: "task",
    task: "",
    latest: blankLatest(),
    queue: "default",
    project: "",
    name: "",
    parameters: [],
    tags: "",
    time_limit: "",
    container: { image: "", arguments: "", setup_shell_script: "" },
    overrides: [],
    reuse_task: false,
    rest: {},
  };
}

export function blankLatest(): LatestDraft {
  return { project: "", name: "", tags: "", status: "completed" };
}

export function blankPolicies(): PoliciesDraft {
  return {
    overlap: "",
    missed: "latest",
    catchup_window: "1h",
    retries: "0",
    retry_backoff: "1m",
    pause_after_failures: "",
    max_runs: "",
    jitter: "",
  };
}

export function blankRule(): RuleDraft {
  return {
    kind: "daily",
    timezone: "UTC",
    start: NO_MOMENT,
    end: NO_MOMENT,
    date: "",
    times: "",
    weekdays: [],
    days: "",
    months: "",
    every: "",
    anchor: NO_MOMENT,
    expression: "",
  };
}

function blankItem(): ItemDraft {
  return { id: newId(), name: "", enabled: true, action: blankAction(), policies: blankPolicies() };
}

export function blankSchedule(): ScheduleDraft {
  return {
    ...blankItem(),
    recurrence: blankRule(),
    run_at_start: false,
  };
}

export function blankTrigger(): TriggerDraft {
  return {
    ...blankItem(),
    entity: "task",
    when: { kind: "status_changed", to: ["completed"], from: [], any: "", all: "", none: "", kept: null },
    select: {
      projects: "",
      subprojects: true,
      name: "",
      name_regex: "",
      tags_any: "",
      tags_all: "",
      tags_none: "",
      users: [],
      exclude_development: true,
    },
    include_existing: false,
    include_own: false,
  };
}

/** The list with an item moved by `by` places; unchanged if the item would leave the list. */
export function moveItem<T>(items: readonly T[], index: number, by: number): T[] {
  const target = index + by;
  const copy = [...items];
  const item = copy[index];
  if (item === undefined || target < 0 || target >= copy.length) return copy;
  copy.splice(index, 1);
  copy.splice(target, 0, item);
  return copy;
}

/** The list with an item inserted at an index, or at the end if the list is shorter. */
export function insertItem<T>(items: readonly T[], index: number, item: T): T[] {
  return [...items.slice(0, index), item, ...items.slice(index)];
}

/** The list with a copy of an item after it, with a new id. */
export function duplicateItem<T extends { id: string; name: string }>(items: readonly T[], index: number): T[] {
  const item = items[index];
  if (item === undefined) return [...items];
  const copy: T = { ...structuredClone(item), id: newId(), name: item.name && `${item.name} (copy)` };
  return [...items.slice(0, index + 1), copy, ...items.slice(index + 1)];
}

export function replaceItem<T>(items: readonly T[], index: number, item: T): T[] {
  return items.map((each, at) => (at === index ? item : each));
}

export function removeItem<T>(items: readonly T[], index: number): T[] {
  return items.filter((_, at) => at !== index);
}

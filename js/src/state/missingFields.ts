// Lists the fields of an item that are missing or wrong, by the labels of the form.
import type { Problem } from "../messages/shared";
import { within } from "./problems";

const LABELS: Record<string, string> = {
  "action.task": "base task",
  "action.latest.project": "project of the base task",
  "action.latest.tags": "tags of the base task",
  "action.latest": "name of the base task",
  "action.queue": "queue",
  "action.project": "target project",
  "action.parameters": "parameters",
  "action.container": "container",
  "action.overrides": "overrides",
  "action.name": "name of launched tasks",
  "action.tags": "tags of launched tasks",
  "action.time_limit": "time limit",
  "recurrence.date": "date",
  "recurrence.times": "times of the day",
  "recurrence.weekdays": "weekdays",
  "recurrence.days": "days of the month",
  "recurrence.months": "months",
  "recurrence.every": "interval",
  "recurrence.anchor": "start of the interval",
  "recurrence.expression": "cron expression",
  "recurrence.timezone": "time zone",
  "recurrence.start": "start",
  "recurrence.end": "end",
  "when.to": "new status",
  "when.from": "status before",
  "when.any": "tags",
  "when.all": "tags",
  "when.none": "tags",
  "select.name_regex": "regular expression",
  select: "selection of objects",
  policies: "advanced settings",
  name: "item name",
};

interface MissingFields {
  /** Fields that decide when the item runs. */
  when: string[];
  /** Other fields that a launch needs. */
  launch: string[];
}

/** The labels of the fields with problems in the item at `path`, each once. */
export function missingFields(problems: readonly Problem[], path: string): MissingFields {
  const paths = problems.filter((problem) => within(problem.path, path)).map((problem) => problem.path);
  const isTiming = (problem: string) => /^(recurrence|when|select)\b/.test(problem.slice(path.length + 1));
  const labels = (some: readonly string[]) => [...new Set(some.map((each) => fieldLabel(each, path)))];
  return { when: labels(paths.filter(isTiming)), launch: labels(paths.filter((each) => !isTiming(each))) };
}

/** The form's label of the field that a path leads to. */
export function fieldLabel(path: string, item: string): string {
  const rest = path.slice(item.length + 1);
  const field = Object.keys(LABELS).find((each) => within(rest, each));
  return field === undefined ? rest.replaceAll(/[._]/g, " ") || "item" : (LABELS[field] ?? "");
}

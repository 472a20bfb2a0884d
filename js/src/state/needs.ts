// What an item still lacks, in the words of the form.
import type { Problem } from "../messages/shared";
import { within } from "./problems";

const LABELS: Record<string, string> = {
  "action.task": "base task",
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

interface Needs {
  /** Without these nobody can say when it runs. */
  when: string[];
  /** And without these it cannot be launched. */
  launch: string[];
}

/** What to fill in or to correct in the item of that path, each once. */
export function needs(problems: readonly Problem[], path: string): Needs {
  const found = problems.filter((problem) => within(problem.path, path)).map((problem) => problem.path);
  const says = (problem: string) => /^(recurrence|when|select)\b/.test(problem.slice(path.length + 1));
  const labels = (paths: readonly string[]) => [...new Set(paths.map((each) => label(each, path)))];
  return { when: labels(found.filter(says)), launch: labels(found.filter((each) => !says(each))) };
}

/** The field of an item that a path leads to, in the words of the form. */
export function label(path: string, item: string): string {
  const rest = path.slice(item.length + 1);
  const field = Object.keys(LABELS).find((each) => within(rest, each));
  return field === undefined ? rest.replaceAll(/[._]/g, " ") || "item" : (LABELS[field] ?? "");
}

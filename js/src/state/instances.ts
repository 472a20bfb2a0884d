// Filters and sorts the list of instances.
import type { InstanceBrief, InstanceChanges } from "../messages/instances";

/** The rows that were sent first, updated with the changes since. */
export function applyChanges(base: InstanceBrief[], { rows = [], gone = [] }: InstanceChanges): InstanceBrief[] {
  const replaced = new Set([...gone, ...rows.map(({ id }) => id)]);
  return [...rows, ...base.filter(({ id }) => !replaced.has(id))];
}

export const GROUPS = {
  all: { title: "All", statuses: null },
  running: { title: "Running", statuses: ["running", "queued", "stopping"] },
  paused: { title: "Paused", statuses: ["paused"] },
  draft: { title: "Drafts", statuses: ["draft"] },
  stopped: { title: "Stopped", statuses: ["stopped", "completed"] },
  trouble: { title: "Failed or silent", statuses: ["failed", "silent"] },
} as const satisfies Record<string, { title: string; statuses: readonly string[] | null }>;

export type Group = keyof typeof GROUPS;

export const ORDERS = {
  status: "Status",
  name: "Name",
  next: "Next run",
  changed: "Last changed",
} as const;

export type Order = keyof typeof ORDERS;

export interface Filters {
  text: string;
  group: Group;
  mine: boolean;
  order: Order;
}

export const NO_FILTERS: Filters = { text: "", group: "all", mine: false, order: "status" };

const STATUS_ORDER = ["failed", "silent", "running", "queued", "stopping", "paused", "draft", "stopped", "completed"];

/** Whether an instance has one of the group's statuses. */
function inGroup(row: InstanceBrief, group: Group): boolean {
  const statuses: readonly string[] | null = GROUPS[group].statuses;
  return statuses === null || statuses.includes(row.status);
}

const MIN_ID_PREFIX = 6; // characters; shorter texts match the ids of too many instances

/** The matching rows in order. Each word of the text must be in the name or the user, or start the id. */
export function filterInstances(rows: InstanceBrief[], { text, group, mine, order }: Filters): InstanceBrief[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const passing = rows.filter((row) => {
    const searchable = `${row.name} ${row.user}`.toLowerCase();
    const matchesWord = (word: string) =>
      searchable.includes(word) || (word.length >= MIN_ID_PREFIX && row.id.startsWith(word));
    return inGroup(row, group) && (row.mine || !mine) && words.every(matchesWord);
  });
  return passing.sort((one, other) => compare(one, other, order) || byName(one, other));
}

/** The number of instances in each group. */
export function countByGroup(rows: InstanceBrief[]): Record<Group, number> {
  const groups = Object.keys(GROUPS) as Group[];
  return Object.fromEntries(groups.map((group) => [group, rows.filter((row) => inGroup(row, group)).length])) as Record<
    Group,
    number
  >;
}

function compare(one: InstanceBrief, other: InstanceBrief, order: Order): number {
  if (order === "next") return (one.next ?? Number.POSITIVE_INFINITY) - (other.next ?? Number.POSITIVE_INFINITY) || 0;
  if (order === "changed") return (other.changed ?? 0) - (one.changed ?? 0);
  return order === "status" ? rank(one) - rank(other) : 0;
}

/** The position of a status: failures first, then active instances, then the rest. */
function rank(row: InstanceBrief): number {
  const index = STATUS_ORDER.indexOf(row.status);
  return index < 0 ? STATUS_ORDER.length : index;
}

const nameCollator = new Intl.Collator(undefined, { numeric: true }); // shared, because creating a collator is slow

function byName(one: InstanceBrief, other: InstanceBrief): number {
  return nameCollator.compare(one.name, other.name) || (one.id < other.id ? -1 : 1);
}

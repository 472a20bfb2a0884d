// The list of instances: which of them are shown, and in what order.
import type { InstanceBrief, InstanceChanges } from "../messages/instances";

/** The rows as they are now: those that were sent as a whole, with what changed since. */
export function merged(base: InstanceBrief[], { rows = [], gone = [] }: InstanceChanges): InstanceBrief[] {
  const left = new Set([...gone, ...rows.map(({ id }) => id)]);
  return [...rows, ...base.filter(({ id }) => !left.has(id))];
}

export const GROUPS = {
  all: { title: "All", statuses: null },
  running: { title: "Running", statuses: ["running", "queued", "stopping"] },
  paused: { title: "Paused", statuses: ["paused"] },
  draft: { title: "Drafts", statuses: ["draft"] },
  stopped: { title: "Stopped", statuses: ["stopped", "completed"] },
  trouble: { title: "Failed or lost", statuses: ["failed", "lost"] },
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

const RANKS = ["failed", "lost", "running", "queued", "stopping", "paused", "draft", "stopped", "completed"];

/** Whether an instance belongs to a group of statuses. */
function inGroup(row: InstanceBrief, group: Group): boolean {
  const statuses: readonly string[] | null = GROUPS[group].statuses;
  return statuses === null || statuses.includes(row.status);
}

const ID_BEGINNING = 6; // characters: fewer stand at the beginning of many ids

/** The rows that pass, in the wanted order. Each word of the text is in the name or the user, or begins the id. */
export function chosen(rows: InstanceBrief[], { text, group, mine, order }: Filters): InstanceBrief[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const passing = rows.filter((row) => {
    const where = `${row.name} ${row.user}`.toLowerCase();
    const found = (word: string) => where.includes(word) || (word.length >= ID_BEGINNING && row.id.startsWith(word));
    return inGroup(row, group) && (row.mine || !mine) && words.every(found);
  });
  return passing.sort((one, other) => compare(one, other, order) || byName(one, other));
}

/** How many instances each group has. */
export function counts(rows: InstanceBrief[]): Record<Group, number> {
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

/** What needs attention first, then what runs, then the rest. */
function rank(row: InstanceBrief): number {
  const place = RANKS.indexOf(row.status);
  return place < 0 ? RANKS.length : place;
}

const NAMES = new Intl.Collator(undefined, { numeric: true }); // one for all: making one takes long

function byName(one: InstanceBrief, other: InstanceBrief): number {
  return NAMES.compare(one.name, other.name) || (one.id < other.id ? -1 : 1);
}

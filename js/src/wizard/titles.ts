// What items are called in the form: their names, or what they are and where.
import type { Draft } from "../state/draft";

export interface Titled {
  id: string;
  title: string;
  path: string;
  enabled: boolean;
  kind: "schedules" | "triggers";
}

/** All items of the draft; those of one name are numbered, so that the preview tells which it means. */
export function titled(draft: Draft): Titled[] {
  const items = named(draft);
  const [total, seen] = [new Map<string, number>(), new Map<string, number>()];
  const counted = (counts: Map<string, number>, title: string) => {
    const count = (counts.get(title) ?? 0) + 1;
    counts.set(title, count);
    return count;
  };
  for (const { title } of items) counted(total, title);
  return items.map((item) =>
    total.get(item.title) === 1 ? item : { ...item, title: `${item.title} (${counted(seen, item.title)})` },
  );
}

function named(draft: Draft): Titled[] {
  return (["schedules", "triggers"] as const).flatMap((kind) =>
    draft[kind].map(({ id, name, enabled }, index) => ({
      id,
      title: name || `${kind === "schedules" ? "Schedule" : "Trigger"} ${index + 1}`,
      path: `${kind}[${index}]`,
      enabled,
      kind,
    })),
  );
}

// The titles of items in the form: their names, or their kind and number.
import type { Draft } from "../state/draft";

export interface ItemTitle {
  id: string;
  title: string;
  path: string;
  enabled: boolean;
  kind: "schedules" | "triggers";
}

/** All items of the draft. Items with the same name are numbered, so that the preview can tell them apart. */
export function itemTitles(draft: Draft): ItemTitle[] {
  const items = unnumberedTitles(draft);
  const [total, seen] = [new Map<string, number>(), new Map<string, number>()];
  const increment = (counts: Map<string, number>, title: string) => {
    const count = (counts.get(title) ?? 0) + 1;
    counts.set(title, count);
    return count;
  };
  for (const { title } of items) increment(total, title);
  return items.map((item) =>
    total.get(item.title) === 1 ? item : { ...item, title: `${item.title} (${increment(seen, item.title)})` },
  );
}

function unnumberedTitles(draft: Draft): ItemTitle[] {
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

// What items are called in the form: their names, or what they are and where.
import type { Draft } from "../state/draft";

export interface Titled {
  id: string;
  title: string;
  path: string;
  enabled: boolean;
  kind: "schedules" | "triggers";
}

export function titled(draft: Draft): Titled[] {
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

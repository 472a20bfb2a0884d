// What a form that is opened beside instances begins with.
import type { Edited } from "../messages/app";
import type { Data } from "./toData";

/** The instance that the draft changes; the trait is empty where there is none. */
export function edited(trait: Edited | Record<string, never>): Edited | null {
  return "id" in trait ? { id: String(trait.id), name: String(trait.name) } : null;
}

/** The draft, if somebody has begun to fill it. */
export function unfinished(draft: Data): Data | null {
  const items = [draft.schedules, draft.triggers].flatMap((each) => (Array.isArray(each) ? (each as Data[]) : []));
  const begun = Boolean(draft.name) || items.length > 1 || items.some((item) => Boolean((item.action as Data)?.task));
  return begun ? draft : null;
}

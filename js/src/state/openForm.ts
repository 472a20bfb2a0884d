// What a form that is opened beside instances begins with.
import type { Edited } from "../messages/app";
import { blankDraft } from "./draft";
import { fromData } from "./fromData";
import { type Data, toData } from "./toData";

/** The instance that the draft changes; the trait is empty where there is none. */
export function edited(trait: Edited | Record<string, never>): Edited | null {
  return "id" in trait ? { id: String(trait.id), name: String(trait.name), base: String(trait.base) } : null;
}

/** The draft, if somebody has begun to fill it. */
export function unfinished(draft: Data): Data | null {
  return Object.keys(draft).length > 0 && !alike(draft, toData(blankDraft())) ? draft : null;
}

/** Whether two drafts say the same. */
export const alike = (one: Data, other: Data) => content(toData(fromData(one))) === content(toData(fromData(other)));

/** All but what a blank form has by itself: its item's id, and the queue that the server suggests. */
function content(data: Data): string {
  return JSON.stringify(data, (key, value) => (key === "id" || key === "queue" ? undefined : value));
}

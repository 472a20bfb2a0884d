// Checks on drafts: which instance a draft changes, whether it has content, whether two drafts are equal.
import type { EditedInstance } from "../messages/app";
import { blankDraft } from "./draft";
import { fromData } from "./fromData";
import { type Data, toData } from "./toData";

/** The instance that the draft changes; null if the trait is empty. */
export function editedInstance(trait: EditedInstance | Record<string, never>): EditedInstance | null {
  return "id" in trait ? { id: String(trait.id), name: String(trait.name), base: String(trait.base) } : null;
}

/** The draft if it differs from a blank form, else null. */
export function unfinishedDraft(draft: Data): Data | null {
  return Object.keys(draft).length > 0 && !isSameDraft(draft, toData(blankDraft())) ? draft : null;
}

/** Whether two drafts have the same content. */
export const isSameDraft = (one: Data, other: Data) =>
  comparableText(toData(fromData(one))) === comparableText(toData(fromData(other)));

/** The draft as comparable text, without the ids and queues that a blank form fills in itself. */
function comparableText(data: Data): string {
  return JSON.stringify(data, (key, value) => (key === "id" || key === "queue" ? undefined : value));
}

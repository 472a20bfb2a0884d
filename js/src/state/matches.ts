// What was found of a trigger's matches, in words.
import type { Matches } from "../messages/wizard";
import type { TriggerDraft } from "./draft";

/** How many objects match, whether all were looked at, and what that means for a launch. */
export function matchWords(matches: Matches, trigger: Pick<TriggerDraft, "entity" | "include_existing">): string {
  const { count, read, all_read } = matches;
  const kind = (number: number) => `${trigger.entity}${number === 1 ? "" : "s"}`;
  const number = (value: number) => value.toLocaleString("en");
  const among = all_read ? "" : ` among the ${number(read)} ${kind(read)} looked at, which are not all`;
  if (read === 0) return `The server has no ${trigger.entity}s yet.`;
  if (count === 0)
    return `None of ${number(read)} ${kind(read)} matches now${all_read ? "" : "; there are more that were not looked at"}.`;
  const found = `${number(count)} ${kind(count)} ${count === 1 ? "matches" : "match"} now${among}.`;
  return trigger.include_existing
    ? `${found} At the launch ${count === 1 ? "it starts a run" : "each of them starts a run"}.`
    : `${found} What matches already starts no run; the next event does.`;
}

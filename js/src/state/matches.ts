// Describes in words what a trigger matches on the server.
import type { Matches } from "../messages/wizard";
import type { TriggerDraft } from "./draft";

/** Says how many objects match, whether all were looked at, and what that means for a launch. */
export function matchSummary(matches: Matches, trigger: Pick<TriggerDraft, "entity" | "include_existing">): string {
  const { count, read, all_read } = matches;
  const kind = (number: number) => `${trigger.entity}${number === 1 ? "" : "s"}`;
  const formatCount = (value: number) => value.toLocaleString("en");
  const among = all_read ? "" : ` among the ${formatCount(read)} ${kind(read)} looked at, which are not all`;
  if (read === 0) return `The server has no ${trigger.entity}s yet.`;
  if (count === 0)
    return `None of ${formatCount(read)} ${kind(read)} matches now${all_read ? "" : "; there are more that were not looked at"}.`;
  const summary = `${formatCount(count)} ${kind(count)} ${count === 1 ? "matches" : "match"} now${among}.`;
  return trigger.include_existing
    ? `${summary} At the launch ${count === 1 ? "it starts a run" : "each of them starts a run"}.`
    : `${summary} What matches already starts no run; the next event does.`;
}

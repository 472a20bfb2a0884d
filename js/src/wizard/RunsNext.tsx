// What a schedule's times amount to, right below them: a sentence, and the next run on three clocks.
import type { ItemReview } from "../messages";
import type { RuleDraft } from "../state/draft";
import { relative } from "../state/format";
import { elsewhere, ownZone, wallText } from "../state/zones";
import { useNow } from "../ui/parts";
import { type EditorProps, useForm } from "./form";

/** What Python says of the schedule of that path; undefined while it does not say when it runs. */
function useItemReview(path: string): ItemReview | undefined {
  const { draft, store } = useForm();
  const index = Number(/^schedules\[(\d+)\]/.exec(path)?.[1] ?? -1);
  return store.state.review?.items[draft.schedules[index]?.id ?? ""];
}

export const useSentence = (path: string) => useItemReview(path)?.sentence;

export function RunsNext({ value, path }: EditorProps<RuleDraft>) {
  const review = useItemReview(path);
  const now = useNow(5000);
  if (review === undefined) return null;
  const next = review.next.find((run) => run.at > now);
  return (
    <div class="csw-runs-next">
      {value.kind === "cron" ? null : <p class="csw-sentence">{review.sentence}</p>}
      {next ? (
        <p class="csw-note">
          Next:{" "}
          {[
            `${wallText(next.at, next.zone) || next.local} ${next.zone}`,
            ...elsewhere(next.at, next.zone, ownZone()),
          ].join(" = ")}
          <span class="csw-nowrap"> · {relative(next.at, now)}</span>
        </p>
      ) : (
        <p class="csw-note">No run to come.</p>
      )}
    </div>
  );
}

export function TriggerSentence({ id }: { id: string }) {
  const sentence = useForm().store.state.review?.items[id]?.sentence;
  if (sentence === undefined) return null;
  return (
    <div class="csw-runs-next">
      <p class="csw-sentence">{sentence}</p>
    </div>
  );
}

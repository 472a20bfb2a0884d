// What a schedule's times amount to, right below them: a sentence, and the next run on three clocks.
import type { ComponentChildren } from "preact";
import type { ItemReview, NextRun } from "../messages/wizard";
import type { RuleDraft, RuleKind } from "../state/draft";
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

/** Always there, so that nothing moves under the pointer when Python answers. */
export function RunsNext({ value, path }: EditorProps<RuleDraft>) {
  const review = useItemReview(path);
  const now = useNow(5000);
  const next = review?.next.find((run) => run.at > now);
  return (
    <div class="csw-runs-next">
      <p class="csw-sentence">{review?.sentence ?? <Unknown>When it runs is shown here.</Unknown>}</p>
      <p class="csw-note">
        {next ? <Next run={next} now={now} /> : review === undefined ? WAITING[value.kind] : "No run to come."}
      </p>
    </div>
  );
}

const WAITING: Record<RuleKind, string> = {
  once: "It takes a date and at least one time.",
  daily: "It takes at least one time.",
  weekly: "It takes at least one weekday and one time.",
  monthly: "It takes at least one day of the month and one time.",
  interval: "It takes an amount of time.",
  cron: "It takes an expression of five fields.",
};

function Next({ run, now }: { run: NextRun; now: number }) {
  const here = `${wallText(run.at, run.zone) || run.local} ${run.zone}`;
  return (
    <>
      Next: {[here, ...elsewhere(run.at, run.zone, ownZone())].join(" = ")}
      <span class="csw-nowrap"> · {relative(run.at, now)}</span>
    </>
  );
}

export function TriggerSentence({ id }: { id: string }) {
  const sentence = useForm().store.state.review?.items[id]?.sentence;
  return (
    <div class="csw-runs-next">
      <p class="csw-sentence">{sentence ?? <Unknown>When it fires is shown here.</Unknown>}</p>
    </div>
  );
}

function Unknown({ children }: { children: ComponentChildren }) {
  return <span class="csw-muted">{children}</span>;
}

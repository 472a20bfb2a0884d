// What a schedule's times amount to, right below them: a sentence, and the next run on three clocks.
import type { ComponentChildren } from "preact";
import type { ItemReview, NextRun } from "../messages/wizard";
import type { RuleDraft, RuleKind } from "../state/draft";
import { relative } from "../state/format";
import { needs } from "../state/needs";
import { within } from "../state/problems";
import { isWhole, LATER } from "../state/upcoming";
import { elsewhere, ownZone, wallText } from "../state/zones";
import { useNow } from "../ui/parts";
import { type EditorProps, useForm } from "./form";

/** What Python says of the schedule of that path; undefined while it does not say when it runs. */
function useItemReview(path: string): ItemReview | undefined {
  const { draft, store } = useForm();
  const index = Number(/^schedules\[(\d+)\]/.exec(path)?.[1] ?? -1);
  return store.state.review?.items[draft.schedules[index]?.id ?? ""];
}

/** The fields that keep it from being understood, once the user has been to any; undefined if there are none. */
function useWrong(path: string): string | undefined {
  const { store } = useForm();
  const { touched, showAll } = store.state;
  const found = store.problems.filter((problem) => within(problem.path, path));
  const seen = [...touched];
  if (!showAll && !found.some((problem) => seen.some((field) => within(problem.path, field)))) return undefined;
  const item = path.slice(0, path.indexOf("."));
  const fields = needs(found, item).when;
  return fields.length > 0 ? `Missing or not right yet: ${fields.join(", ")}.` : undefined;
}

/** Always there, so that nothing moves under the pointer when Python answers. */
export function RunsNext({ value, path }: EditorProps<RuleDraft>) {
  const review = useItemReview(path);
  const wrong = useWrong(path);
  const now = useNow(5000);
  const next = review?.next.find((run) => run.at > now);
  return (
    <div class="csw-runs-next">
      <p class="csw-sentence">{review?.sentence ?? <Unknown>{wrong ?? WAITING[value.kind]}</Unknown>}</p>
      <p class="csw-note">{next ? <Next run={next} now={now} /> : review === undefined ? "\u00a0" : none(review)}</p>
    </div>
  );
}

const none = (review: ItemReview) => (isWhole({ it: review }) ? "No run to come." : LATER);

const WAITING: Record<RuleKind, string> = {
  once: "Enter a date and a time to see when it runs.",
  daily: "Enter a time to see when it runs.",
  weekly: "Choose a weekday and enter a time to see when it runs.",
  monthly: "Choose a day and enter a time to see when it runs.",
  interval: "Enter a length of time to see when it runs.",
  cron: "Enter five fields to see when it runs.",
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
      <p class="csw-sentence">{sentence ?? <Unknown>Choose what it watches to see it in words.</Unknown>}</p>
    </div>
  );
}

function Unknown({ children }: { children: ComponentChildren }) {
  return <span class="csw-muted">{children}</span>;
}

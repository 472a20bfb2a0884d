// The summary below a schedule's times: a sentence, and the next run on up to three clocks.
import type { ComponentChildren } from "preact";
import type { ItemReview, NextRun } from "../messages/wizard";
import type { RuleDraft, RuleKind } from "../state/draft";
import { relativeTime } from "../state/format";
import { missingFields } from "../state/missingFields";
import { within } from "../state/problems";
import { isComplete, NEXT_RUNS_LATER } from "../state/upcoming";
import { browserZone, otherClocks, wallClockText } from "../state/zones";
import { useNow } from "../ui/parts";
import { type EditorProps, useForm } from "./form";

/** Python's review of the schedule at `path`; undefined while its timing is incomplete. */
function useItemReview(path: string): ItemReview | undefined {
  const { draft, store } = useForm();
  const index = Number(/^schedules\[(\d+)\]/.exec(path)?.[1] ?? -1);
  return store.state.review?.items[draft.schedules[index]?.id ?? ""];
}

/** Names the missing or wrong fields once the user has visited one of them; undefined if there are none. */
function useMissingFieldsText(path: string): string | undefined {
  const { store } = useForm();
  const { touched, showAll } = store.state;
  const found = store.problems.filter((problem) => within(problem.path, path));
  const seen = [...touched];
  if (!showAll && !found.some((problem) => seen.some((field) => within(problem.path, field)))) return undefined;
  const item = path.slice(0, path.indexOf("."));
  const fields = missingFields(found, item).when;
  return fields.length > 0 ? `Missing or not right yet: ${fields.join(", ")}.` : undefined;
}

/** Always rendered, so that nothing moves when Python answers. */
export function RecurrenceSummary({ value, path }: EditorProps<RuleDraft>) {
  const review = useItemReview(path);
  const missing = useMissingFieldsText(path);
  const now = useNow(5000);
  const next = review?.next.find((run) => run.at > now);
  return (
    <div class="csw-runs-next">
      <p class="csw-sentence">{review?.sentence ?? <Muted>{missing ?? PROMPTS[value.kind]}</Muted>}</p>
      <p class="csw-note">
        {next ? <Next run={next} now={now} /> : review === undefined ? "\u00a0" : noRunText(review)}
      </p>
    </div>
  );
}

const noRunText = (review: ItemReview) => (isComplete({ it: review }) ? "No run to come." : NEXT_RUNS_LATER);

const PROMPTS: Record<RuleKind, string> = {
  once: "Enter a date and a time to see when it runs.",
  daily: "Enter a time to see when it runs.",
  weekly: "Choose a weekday and enter a time to see when it runs.",
  monthly: "Choose a day and enter a time to see when it runs.",
  interval: "Enter a length of time to see when it runs.",
  cron: "Enter five fields to see when it runs.",
};

function Next({ run, now }: { run: NextRun; now: number }) {
  const here = `${wallClockText(run.at, run.zone) || run.local} ${run.zone}`;
  return (
    <>
      Next: {[here, ...otherClocks(run.at, run.zone, browserZone())].join(" = ")}
      <span class="csw-nowrap"> · {relativeTime(run.at, now)}</span>
    </>
  );
}

export function TriggerSentence({ id }: { id: string }) {
  const sentence = useForm().store.state.review?.items[id]?.sentence;
  return (
    <div class="csw-runs-next">
      <p class="csw-sentence">{sentence ?? <Muted>Choose what it watches to see it in words.</Muted>}</p>
    </div>
  );
}

function Muted({ children }: { children: ComponentChildren }) {
  return <span class="csw-muted">{children}</span>;
}

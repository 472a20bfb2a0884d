// Long work on an instance: progress bars while it runs, and for a while its result.
import type { DashboardTraits, Work } from "../messages/dashboard";
import type { Action } from "../messages/shared";
import { useTrait, type ViewModel } from "../model";
import { sentenceText } from "../state/format";
import { useTimeFormat } from "../state/timeFormat";
import { KernelSentence } from "../ui/KernelSentence";
import { ProgressBar } from "../ui/ProgressBar";
import type { Commands } from "./useCommands";

const LABELS: Partial<Record<Action, string>> = {
  stop: "Stopping: what is under way comes to its end",
  pause: "Pausing",
  resume: "Resuming",
  restart: "Restarting: first it has to stop",
  move_here: "Moving it here: first its agent has to stop it",
  backfill: "Preparing the backfill",
  run_all: "Launching all items",
};

interface ProgressProps {
  model: ViewModel<DashboardTraits>;
  commands: Commands;
  now: number;
}

export function Progress({ model, commands, now }: ProgressProps) {
  const work = useTrait(model, "progress");
  const running = work.filter(({ state }) => state === "going");
  const finished = work.filter(({ state }) => state !== "going");
  return (
    <div class="csw-progresses">
      {commands.longRunning.map((action) => {
        const label = LABELS[action] ?? "Working";
        return (
          <div key={action} class="csw-work">
            <span>{label} …</span>
            <ProgressBar label={label} />
          </div>
        );
      })}
      {running.map((each) => (
        <RunningWork key={each.key} work={each} now={now} />
      ))}
      <div role="status">
        {finished.map(({ key, said, state }) => (
          <p key={key} class={state === "failed" ? "csw-note csw-note-error" : "csw-note"}>
            <KernelSentence parts={said} now={now} />
          </p>
        ))}
      </div>
    </div>
  );
}

function RunningWork({ work: { said, done, total }, now }: { work: Work; now: number }) {
  const times = useTimeFormat();
  return (
    <div class="csw-work">
      <span>
        <KernelSentence parts={said} now={now} />: {done.toLocaleString("en")} of {total.toLocaleString("en")}
      </span>
      <ProgressBar label={sentenceText(said, now, times)} done={done} total={total} />
    </div>
  );
}

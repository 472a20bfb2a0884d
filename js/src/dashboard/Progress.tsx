// Work that takes long: how far it is, and when it is over what came of it.
import type { DashboardTraits, Work } from "../messages/dashboard";
import type { Action } from "../messages/shared";
import { useTrait, type ViewModel } from "../model";
import { saidText } from "../state/format";
import { useTimes } from "../state/times";
import { ProgressBar } from "../ui/ProgressBar";
import { Said } from "../ui/Said";
import type { Commands } from "./useCommands";

const WORDS: Partial<Record<Action, string>> = {
  stop: "Stopping: what is under way comes to its end",
  pause: "Pausing",
  resume: "Resuming",
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
  const going = work.filter(({ state }) => state === "going");
  const over = work.filter(({ state }) => state !== "going");
  return (
    <div class="csw-progresses">
      {commands.long.map((action) => {
        const label = WORDS[action] ?? "Working";
        return (
          <div key={action} class="csw-work">
            <span>{label} …</span>
            <ProgressBar label={label} />
          </div>
        );
      })}
      {going.map((each) => (
        <Going key={each.key} work={each} now={now} />
      ))}
      <div role="status">
        {over.map(({ key, said, state }) => (
          <p key={key} class={state === "failed" ? "csw-note csw-note-error" : "csw-note"}>
            <Said parts={said} now={now} />
          </p>
        ))}
      </div>
    </div>
  );
}

function Going({ work: { said, done, total }, now }: { work: Work; now: number }) {
  const times = useTimes();
  return (
    <div class="csw-work">
      <span>
        <Said parts={said} now={now} />: {done.toLocaleString("en")} of {total.toLocaleString("en")}
      </span>
      <ProgressBar label={saidText(said, now, times)} done={done} total={total} />
    </div>
  );
}

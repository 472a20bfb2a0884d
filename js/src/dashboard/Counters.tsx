// The numbers of an instance: what is next, what goes on, what went wrong.
import type { InstanceHead, Vitals } from "../messages/dashboard";
import { duration, relative, utc } from "../state/format";
import { ALIVE } from "./status";

interface CountersProps {
  view: InstanceHead;
  vitals: Vitals;
  now: number;
  /** Shows the runs of a status in the table of executed tasks; those that ended since a time, if one is given. */
  onShow: (status: string, since: number | null) => void;
}

const DAY_MS = 86_400_000;
const BEAT_MS = 10_000; // the heartbeat is that exact

export function Counters({ view, vitals, now, onShow }: CountersProps) {
  const { running = 0, queued = 0, failed_day: failed = 0, ended_day: ended = 0 } = vitals;
  return (
    <ul class="csw-counters" aria-label="Counters">
      <Next view={view} vitals={vitals} now={now} />
      <Counter
        name="running"
        count={running}
        tone={running ? "csw-busy" : ""}
        onShow={() => onShow("in_progress", null)}
      />
      <Counter name="queued" count={queued} tone={queued ? "csw-wait" : ""} onShow={() => onShow("queued", null)} />
      <Counter
        name="failed in 24 h"
        count={failed}
        tone={failed ? "csw-bad" : ""}
        onShow={() => onShow("failed", now - DAY_MS)}
      />
      {ended > 0 ? (
        <Counter
          name={`of ${ended.toLocaleString("en")} ended well`}
          count={`${share(ended - failed, ended)} %`}
          tone=""
        />
      ) : null}
      <Counter name={view.runs === 1 ? "run in all" : "runs in all"} count={view.runs} tone="" />
      <Heartbeat view={view} vitals={vitals} now={now} />
    </ul>
  );
}

interface CounterProps {
  name: string;
  count: number | string;
  tone: string;
  /** Makes it a button, where there is anything to show. */
  onShow?: () => void;
}

function Counter({ name, count, tone, onShow }: CounterProps) {
  const text = (
    <>
      <b class={tone}>{count.toLocaleString("en")}</b> {name}
    </>
  );
  if (!onShow || count === 0) return <li>{text}</li>;
  return (
    <li>
      <button type="button" class="csw-counter" title="Show these runs" onClick={onShow}>
        {text}
      </button>
    </li>
  );
}

function Next({ view, vitals, now }: Omit<CountersProps, "onShow">) {
  const next = vitals.next_run ?? null;
  if (view.status !== "running") return null;
  if (next === null) {
    return (
      <li>
        <b>–</b> next run
      </li>
    );
  }
  return (
    <li class="csw-counter-next" title={utc(next)}>
      next run <b>{next <= now ? "due now" : relative(next, now)}</b>
    </li>
  );
}

/** How long ago the instance was heard of; not told for one of this kernel, which is heard all the time. */
function Heartbeat({ view, vitals, now }: Omit<CountersProps, "onShow">) {
  const heard = vitals.heartbeat ?? null;
  if (heard === null || view.where === "kernel" || !ALIVE.includes(view.status)) return null;
  const age = Math.max(0, now - heard);
  return (
    <li class="csw-counter-next" title={utc(heard)}>
      last heard{" "}
      <b class={age > 120_000 ? "csw-wait" : ""}>{age < 2 * BEAT_MS ? "just now" : `${duration(age)} ago`}</b>
    </li>
  );
}

/** Never rounded up to a whole that it is not. */
const share = (part: number, all: number) => Math.floor((100 * part) / all);

// The numbers of an instance: what is next, what goes on, what went wrong.
import type { InstanceHead, Vitals } from "../messages";
import { duration, relative, utc } from "../state/format";
import { ALIVE } from "./status";

interface CountersProps {
  view: InstanceHead;
  vitals: Vitals;
  now: number;
}

const BEAT_MS = 10_000; // the heartbeat is that exact

export function Counters({ view, vitals, now }: CountersProps) {
  const { running = 0, queued = 0, failed_day: failed = 0, ended_day: ended = 0 } = vitals;
  return (
    <ul class="csw-counters" aria-label="Counters">
      <Next view={view} vitals={vitals} now={now} />
      <Counter name="running" count={running} tone={running ? "csw-busy" : ""} />
      <Counter name="queued" count={queued} tone={queued ? "csw-wait" : ""} />
      <Counter name="failed in 24 h" count={failed} tone={failed ? "csw-bad" : ""} />
      {ended > 0 ? (
        <Counter name={`of ${ended} ended well`} count={`${share(ended - failed, ended)} %`} tone="" />
      ) : null}
      <Counter name={view.runs === 1 ? "run in all" : "runs in all"} count={view.runs} tone="" />
      <Heartbeat view={view} vitals={vitals} now={now} />
    </ul>
  );
}

function Counter({ name, count, tone }: { name: string; count: number | string; tone: string }) {
  return (
    <li>
      <b class={tone}>{count}</b> {name}
    </li>
  );
}

function Next({ view, vitals, now }: CountersProps) {
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
    <li title={utc(next)}>
      next run <b>{next <= now ? "due now" : relative(next, now)}</b>
    </li>
  );
}

/** How long ago the instance was heard of; not told for one of this kernel, which is heard all the time. */
function Heartbeat({ view, vitals, now }: CountersProps) {
  const heard = vitals.heartbeat ?? null;
  if (heard === null || view.where === "kernel" || !ALIVE.includes(view.status)) return null;
  const age = Math.max(0, now - heard);
  return (
    <li title={utc(heard)}>
      heard of <b class={age > 120_000 ? "csw-wait" : ""}>{age < 2 * BEAT_MS ? "just now" : `${duration(age)} ago`}</b>
    </li>
  );
}

/** Never rounded up to a whole that it is not. */
const share = (part: number, all: number) => Math.floor((100 * part) / all);

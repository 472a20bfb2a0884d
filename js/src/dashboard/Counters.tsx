// The counters of an instance: next run, running, queued and failed runs, heartbeat.
import type { InstanceHead, Vitals } from "../messages/dashboard";
import { formatDuration, formatUtc, relativeTime } from "../state/format";

interface CountersProps {
  view: InstanceHead;
  vitals: Vitals;
  /** The number of all runs. */
  runs: number;
  now: number;
  /** Shows the executed runs of a status; with `since`, only those that ended after that time. */
  onShow: (status: string, since: number | null) => void;
}

const DAY_MS = 86_400_000;
const HEARTBEAT_MS = 10_000; // the kernel tells the last sign of life with this precision
const HEARD = ["running", "paused"]; // statuses of an instance that gives signs of life

export function Counters({ view, vitals, runs, now, onShow }: CountersProps) {
  const { running = 0, queued = 0, failed_day: failed = 0, ended_day: ended = 0 } = vitals;
  return (
    <ul class="csw-counters" aria-label="Counters">
      <NextRunCounter view={view} vitals={vitals} now={now} />
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
          count={`${percent(ended - failed, ended)} %`}
          tone=""
        />
      ) : null}
      <Counter name={runs === 1 ? "run in all" : "runs in all"} count={runs} tone="" />
      <HeartbeatCounter view={view} vitals={vitals} now={now} />
    </ul>
  );
}

interface CounterProps {
  name: string;
  count: number | string;
  tone: string;
  /** If given, a counter that is not zero is a button. */
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

function NextRunCounter({ view, vitals, now }: Omit<CountersProps, "onShow" | "runs">) {
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
    <li class="csw-counter-next" title={formatUtc(next)}>
      next run <b>{next <= now ? "due now" : relativeTime(next, now)}</b>
    </li>
  );
}

/**
 * How long ago the last sign of life was. Hidden for an instance of this kernel, which is always in contact, and for a
 * silent one, whose banner says it.
 */
function HeartbeatCounter({ view, vitals, now }: Omit<CountersProps, "onShow" | "runs">) {
  const lastHeartbeat = vitals.heartbeat ?? null;
  if (lastHeartbeat === null || view.where === "kernel" || !HEARD.includes(view.status)) return null;
  const age = Math.max(0, now - lastHeartbeat);
  return (
    <li class="csw-counter-next" title={formatUtc(lastHeartbeat)}>
      last heard <b>{age < 2 * HEARTBEAT_MS ? "just now" : `${formatDuration(age)} ago`}</b>
    </li>
  );
}

/** Rounds down, so that 100 % means all. */
const percent = (part: number, all: number) => Math.floor((100 * part) / all);

// A dialog with the last lines of a run's console, read again every five seconds while it is open.

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { DashboardTraits } from "../messages/dashboard";
import type { LogLine } from "../messages/log";
import type { ExecutedRow } from "../messages/tables";
import { useTrait, type ViewModel } from "../model";
import { removeStrayMarks } from "../state/bidi";
import { formatTime } from "../state/format";
import { useTimeFormat } from "../state/timeFormat";
import { Dialog } from "../ui/Dialog";
import { Empty, TaskLink } from "../ui/parts";
import { WAITS_FOR_CELL } from "./CommandButton";

const REFRESH_MS = 5000;

interface ConsoleProps {
  model: ViewModel<DashboardTraits>;
  row: ExecutedRow;
  now: number;
  onClose: () => void;
}

export function ConsoleDialog({ model, row, now, onClose }: ConsoleProps) {
  const { lines, error, waitsForCell } = useConsole(model, row.task);
  const { web } = useTrait(model, "connection");
  return (
    <Dialog
      title={
        <>
          Log of <bdi>{row.name}</bdi>
        </>
      }
      size="large"
      onClose={onClose}
    >
      <p class="csw-muted">
        The last lines of its console, as the server has them. All of it:{" "}
        <TaskLink web={web} id={row.task}>
          task {row.task.slice(0, 8)}
        </TaskLink>
      </p>
      {error ? (
        <p class="csw-note csw-note-error" role="alert">
          {error}
        </p>
      ) : null}
      {lines === null ? (
        <p class="csw-loading" role="status">
          {waitsForCell ? `It ${WAITS_FOR_CELL} …` : "Reading …"}
        </p>
      ) : lines.length === 0 ? (
        <Empty title="Nothing was written yet">
          {row.status === "queued" ? "It waits in its queue for an agent." : "The task has printed nothing so far."}
        </Empty>
      ) : (
        <Lines lines={lines} now={now} />
      )}
    </Dialog>
  );
}

const END_TOLERANCE = 8; // pixels from the end at which the view still counts as scrolled to the end

/** Starts scrolled to the end, where a run prints its result, and follows new lines until the user scrolls away. */
function Lines({ lines, now }: { lines: readonly LogLine[]; now: number }) {
  const { utc } = useTimeFormat();
  const box = useRef<HTMLDivElement>(null);
  const follow = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: new lines are what scrolls
  useLayoutEffect(() => {
    if (box.current && follow.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines]);
  const onScroll = ({ currentTarget: area }: { currentTarget: HTMLDivElement }) => {
    follow.current = area.scrollHeight - area.scrollTop - area.clientHeight < END_TOLERANCE;
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard
    <div ref={box} class="csw-log csw-console" role="log" aria-label="Console" tabIndex={0} onScroll={onScroll}>
      {lines.map((line, index) => (
        <p key={index} class={`csw-line csw-line-${line.level}`}>
          <time>{formatTime(line.time, now, utc)}</time>
          <span class="csw-level">{line.level}</span>
          <span>{removeStrayMarks(line.text)}</span>
        </p>
      ))}
    </div>
  );
}

function useConsole(model: ViewModel<DashboardTraits>, run: string) {
  const [lines, setLines] = useState<LogLine[] | null>(null);
  const [error, setError] = useState("");
  const [waitsForCell, setWaitsForCell] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let open = true;
    const read = async () => {
      let accepted = false;
      const onAccepted = () => {
        accepted = true; // the kernel has the request, so from now on the server is slow
        setWaitsForCell(false);
      };
      try {
        const options = { onSlow: () => setWaitsForCell(!accepted), onAccepted };
        const answer = await model.request<{ lines: LogLine[] }>("console", { run }, options);
        if (open) setLines(answer.lines);
        setError("");
      } catch (reason) {
        setError(reason instanceof Error ? reason.message : String(reason));
      }
      if (open) timer = setTimeout(() => void read(), REFRESH_MS);
    };
    void read();
    return () => {
      open = false;
      clearTimeout(timer);
    };
  }, [model, run]);
  return { lines, error, waitsForCell };
}

// The log of an instance, with a filter by level, a text search and a button to copy it.

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { LogLine } from "../messages/log";
import { removeStrayMarks } from "../state/bidi";
import { formatTime, formatUtc } from "../state/format";
import { filterLines, isOfAgent, type Level, type LogStore, linesToText, schedulerLines } from "../state/log";
import { splitLine } from "../state/logLine";
import { useTimeFormat } from "../state/timeFormat";
import { copyText } from "../ui/clipboard";
import { CheckBox, SelectField, TextField } from "../ui/fields";
import { Icon } from "../ui/icons";
import { Button, Empty, TaskLink } from "../ui/parts";
import { useStore } from "../ui/useStore";

const PAGE_LINES = 300; // lines that are rendered at first; a button adds more

const LEVELS = [
  ["scheduler", "All levels"],
  ["warning", "Warnings and errors"],
  ["error", "Errors only"],
] as const;
const WITH_AGENT = ["all", "With the agent's lines"] as const;

interface LogProps {
  store: LogStore;
  /** Whether the instance has failed: only the agent may know why it could not even begin. */
  failed: boolean;
  web: string | undefined;
  now: number;
}

export function Log({ store, failed, web, now }: LogProps) {
  const log = useStore(store);
  const [chosen, setLevel] = useState<Level | null>(null);
  const [text, setText] = useState("");
  const [follow, setFollow] = useState(true);
  const [pages, setPages] = useState(1);
  const { lines } = log;
  const hasAgent = useMemo(() => lines.some(isOfAgent), [lines]);
  const level = chosen ?? (failed && hasAgent ? "all" : "scheduler");
  const filtered = level === "warning" || level === "error" || text.trim() !== "";
  useEffect(() => {
    if (filtered) void store.loadAll(); // the text may be in lines that are not loaded yet
  }, [store, filtered]);
  // There may be very many lines, and `now` changes every second.
  const matching = useMemo(() => {
    if (filtered) return filterLines(lines, level, text);
    return level === "all" ? lines : schedulerLines(lines);
  }, [filtered, lines, level, text]);
  const shown = useMemo(() => matching.slice(-pages * PAGE_LINES), [matching, pages]);
  // Of the lines that the kernel still has, it is not known how many are the agent's.
  const uncounted = hasAgent && level === "scheduler" && log.inKernel > 0;
  const hidden = matching.length - shown.length + (filtered || uncounted ? 0 : log.inKernel);
  const more = () => {
    if (log.loading) return;
    setFollow(false);
    setPages(pages + 3);
    if (shown.length + 3 * PAGE_LINES > matching.length) void store.loadOlder();
  };
  const total = (filtered ? lines : matching).length + (uncounted ? 0 : log.inKernel);
  return (
    <section class="csw-section">
      <div class="csw-section-head">
        <h4>
          Log{" "}
          <span class="csw-count" title={log.hasMore ? "There may be earlier lines on the server" : ""}>
            {total.toLocaleString("en")}
            {log.hasMore || uncounted ? "+" : ""}
          </span>
        </h4>
        {total === 0 && !hasAgent ? null : (
          <div class="csw-row csw-log-tools">
            <SelectField
              label="Level"
              value={level}
              options={hasAgent ? [...LEVELS, WITH_AGENT] : LEVELS}
              onInput={(value) => setLevel(value as Level)}
            />
            <TextField label="Search the log" placeholder="Search" value={text} onInput={setText} />
            <CheckBox label="Follow" checked={follow} onInput={setFollow} />
            <CopyButton lines={matching} all={!log.hasMore && log.inKernel === 0} />
          </div>
        )}
      </div>
      {total === 0 ? (
        <Empty title="The log is empty">Every launch, skip and error is written here.</Empty>
      ) : (
        <Lines
          {...{ lines: shown, hidden, follow, web, now }}
          first={filtered ? 0 : log.first + lines.length - shown.length}
          more={hidden > 0 || uncounted || (log.hasMore && !filtered)}
          reading={log.loading}
          onFollow={setFollow}
          onMore={more}
        />
      )}
      {log.problem ? (
        <p class="csw-note csw-note-error" role="alert">
          Earlier lines could not be read: {log.problem}
        </p>
      ) : null}
      {filtered ? <SearchStatus store={log} found={matching.length} total={total} /> : null}
    </section>
  );
}

interface SearchStatusProps {
  store: LogStore;
  found: number;
  total: number;
}

/** Says which lines were searched, with a button to search the lines that are still on the server. */
function SearchStatus({ store, found, total }: SearchStatusProps) {
  return (
    <div class="csw-row">
      <p class="csw-note" role="status">
        {found.toLocaleString("en")} of {total.toLocaleString("en")} lines
        {store.hasMore ? "; earlier lines are on the server and were not searched" : ""}
      </p>
      {!store.hasMore ? null : store.loading ? (
        <Button onClick={() => store.stop()}>Reading … Stop</Button>
      ) : (
        <Button onClick={() => void store.loadAll(true)}>Search them too</Button>
      )}
    </div>
  );
}

interface LinesProps {
  lines: readonly LogLine[];
  /** The number of the first of these lines. */
  first: number;
  hidden: number;
  /** Whether there are, or may be, earlier lines. */
  more: boolean;
  reading: boolean;
  follow: boolean;
  web: string | undefined;
  now: number;
  onFollow: (follow: boolean) => void;
  onMore: () => void;
}

const NEAR_TOP = 40; // pixels
const QUARTER_MS = 900_000; // a day starts at a quarter of an hour in every time zone

function Lines({ lines, first, hidden, more, reading, follow, web, now, onFollow, onMore }: LinesProps) {
  const box = useRef<HTMLDivElement>(null);
  const before = useRef({ first, height: 0 });
  const { utc: inUtc } = useTimeFormat();
  const newest = lines.at(-1);
  const roundedNow = Math.floor(now / QUARTER_MS) * QUARTER_MS; // the line times only depend on the day of `now`
  const rendered = useMemo(
    () => lines.map((line, index) => <Line key={first + index} {...{ line, web, inUtc }} now={roundedNow} />),
    [lines, first, web, inUtc, roundedNow],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new line is what scrolls
  useLayoutEffect(() => {
    if (box.current && follow) box.current.scrollTop = box.current.scrollHeight;
  }, [newest, lines.length, follow]);
  useLayoutEffect(() => {
    const area = box.current;
    if (area === null) return;
    // Keeps the lines in view in place when earlier ones are inserted above them.
    if (!follow && first < before.current.first) area.scrollTop += area.scrollHeight - before.current.height;
    before.current = { first, height: area.scrollHeight };
  });
  useEffect(() => {
    const area = box.current;
    if (area === null || !follow) return;
    // The area has no height before the host shows it, and its height changes with the width.
    const watch = new ResizeObserver(() => {
      area.scrollTop = area.scrollHeight;
    });
    watch.observe(area);
    return () => watch.disconnect();
  }, [follow]);
  const onScroll = (event: { currentTarget: HTMLDivElement }) => {
    const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
    const atEnd = scrollHeight - scrollTop - clientHeight < 8;
    if (atEnd !== follow) onFollow(atEnd);
    if (!atEnd && more && scrollTop < NEAR_TOP) onMore();
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard
    <div ref={box} class="csw-log" role="log" aria-label="Log" tabIndex={0} onScroll={onScroll}>
      {more ? (
        <Button kind="quiet" onClick={onMore}>
          {reading ? "Reading earlier lines …" : "Show earlier lines"}
          {!reading && hidden > 0 ? ` (${hidden.toLocaleString("en")} more)` : ""}
        </Button>
      ) : null}
      {lines.length === 0 ? <p class="csw-muted">No line matches.</p> : null}
      {rendered}
    </div>
  );
}

interface LineProps {
  web: string | undefined;
  now: number;
  inUtc: boolean;
}

function Line({ line, ...rest }: LineProps & { line: LogLine }) {
  return (
    <p class={`csw-line csw-line-${line.level}`}>
      <time title={formatUtc(line.time)}>{formatTime(line.time, rest.now, rest.inUtc)}</time>
      <span class="csw-level">{line.level}</span>
      <span>
        <LineText text={removeStrayMarks(line.text)} {...rest} />
      </span>
    </p>
  );
}

function LineText({ text, web, now, inUtc }: LineProps & { text: string }) {
  return (
    <>
      {splitLine(text).map((piece, index) =>
        typeof piece === "string" ? (
          piece
        ) : "task" in piece ? (
          <TaskLink key={index} web={web} id={piece.task}>
            {piece.task.slice(0, 8)}
          </TaskLink>
        ) : (
          <time key={index} dateTime={new Date(piece.at).toISOString()} title={formatUtc(piece.at)}>
            {formatTime(piece.at, now, inUtc)}
          </time>
        ),
      )}
    </>
  );
}

/** `all`: whether `lines` was selected from all lines that exist. */
function CopyButton({ lines, all }: { lines: readonly LogLine[]; all: boolean }) {
  const [status, setStatus] = useState("");
  const copy = async () => {
    const done = await copyText(linesToText(lines));
    const count = lines.length === 1 ? "1 line copied" : `${lines.length.toLocaleString("en")} lines copied`;
    setStatus(done ? count + (all ? "" : "; earlier ones are not shown yet") : "The browser does not let us copy");
    setTimeout(() => setStatus(""), 4000);
  };
  return (
    <>
      <Button onClick={() => void copy()}>
        <Icon name="copy" /> Copy
      </Button>
      <span class="csw-note" role="status">
        {status}
      </span>
    </>
  );
}

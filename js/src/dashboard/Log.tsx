// What the scheduler did, line by line: by level, by text, the newest in sight, to copy.

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { LogLine } from "../messages/log";
import { neutral } from "../state/bidi";
import { clock, utc } from "../state/format";
import { asText, type Level, type LogStore, matching } from "../state/log";
import { pieces } from "../state/logText";
import { useTimes } from "../state/times";
import { copyText } from "../ui/clipboard";
import { CheckBox, SelectField, TextField } from "../ui/fields";
import { Icon } from "../ui/icons";
import { Button, Empty, TaskLink } from "../ui/parts";
import { useStore } from "../ui/useStore";

const PAGE = 300; // lines in the document at first; a press shows more

const LEVELS = [
  ["all", "All levels"],
  ["warning", "Warnings and errors"],
  ["error", "Errors only"],
] as const;

interface LogProps {
  store: LogStore;
  web: string | undefined;
  now: number;
}

export function Log({ store, web, now }: LogProps) {
  const log = useStore(store);
  const [level, setLevel] = useState<Level>("all");
  const [text, setText] = useState("");
  const [follow, setFollow] = useState(true);
  const [pages, setPages] = useState(1);
  const filtered = level !== "all" || text.trim() !== "";
  useEffect(() => {
    if (filtered) void store.oldest(); // what is looked for may be in lines that are not here yet
  }, [store, filtered]);
  const { lines } = log;
  // There may be very many lines, and the present is renewed every second.
  const found = useMemo(() => (filtered ? matching(lines, level, text) : lines), [filtered, lines, level, text]);
  const shown = useMemo(() => found.slice(-pages * PAGE), [found, pages]);
  const hidden = found.length - shown.length + (filtered ? 0 : log.before);
  const more = () => {
    if (log.reading) return;
    setFollow(false);
    setPages(pages + 3);
    if (shown.length + 3 * PAGE > found.length) void store.older();
  };
  const total = log.lines.length + log.before;
  return (
    <section class="csw-section">
      <div class="csw-section-head">
        <h4>
          Log{" "}
          <span class="csw-count" title={log.more ? "There may be earlier lines on the server" : ""}>
            {total.toLocaleString("en")}
            {log.more ? "+" : ""}
          </span>
        </h4>
        {total === 0 ? null : (
          <div class="csw-row csw-log-tools">
            <SelectField label="Level" value={level} options={LEVELS} onInput={(value) => setLevel(value as Level)} />
            <TextField label="Search the log" placeholder="Search" value={text} onInput={setText} />
            <CheckBox label="Follow" checked={follow} onInput={setFollow} />
            <Copy lines={found} all={!log.more && log.before === 0} />
          </div>
        )}
      </div>
      {total === 0 ? (
        <Empty title="The log is empty">Every launch, skip and error is written here.</Empty>
      ) : (
        <Lines
          {...{ lines: shown, hidden, follow, web, now }}
          first={filtered ? 0 : log.first + found.length - shown.length}
          more={hidden > 0 || (log.more && !filtered)}
          reading={log.reading}
          onFollow={setFollow}
          onMore={more}
        />
      )}
      {log.problem ? (
        <p class="csw-note csw-note-error" role="alert">
          Earlier lines could not be read: {log.problem}
        </p>
      ) : null}
      {filtered ? <Searched store={log} found={found.length} total={total} /> : null}
    </section>
  );
}

interface SearchedProps {
  store: LogStore;
  found: number;
  total: number;
}

/** What was searched; what is on the server only if the user wants that read. */
function Searched({ store, found, total }: SearchedProps) {
  return (
    <div class="csw-row">
      <p class="csw-note" role="status">
        {found.toLocaleString("en")} of {total.toLocaleString("en")} lines
        {store.more ? "; earlier lines are on the server and were not searched" : ""}
      </p>
      {!store.more ? null : store.reading ? (
        <Button onClick={() => store.stop()}>Reading … Stop</Button>
      ) : (
        <Button onClick={() => void store.oldest(true)}>Search them too</Button>
      )}
    </div>
  );
}

interface LinesProps {
  lines: readonly LogLine[];
  /** The number of the first of them. */
  first: number;
  hidden: number;
  /** Whether there are, or may be, earlier ones. */
  more: boolean;
  reading: boolean;
  follow: boolean;
  web: string | undefined;
  now: number;
  onFollow: (follow: boolean) => void;
  onMore: () => void;
}

const NEAR_TOP = 40; // pixels
const QUARTER_MS = 900_000; // in every zone the day begins with one

function Lines({ lines, first, hidden, more, reading, follow, web, now, onFollow, onMore }: LinesProps) {
  const box = useRef<HTMLDivElement>(null);
  const before = useRef({ first, height: 0 });
  const { utc: inUtc } = useTimes();
  const newest = lines.at(-1);
  const quarter = Math.floor(now / QUARTER_MS) * QUARTER_MS; // of the present, only the day matters
  const drawn = useMemo(
    () => lines.map((line, index) => <Line key={first + index} {...{ line, web, inUtc }} now={quarter} />),
    [lines, first, web, inUtc, quarter],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new line is what scrolls
  useLayoutEffect(() => {
    if (box.current && follow) box.current.scrollTop = box.current.scrollHeight;
  }, [newest, lines.length, follow]);
  useLayoutEffect(() => {
    const area = box.current;
    if (area === null) return;
    // Earlier lines push down those that one is reading.
    if (!follow && first < before.current.first) area.scrollTop += area.scrollHeight - before.current.height;
    before.current = { first, height: area.scrollHeight };
  });
  useEffect(() => {
    const area = box.current;
    if (area === null || !follow) return;
    // It has no height before the host shows it, and other lines when its width changes.
    const watch = new ResizeObserver(() => {
      area.scrollTop = area.scrollHeight;
    });
    watch.observe(area);
    return () => watch.disconnect();
  }, [follow]);
  const scrolled = (event: { currentTarget: HTMLDivElement }) => {
    const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
    const atEnd = scrollHeight - scrollTop - clientHeight < 8;
    if (atEnd !== follow) onFollow(atEnd);
    if (!atEnd && more && scrollTop < NEAR_TOP) onMore();
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard
    <div ref={box} class="csw-log" role="log" aria-label="Log" tabIndex={0} onScroll={scrolled}>
      {more ? (
        <Button kind="quiet" onClick={onMore}>
          {reading ? "Reading earlier lines …" : "Show earlier lines"}
          {!reading && hidden > 0 ? ` (${hidden.toLocaleString("en")} more)` : ""}
        </Button>
      ) : null}
      {lines.length === 0 ? <p class="csw-muted">No line matches.</p> : null}
      {drawn}
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
      <time title={utc(line.time)}>{clock(line.time, rest.now, rest.inUtc)}</time>
      <span class="csw-level">{line.level}</span>
      <span>
        <LineText text={neutral(line.text)} {...rest} />
      </span>
    </p>
  );
}

function LineText({ text, web, now, inUtc }: LineProps & { text: string }) {
  return (
    <>
      {pieces(text).map((piece, index) =>
        typeof piece === "string" ? (
          piece
        ) : "task" in piece ? (
          <TaskLink key={index} web={web} id={piece.task}>
            {piece.task.slice(0, 8)}
          </TaskLink>
        ) : (
          <time key={index} dateTime={new Date(piece.at).toISOString()} title={utc(piece.at)}>
            {clock(piece.at, now, inUtc)}
          </time>
        ),
      )}
    </>
  );
}

/** `all` says whether these were taken from all lines that there are. */
function Copy({ lines, all }: { lines: readonly LogLine[]; all: boolean }) {
  const [said, setSaid] = useState("");
  const copy = async () => {
    const done = await copyText(asText(lines));
    const count = lines.length === 1 ? "1 line copied" : `${lines.length.toLocaleString("en")} lines copied`;
    setSaid(done ? count + (all ? "" : "; earlier ones are not shown yet") : "The browser does not let us copy");
    setTimeout(() => setSaid(""), 4000);
  };
  return (
    <>
      <Button onClick={() => void copy()}>
        <Icon name="copy" /> Copy
      </Button>
      <span class="csw-note" role="status">
        {said}
      </span>
    </>
  );
}

// What the scheduler did, line by line: by level, by text, the newest in sight, to copy.

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { LogLine } from "../messages/log";
import { neutral } from "../state/bidi";
import { clock, utc } from "../state/format";
import { asText, type Level, type LogStore, matching } from "../state/log";
import { useTimes } from "../state/times";
import { copyText } from "../ui/clipboard";
import { CheckBox, SelectField, TextField } from "../ui/fields";
import { Icon } from "../ui/icons";
import { Button, Empty } from "../ui/parts";
import { useStore } from "../ui/useStore";

const PAGE = 300; // lines in the document at first; a press shows more

const LEVELS = [
  ["all", "All levels"],
  ["warning", "Warnings and errors"],
  ["error", "Errors only"],
] as const;

export function Log({ store, now }: { store: LogStore; now: number }) {
  const log = useStore(store);
  const [level, setLevel] = useState<Level>("all");
  const [text, setText] = useState("");
  const [follow, setFollow] = useState(true);
  const [pages, setPages] = useState(1);
  const filtered = level !== "all" || text.trim() !== "";
  useEffect(() => {
    if (filtered) void store.older(true); // what is looked for may be in lines that are not here yet
  }, [store, filtered]);
  const found = filtered ? matching(log.lines, level, text) : log.lines;
  const shown = found.slice(-pages * PAGE);
  const hidden = found.length - shown.length + (filtered ? 0 : log.before);
  const more = () => {
    setFollow(false);
    setPages(pages + 3);
    if (shown.length + 3 * PAGE > found.length) void store.older();
  };
  const total = log.lines.length + log.before;
  return (
    <section class="csw-section">
      <div class="csw-section-head">
        <h4>
          Log <span class="csw-count">{total.toLocaleString("en")}</span>
        </h4>
        {total === 0 ? null : (
          <div class="csw-row csw-log-tools">
            <SelectField label="Level" value={level} options={LEVELS} onInput={(value) => setLevel(value as Level)} />
            <TextField label="Search the log" placeholder="Search" value={text} onInput={setText} />
            <CheckBox label="Follow" checked={follow} onInput={setFollow} />
            <Copy lines={found} />
          </div>
        )}
      </div>
      {total === 0 ? (
        <Empty title="The log is empty">Every launch, skip and error is written here.</Empty>
      ) : (
        <Lines {...{ lines: shown, hidden, follow, now }} onFollow={setFollow} onMore={more} />
      )}
      {filtered ? (
        <p class="csw-note" role="status">
          {found.length.toLocaleString("en")} of {total.toLocaleString("en")} lines
        </p>
      ) : null}
    </section>
  );
}

interface LinesProps {
  lines: readonly LogLine[];
  hidden: number;
  follow: boolean;
  now: number;
  onFollow: (follow: boolean) => void;
  onMore: () => void;
}

function Lines({ lines, hidden, follow, now, onFollow, onMore }: LinesProps) {
  const box = useRef<HTMLDivElement>(null);
  const { utc: inUtc } = useTimes();
  const newest = lines.at(-1);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new line is what scrolls
  useLayoutEffect(() => {
    if (box.current && follow) box.current.scrollTop = box.current.scrollHeight;
  }, [newest, lines.length, follow]);
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
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard
    <div ref={box} class="csw-log" role="log" aria-label="Log" tabIndex={0} onScroll={scrolled}>
      {hidden > 0 ? (
        <Button kind="quiet" onClick={onMore}>
          Show earlier lines ({hidden.toLocaleString("en")} more)
        </Button>
      ) : null}
      {lines.length === 0 ? <p class="csw-muted">No line matches.</p> : null}
      {lines.map((line, index) => (
        <p key={index} class={`csw-line csw-line-${line.level}`}>
          <time title={utc(line.time)}>{clock(line.time, now, inUtc)}</time>
          <span class="csw-level">{line.level}</span>
          <span>{neutral(line.text)}</span>
        </p>
      ))}
    </div>
  );
}

function Copy({ lines }: { lines: readonly LogLine[] }) {
  const [said, setSaid] = useState("");
  const copy = async () => {
    const done = await copyText(asText(lines));
    setSaid(done ? `${lines.length.toLocaleString("en")} lines copied` : "The browser does not let us copy");
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

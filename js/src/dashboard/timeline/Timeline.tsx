// The timeline of an instance: one lane per item, bars for past runs, marks for future runs; with mouse and keyboard.
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { DashboardTraits, InstanceHead } from "../../messages/dashboard";
import type { TimelineData } from "../../messages/timeline";
import { useTrait, type ViewModel } from "../../model";
import { serverNow } from "../../state/clock";
import { formatTime } from "../../state/format";
import { useTimeFormat } from "../../state/timeFormat";
import { useUid } from "../../ui/fields";
import { Button, Fold } from "../../ui/parts";
import { useWidth } from "../../ui/useWidth";
import { barsByItem } from "./bars";
import { Axis, Chart, type HoverTarget, keyOf, LaneLabels, Legend } from "./Chart";
import { timestampText } from "./describe";
import { keyMove, neighbourKey } from "./keys";
import { LaneTable } from "./LaneTable";
import { layOutLanes, type PlacedBar } from "./layout";
import { followingWindow, lengthOf, SPANS, shiftRange, type TimelineWindow, type TimeRange, zoomWindow } from "./scale";
import { Tooltip } from "./Tooltip";
import { useDrag } from "./useDrag";
import { type RequestState, useWindow } from "./useWindow";

interface TimelineProps {
  model: ViewModel<DashboardTraits>;
  view: InstanceHead;
  now: number;
  /** Shows the row of a run in the table of executed tasks. */
  onRun: (run: string) => void;
}

export function Timeline(props: TimelineProps) {
  const data = useTrait(props.model, "timeline");
  if (!("id" in data)) return null;
  return <LoadedTimeline {...props} data={data as TimelineData} />;
}

function LoadedTimeline({ model, data, view, now: exactNow, onRun }: TimelineProps & { data: TimelineData }) {
  const live = useTrait(model, "timeline_live");
  const id = useUid();
  const { utc } = useTimeFormat();
  const [frame, width] = useWidth();
  const { window, setWindow, shown, asking } = useWindow(model, data, width, exactNow);
  const now = roundToPixel(exactNow, shown, width);
  const bars = useMemo(() => barsByItem(data, live), [data, live]);
  const lanes = useMemo(
    () => layOutLanes(data, bars, { start: shown.start, end: shown.end }, Math.max(1, width), now),
    [data, bars, shown.start, shown.end, width, now],
  );
  const [hoverTarget, setHoverTarget] = useState<HoverTarget | null>(null);
  const [current, setCurrent] = useState("");
  const change = useCallback(
    (next: TimelineWindow) => {
      setHoverTarget(null);
      setWindow(next);
    },
    [setWindow],
  );
  const zoom = (factor: number, around = window.follow ? now : (shown.start + shown.end) / 2) =>
    change(zoomWindow(window, shown, factor, around, now));
  const latest = useRef(onRun);
  latest.current = onRun;
  const press = useCallback(
    (placed: PlacedBar) => (placed.bar.run ? latest.current(placed.bar.run) : change(windowAround(placed))),
    [change],
  );
  const drag = useDrag(shown, width, change);
  useWheel(frame, (x, factor, shift) => {
    if (factor !== 1) zoom(factor, shown.start + (x / width) * lengthOf(shown));
    else change({ ...shiftRange(shown, (shift / width) * lengthOf(shown)), follow: false });
  });
  const keys = lanes.flatMap((lane) => lane.bars.map(keyOf));
  const tabStop = keys.includes(current) ? current : (keys[0] ?? "");
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") setHoverTarget(null);
    const on = (event.target as Element).closest("[data-key]")?.getAttribute("data-key");
    const plain = !(event.shiftKey || event.ctrlKey || event.altKey || event.metaKey);
    const next = on && plain ? neighbourKey(lanes, on, event.key) : null;
    const move = next ? null : keyMove(event);
    if (next === null && move === null) return;
    event.preventDefault();
    if (next) {
      setCurrent(next);
      focusOn(event.currentTarget as Element, next);
    } else if (move?.zoom) zoom(move.zoom);
    else if (move?.home) change(followingWindow(lengthOf(window)));
    else if (move?.by) change({ ...shiftRange(shown, move.by * lengthOf(shown)), follow: false });
  };
  return (
    <section class="csw-section csw-tl">
      <div class="csw-tl-bar-top">
        <h4>Timeline</h4>
        <Toolbar window={window} shown={shown} utc={utc} onChange={change} onZoom={zoom} />
        <Status asking={asking} reading={readingText(view, shown, exactNow, utc)} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the keys that zoom and move work here */}
      {/* biome-ignore lint/a11y/useSemanticElements: no set of fields */}
      <div class="csw-tl-frame" role="group" aria-label={label(lanes, shown, utc)} tabIndex={0} onKeyDown={onKeyDown}>
        <div class="csw-tl-scroll">
          <div class="csw-tl-grid-box">
            <div class="csw-tl-corner" />
            <div class="csw-tl-axis-box">{width > 0 ? <Axis {...{ shown, width, now, utc }} /> : null}</div>
            <LaneLabels lanes={lanes} />
            <div ref={frame} class="csw-tl-chart-box" {...drag}>
              {width > 0 ? (
                <Chart
                  {...{ id, lanes, shown, width, now, utc }}
                  current={tabStop}
                  onPoint={setHoverTarget}
                  onPress={press}
                />
              ) : null}
            </div>
          </div>
        </div>
        {hoverTarget ? <Tooltip {...{ pointed: hoverTarget, now, utc }} /> : null}
      </div>
      <div class="csw-tl-foot">
        <Legend id={id} />
        <Fold title="Timeline as a table">
          <LaneTable lanes={lanes} shown={shown} now={now} utc={utc} />
        </Fold>
      </div>
    </section>
  );
}

/** Rounds `now` down to what one pixel shows, so that nothing is redrawn in between. */
function roundToPixel(now: number, shown: TimeRange, width: number): number {
  const step = Math.max(1000, lengthOf(shown) / Math.max(1, width));
  return Math.floor(now / step) * step;
}

/** A window around a group of runs, with a margin on both sides. */
function windowAround({ bar }: PlacedBar): TimelineWindow {
  const end = bar.end ?? serverNow();
  const room = Math.max(60_000, (end - bar.start) * 0.25);
  return { start: Math.round(bar.start - room), end: Math.round(Math.max(end, bar.start) + room), follow: false };
}

function focusOn(root: Element, key: string): void {
  const found = [...root.querySelectorAll<SVGElement>("[data-key]")].find((each) => each.dataset.key === key);
  found?.focus();
}

function label(lanes: ReturnType<typeof layOutLanes>, shown: TimeRange, utc: boolean): string {
  const sum = (of: (lane: (typeof lanes)[number]) => number) => lanes.reduce((all, lane) => all + of(lane), 0);
  const runs = sum((lane) => lane.summary.runs);
  const failed = sum((lane) => lane.summary.counts.failed ?? 0);
  const period = `from ${timestampText(shown.start, utc).slice(0, 16)} to ${timestampText(shown.end, utc).slice(0, 16)}`;
  const [all, bad] = [runs, failed].map((count) => count.toLocaleString("en"));
  return `Timeline ${period}: ${all} ${runs === 1 ? "run" : "runs"}, ${bad} failed. Plus and minus zoom, the arrow keys move.`;
}

interface ToolbarProps {
  window: TimelineWindow;
  shown: TimeRange;
  utc: boolean;
  onChange: (window: TimelineWindow) => void;
  onZoom: (factor: number) => void;
}

function Toolbar({ window, shown, utc, onChange, onZoom }: ToolbarProps) {
  return (
    <div class="csw-row csw-tl-tools" role="toolbar" aria-label="Timeline">
      <div class="csw-segments">
        {SPANS.map(([text, length]) => (
          <button
            key={text}
            type="button"
            class="csw-tl-span"
            aria-pressed={window.follow && lengthOf(window) === length}
            onClick={() => onChange(followingWindow(length))}
          >
            {text}
          </button>
        ))}
      </div>
      <Button kind="quiet" label="Zoom out" onClick={() => onZoom(2)}>
        −
      </Button>
      <Button kind="quiet" label="Zoom in" onClick={() => onZoom(0.5)}>
        +
      </Button>
      {window.follow ? null : (
        <>
          <Button onClick={() => onChange(followingWindow(lengthOf(window)))}>Now</Button>
          <span class="csw-muted csw-tl-period">
            {timestampText(shown.start, utc).slice(0, 16)} – {timestampText(shown.end, utc).slice(0, 16)}
          </span>
        </>
      )}
    </div>
  );
}

const REQUEST_TEXTS: Record<RequestState, string> = {
  "": "",
  asking: "",
  waiting: "Waits for the running cell; what is known is shown meanwhile.",
};

/** Says which runs of the range are not read yet; empty if all are. */
function readingText({ whole, read_to: oldest }: InstanceHead, shown: TimeRange, now: number, utc: boolean): string {
  if (whole || (oldest !== null && oldest <= shown.start)) return "";
  return oldest === null
    ? "Older runs are still being read."
    : `Runs before ${formatTime(oldest, now, utc)} are still being read.`;
}

function Status({ asking, reading }: { asking: RequestState; reading: string }) {
  return (
    <p class="csw-note csw-tl-status" role="status">
      {[REQUEST_TEXTS[asking], reading].filter(Boolean).join(" ")}
    </p>
  );
}

/** Ctrl and the wheel zoom, a sideways wheel moves the timeline; anything else scrolls the page as usual. */
function useWheel(
  frame: { current: HTMLDivElement | null },
  act: (x: number, factor: number, shift: number) => void,
): void {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    const box = frame.current;
    if (box === null) return;
    const onWheel = (event: WheelEvent) => {
      const zooms = event.ctrlKey || event.metaKey;
      const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
      if (!zooms && !sideways) return;
      event.preventDefault();
      const x = event.clientX - box.getBoundingClientRect().left;
      latest.current(x, zooms ? 1.0015 ** event.deltaY : 1, zooms ? 0 : event.deltaX);
    };
    box.addEventListener("wheel", onWheel, { passive: false });
    return () => box.removeEventListener("wheel", onWheel);
  }, [frame]);
}

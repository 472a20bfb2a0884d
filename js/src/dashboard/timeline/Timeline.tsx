// The timeline: a lane for each item, past runs as bars, runs to come as marks. By pointer and by keyboard.
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { DashboardTraits, InstanceHead } from "../../messages/dashboard";
import type { TimelineData } from "../../messages/timeline";
import { useTrait, type ViewModel } from "../../model";
import { clock } from "../../state/format";
import { useTimes } from "../../state/times";
import { useUid } from "../../ui/fields";
import { Button, Fold } from "../../ui/parts";
import { useWidth } from "../../ui/useWidth";
import { byItem } from "./bars";
import { Axis, Chart, keyOf, LaneLabels, Legend, type Pointed } from "./Chart";
import { moment } from "./describe";
import { keyMove, neighbour } from "./keys";
import { LaneTable } from "./LaneTable";
import { laidOut, type PlacedBar } from "./layout";
import { following, lengthOf, moved, SPANS, type Stretch, type Window, zoomOf } from "./scale";
import { Tooltip } from "./Tooltip";
import { useDrag } from "./useDrag";
import { type Asking, useWindow } from "./useWindow";

interface TimelineProps {
  model: ViewModel<DashboardTraits>;
  view: InstanceHead;
  now: number;
  /** Shows a run's row. */
  onRun: (run: string) => void;
}

export function Timeline(props: TimelineProps) {
  const data = useTrait(props.model, "timeline");
  if (!("id" in data)) return null;
  return <Drawn {...props} data={data as TimelineData} />;
}

function Drawn({ model, data, view, now: exact, onRun }: TimelineProps & { data: TimelineData }) {
  const live = useTrait(model, "timeline_live");
  const id = useUid();
  const { utc } = useTimes();
  const [frame, width] = useWidth();
  const { window, setWindow, shown, asking } = useWindow(model, data, width, exact);
  const now = stepped(exact, shown, width);
  const bars = useMemo(() => byItem(data, live), [data, live]);
  const lanes = useMemo(
    () => laidOut(data, bars, { start: shown.start, end: shown.end }, Math.max(1, width), now),
    [data, bars, shown.start, shown.end, width, now],
  );
  const [pointed, setPointed] = useState<Pointed | null>(null);
  const [current, setCurrent] = useState("");
  const change = useCallback(
    (next: Window) => {
      setPointed(null);
      setWindow(next);
    },
    [setWindow],
  );
  const zoom = (factor: number, around = window.follow ? now : (shown.start + shown.end) / 2) =>
    change(zoomOf(window, shown, factor, around, now));
  const latest = useRef(onRun);
  latest.current = onRun;
  const press = useCallback(
    (placed: PlacedBar) => (placed.bar.run ? latest.current(placed.bar.run) : change(around(placed))),
    [change],
  );
  const drag = useDrag(shown, width, change);
  useWheel(frame, (x, factor, shift) => {
    if (factor !== 1) zoom(factor, shown.start + (x / width) * lengthOf(shown));
    else change({ ...moved(shown, (shift / width) * lengthOf(shown)), follow: false });
  });
  const keys = lanes.flatMap((lane) => lane.bars.map(keyOf));
  const tab = keys.includes(current) ? current : (keys[0] ?? "");
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") setPointed(null);
    const on = (event.target as Element).closest("[data-key]")?.getAttribute("data-key");
    const plain = !(event.shiftKey || event.ctrlKey || event.altKey || event.metaKey);
    const next = on && plain ? neighbour(lanes, on, event.key) : null;
    const move = next ? null : keyMove(event);
    if (next === null && move === null) return;
    event.preventDefault();
    if (next) {
      setCurrent(next);
      focusOn(event.currentTarget as Element, next);
    } else if (move?.zoom) zoom(move.zoom);
    else if (move?.home) change(following(lengthOf(window)));
    else if (move?.by) change({ ...moved(shown, move.by * lengthOf(shown)), follow: false });
  };
  return (
    <section class="csw-section csw-tl">
      <div class="csw-tl-bar-top">
        <h4>Timeline</h4>
        <Spans window={window} shown={shown} utc={utc} onChange={change} onZoom={zoom} />
        <Status asking={asking} reading={stillReading(view, shown, exact, utc)} />
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
                <Chart {...{ id, lanes, shown, width, now, utc }} current={tab} onPoint={setPointed} onPress={press} />
              ) : null}
            </div>
          </div>
        </div>
        {pointed ? <Tooltip {...{ pointed, now, utc }} /> : null}
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

/** The present in steps that can be seen: in between nothing is drawn anew. */
function stepped(now: number, shown: Stretch, width: number): number {
  const step = Math.max(1000, lengthOf(shown) / Math.max(1, width));
  return Math.floor(now / step) * step;
}

/** A window around a group, with some room on both sides. */
function around({ bar }: PlacedBar): Window {
  const end = bar.end ?? Date.now();
  const room = Math.max(60_000, (end - bar.start) * 0.25);
  return { start: Math.round(bar.start - room), end: Math.round(Math.max(end, bar.start) + room), follow: false };
}

function focusOn(root: Element, key: string): void {
  const found = [...root.querySelectorAll<SVGElement>("[data-key]")].find((each) => each.dataset.key === key);
  found?.focus();
}

function label(lanes: ReturnType<typeof laidOut>, shown: Stretch, utc: boolean): string {
  const sum = (of: (lane: (typeof lanes)[number]) => number) => lanes.reduce((all, lane) => all + of(lane), 0);
  const runs = sum((lane) => lane.summary.runs);
  const failed = sum((lane) => lane.summary.counts.failed ?? 0);
  const period = `from ${moment(shown.start, utc).slice(0, 16)} to ${moment(shown.end, utc).slice(0, 16)}`;
  const [all, bad] = [runs, failed].map((count) => count.toLocaleString("en"));
  return `Timeline ${period}: ${all} ${runs === 1 ? "run" : "runs"}, ${bad} failed. Plus and minus zoom, the arrow keys move.`;
}

interface SpansProps {
  window: Window;
  shown: Stretch;
  utc: boolean;
  onChange: (window: Window) => void;
  onZoom: (factor: number) => void;
}

function Spans({ window, shown, utc, onChange, onZoom }: SpansProps) {
  return (
    <div class="csw-row csw-tl-tools" role="toolbar" aria-label="Timeline">
      <div class="csw-segments">
        {SPANS.map(([text, length]) => (
          <button
            key={text}
            type="button"
            class="csw-tl-span"
            aria-pressed={window.follow && lengthOf(window) === length}
            onClick={() => onChange(following(length))}
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
          <Button onClick={() => onChange(following(lengthOf(window)))}>Now</Button>
          <span class="csw-muted csw-tl-period">
            {moment(shown.start, utc).slice(0, 16)} – {moment(shown.end, utc).slice(0, 16)}
          </span>
        </>
      )}
    </div>
  );
}

const TEXTS: Record<Asking, string> = {
  "": "",
  asking: "",
  waiting: "Waits for the running cell; what is known is shown meanwhile.",
};

/** Says of a stretch of time which of its runs are not there yet; nothing if all are. */
function stillReading({ whole, read_to: oldest }: InstanceHead, shown: Stretch, now: number, utc: boolean): string {
  if (whole || (oldest !== null && oldest <= shown.start)) return "";
  return oldest === null
    ? "Older runs are still being read."
    : `Runs before ${clock(oldest, now, utc)} are still being read.`;
}

function Status({ asking, reading }: { asking: Asking; reading: string }) {
  return (
    <p class="csw-note csw-tl-status" role="status">
      {[TEXTS[asking], reading].filter(Boolean).join(" ")}
    </p>
  );
}

/** Ctrl and the wheel zoom; a sideways wheel moves. Others scroll the page, as everywhere. */
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

// Draws the timeline as SVG: lanes with bars for past runs, marks for future runs, a line for the current time.
import { useMemo } from "preact/hooks";
import { Icon } from "../../ui/icons";
import { barText } from "./describe";
import { BAR_HEIGHT, barSegments, type LaneLayout, type PlacedBar, ROW_HEIGHT } from "./layout";
import { type TimeRange, ticks, xOf } from "./scale";

const AXIS_HEIGHT = 24;

interface ChartProps {
  id: string;
  lanes: readonly LaneLayout[];
  shown: TimeRange;
  width: number;
  now: number;
  utc: boolean;
  /** The key of the bar that is in the tab order. */
  current: string;
  onPoint: (target: HoverTarget | null) => void;
  onPress: (placed: PlacedBar) => void;
}

/** The bar or mark under the pointer or with the focus, and its position in the timeline's frame. */
export interface HoverTarget {
  x: number;
  y: number;
  lane: LaneLayout;
  placed?: PlacedBar;
  /** The time of a future run. */
  mark?: number;
}

function anchorOf(event: { currentTarget: EventTarget | null }): { x: number; y: number } {
  const element = event.currentTarget as Element;
  const frame = element.closest(".csw-tl-frame")?.getBoundingClientRect();
  const { left, right, bottom } = element.getBoundingClientRect();
  return { x: (left + right) / 2 - (frame?.left ?? 0), y: bottom - (frame?.top ?? 0) };
}

export const keyOf = ({ bar }: PlacedBar): string => bar.run || `${bar.item} ${bar.start}`;

export function Axis({ shown, width, now, utc }: Pick<ChartProps, "shown" | "width" | "now" | "utc">) {
  const nowX = xOf(now, shown, width);
  return (
    <svg class="csw-tl-axis" width={width} height={AXIS_HEIGHT} aria-hidden="true">
      {ticks(shown, width, utc).map(({ at, text, day }) => (
        <text key={at} x={xOf(at, shown, width)} y={16} class={day ? "csw-tl-day" : ""} text-anchor="middle">
          {hasRoom(xOf(at, shown, width), nowX, width) ? text : ""}
        </text>
      ))}
      {nowX >= 0 && nowX <= width ? (
        <text x={nowX} y={16} class="csw-tl-now-text" text-anchor="middle">
          now
        </text>
      ) : null}
    </svg>
  );
}

/** Whether an axis label has room beside the "now" label and within the edges. */
function hasRoom(x: number, nowX: number, width: number): boolean {
  return Math.abs(x - nowX) >= 44 && x >= 18 && x <= width - 18;
}

export function Chart(props: ChartProps) {
  const { id, lanes, shown, width, now, utc, current, onPoint, onPress } = props;
  const height = lanes.reduce((sum, lane) => sum + lane.height, 0);
  const nowX = xOf(now, shown, width);
  // The elements are reused until something moved, because `now` changes every second.
  const renderedLanes = useMemo(
    () =>
      lanes.map((lane) => (
        <Lane key={lane.lane.item} {...{ id, lane, shown, width, current, utc, now, onPoint, onPress }} />
      )),
    [id, lanes, shown, width, current, utc, now, onPoint, onPress],
  );
  return (
    // biome-ignore lint/a11y/useSemanticElements: no set of fields
    <svg class="csw-tl-chart" width={width} height={height} role="group" aria-label="Runs">
      <Patterns id={id} />
      {ticks(shown, width, utc).map(({ at, day }) => (
        <line
          key={at}
          class={day ? "csw-tl-grid csw-tl-grid-day" : "csw-tl-grid"}
          x1={xOf(at, shown, width)}
          x2={xOf(at, shown, width)}
          y1={0}
          y2={height}
        />
      ))}
      {renderedLanes}
      <line class="csw-tl-now" x1={nowX} x2={nowX} y1={0} y2={height} />
    </svg>
  );
}

type LaneProps = Omit<ChartProps, "lanes"> & { lane: LaneLayout };

function Lane(props: LaneProps) {
  const { lane, shown, width, onPoint } = props;
  return (
    <g transform={`translate(0 ${lane.top})`}>
      <line class="csw-tl-edge" x1={0} x2={width} y1={lane.height - 0.5} y2={lane.height - 0.5} />
      {lane.marks.map((at) => (
        <g
          key={at}
          onPointerEnter={(event) => onPoint({ lane, mark: at, ...anchorOf(event) })}
          onPointerLeave={() => onPoint(null)}
        >
          <circle class="csw-tl-mark" cx={xOf(at, shown, width)} cy={4 + ROW_HEIGHT / 2} r={4} />
        </g>
      ))}
      {lane.bars.map((placed) => (
        <BarLink key={keyOf(placed)} {...props} placed={placed} />
      ))}
    </g>
  );
}

function BarLink(props: LaneProps & { placed: PlacedBar }) {
  const { id, lane, placed, current, now, utc, onPoint, onPress } = props;
  const point = (event: { currentTarget: EventTarget | null }) => onPoint({ lane, placed, ...anchorOf(event) });
  const common = {
    class: "csw-tl-bar",
    "data-key": keyOf(placed),
    "aria-label": barText(lane.lane.name, placed.bar, now, utc),
    tabIndex: keyOf(placed) === current ? 0 : -1,
    onPointerEnter: point,
    onPointerLeave: () => onPoint(null),
    onFocus: point,
    onBlur: () => onPoint(null),
  };
  const shape = <Shape id={id} placed={placed} />;
  const press = () => onPress(placed);
  return (
    // biome-ignore lint/a11y/useSemanticElements: there is no button in a drawing
    <g {...common} role="button" onClick={press} onKeyDown={(event) => isActivation(event) && press()}>
      {shape}
    </g>
  );
}

function isActivation(event: KeyboardEvent): boolean {
  if (event.key !== "Enter" && event.key !== " ") return false;
  event.preventDefault(); // the space key would scroll the page
  return true;
}

/** One bar, coloured and patterned by status; a group of runs shows their number. */
function Shape({ id, placed }: { id: string; placed: PlacedBar }) {
  const { bar, x, y, width } = placed;
  const text = bar.run ? "" : bar.count.toLocaleString("en");
  const fits = text !== "" && width >= text.length * 7 + 6;
  return (
    <>
      {barSegments(placed).map((piece, index) => (
        <rect
          key={index}
          class={`csw-tl-${piece.look}`}
          x={piece.x}
          y={y}
          width={piece.width}
          height={BAR_HEIGHT}
          rx={2}
          fill={`url(#${id}-${piece.look})`}
        />
      ))}
      {bar.run ? null : <rect class="csw-tl-group" x={x} y={y - 1} width={width} height={BAR_HEIGHT + 2} rx={3} />}
      {fits ? (
        <g>
          <rect
            class="csw-tl-plate"
            x={x + width / 2 - text.length * 3.5 - 3}
            y={y + 1}
            width={text.length * 7 + 6}
            height={BAR_HEIGHT - 2}
            rx={2}
          />
          <text class="csw-tl-number" x={x + width / 2} y={y + 11} text-anchor="middle">
            {text}
          </text>
        </g>
      ) : null}
    </>
  );
}

/** Patterns that tell the statuses apart without colour. */
function Patterns({ id }: { id: string }) {
  return (
    <defs>
      <Pattern id={`${id}-done`} look="done" />
      <Pattern id={`${id}-failed`} look="failed" lines="M0 0L6 6M6 0L0 6" />
      <Pattern id={`${id}-running`} look="running" lines="M1 0L4 3L1 6" />
      <Pattern id={`${id}-queued`} look="queued" lines="M3 0V6" />
      <Pattern id={`${id}-wait`} look="wait" lines="M3 0V6" />
      <Pattern id={`${id}-stopped`} look="stopped" lines="M-1 4L4 -1M2 7L7 2" />
      <Pattern id={`${id}-other`} look="other" lines="M0 3H6" />
    </defs>
  );
}

function Pattern({ id, look, lines }: { id: string; look: string; lines?: string }) {
  return (
    <pattern id={id} width={6} height={6} patternUnits="userSpaceOnUse">
      <rect class={`csw-tl-fill csw-tl-fill-${look}`} width={6} height={6} />
      {lines ? <path class={`csw-tl-lines csw-tl-lines-${look}`} d={lines} /> : null}
    </pattern>
  );
}

const LEGEND = [
  ["done", "completed"],
  ["failed", "failed"],
  ["running", "running"],
  ["wait", "in its queue"],
  ["stopped", "stopped"],
] as const;

export function Legend({ id }: { id: string }) {
  return (
    <ul class="csw-tl-legend" aria-label="Legend">
      {LEGEND.map(([look, text]) => (
        <li key={look}>
          <svg width={18} height={10} aria-hidden="true">
            <rect class={`csw-tl-${look}`} x={0.5} y={0.5} width={17} height={9} rx={2} fill={`url(#${id}-${look})`} />
          </svg>
          {text}
        </li>
      ))}
      <li>
        <svg width={10} height={10} aria-hidden="true">
          <circle class="csw-tl-mark" cx={5} cy={5} r={4} />
        </svg>
        to come
      </li>
    </ul>
  );
}

export function LaneLabels({ lanes }: { lanes: readonly LaneLayout[] }) {
  return (
    <ul class="csw-tl-labels" aria-label="Items">
      {lanes.map(({ lane, height }) => (
        <li key={lane.item} style={{ height: `${height}px` }} title={lane.name}>
          <Icon name={lane.kind === "trigger" ? "bolt" : "clock"} />
          <span class={lane.kind === "removed" ? "csw-tl-gone" : ""} dir={lane.kind === "removed" ? "ltr" : "auto"}>
            {lane.kind === "removed" ? (
              <>
                removed (<bdi>{lane.name}</bdi>)
              </>
            ) : (
              lane.name
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

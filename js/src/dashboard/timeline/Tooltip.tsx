// The tooltip of a bar or a mark. Screen readers get the same text from the bar's label.
import { statusText } from "./bars";
import type { HoverTarget } from "./Chart";
import { barFacts, markText } from "./describe";

interface TooltipProps {
  pointed: HoverTarget;
  now: number;
  utc: boolean;
}

const TOOLTIP_WIDTH = 240;

export function Tooltip({ pointed: { lane, placed, mark, x, y }, now, utc }: TooltipProps) {
  return (
    <div
      class="csw-tl-tip"
      style={{ left: `clamp(0px, ${x - TOOLTIP_WIDTH / 2}px, 100% - ${TOOLTIP_WIDTH}px)`, top: `${y + 5}px` }}
      aria-hidden="true"
    >
      <strong>{lane.lane.name}</strong>
      {placed ? (
        <>
          <p>{statusText(placed.bar)}</p>
          <dl>
            {barFacts(placed.bar, now, utc).map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
          <p class="csw-muted">{placed.bar.run ? "Press to show its row." : "Press to zoom in."}</p>
        </>
      ) : (
        <p>will run at {markText(mark ?? now, now, utc)}</p>
      )}
    </div>
  );
}

// The rows of the list. Of a long list only those in sight are on the page; all rows have the same height.
import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { DashboardTraits } from "../messages/dashboard";
import type { InstanceBrief } from "../messages/instances";
import { useTrait, type ViewModel } from "../model";
import type { Filters } from "../state/instances";
import { inSight, moved, reveal, type Sight } from "../state/rowWindow";
import { useNow } from "../ui/parts";
import { InstanceRow } from "./InstanceRow";

interface RowsProps {
  model: ViewModel<DashboardTraits>;
  rows: InstanceBrief[];
  filters: Filters;
  shown: boolean;
  onSelect: (id: string) => void;
}

/** One row is in the tab order: the one that was used last, else the chosen one, else the first. */
export function InstanceRows({ model, rows, filters, shown, onSelect }: RowsProps) {
  const selected = useTrait(model, "selected");
  const now = useNow();
  const [used, setUsed] = useState("");
  const { area, sight, look, show } = useSight(rows.length);
  const places = new Map(rows.map(({ id }, place) => [id, place]));
  const stop = places.get(used) ?? places.get(selected) ?? 0;
  const focus = useRef(false); // whether the row in the tab order is to get the focus
  // biome-ignore lint/correctness/useExhaustiveDependencies: other rows begin at their top
  useLayoutEffect(() => show(0), [filters]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new choice scrolls
  useLayoutEffect(() => {
    const place = places.get(selected);
    if (place !== undefined) show(place);
  }, [selected]);
  useLayoutEffect(() => {
    if (!focus.current) return;
    focus.current = false;
    area.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  });
  const onKeyDown = (event: KeyboardEvent) => {
    const place = moved(event.key, stop, rows.length, sight);
    if (place === null) return;
    event.preventDefault();
    focus.current = true;
    setUsed(rows[place]?.id ?? "");
    show(place);
  };
  return (
    <div ref={area} class="csw-instance-rows" onScroll={look}>
      <ul style={{ height: `${rows.length * sight.pitch}px` }} onKeyDown={onKeyDown}>
        {inSight(rows.length, sight, stop).map((place) => {
          const row = rows[place] as InstanceBrief;
          return (
            <li
              key={row.id}
              aria-setsize={rows.length}
              aria-posinset={place + 1}
              style={{ top: `${place * sight.pitch}px` }}
            >
              <InstanceRow
                row={row}
                now={now}
                current={shown && row.id === selected}
                tabStop={place === stop}
                onFocus={() => setUsed(row.id)}
                onSelect={() => onSelect(row.id)}
              />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

const GAP = 2; // pixels between two rows

/** What of the list is in sight, as far as the document shows it. */
function useSight(count: number) {
  const area = useRef<HTMLDivElement>(null);
  const [sight, setSight] = useState<Sight>({ top: 0, tall: 680, pitch: 66 });
  const look = () => setSight((before) => seen(area, before));
  useLayoutEffect(look); // fonts and the place for the list may have changed
  const show = (place: number) => {
    if (area.current === null) return;
    area.current.scrollTop = reveal(place, count, seen(area, sight));
    look();
  };
  return { area, sight, look, show };
}

function seen({ current }: RefObject<HTMLDivElement>, before: Sight): Sight {
  if (current === null) return before;
  const height = current.querySelector("button")?.offsetHeight ?? 0;
  const pitch = height > 0 ? height + GAP : before.pitch;
  const { scrollTop: top, clientHeight } = current;
  const tall = clientHeight - 2 * GAP; // the frame of the row that has the focus is in sight, too
  return top === before.top && tall === before.tall && pitch === before.pitch ? before : { top, tall, pitch };
}

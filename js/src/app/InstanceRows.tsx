// The rows of the list of instances. A long list renders only its visible rows; all rows have the same height.
import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { DashboardTraits } from "../messages/dashboard";
import type { InstanceBrief } from "../messages/instances";
import { useTrait, type ViewModel } from "../model";
import type { Filters } from "../state/instances";
import { rowAfterKey, scrollTopForRow, type Viewport, visibleRows } from "../state/rowWindow";
import { useNow } from "../ui/parts";
import { InstanceRow } from "./InstanceRow";

interface RowsProps {
  model: ViewModel<DashboardTraits>;
  rows: InstanceBrief[];
  filters: Filters;
  shown: boolean;
  onSelect: (id: string) => void;
}

/** One row is in the tab order: the last focused one, else the selected one, else the first. */
export function InstanceRows({ model, rows, filters, shown, onSelect }: RowsProps) {
  const selected = useTrait(model, "selected");
  const now = useNow();
  const [lastUsed, setLastUsed] = useState("");
  const { area, viewport, measure, scrollToRow } = useViewport(rows.length);
  const indexById = new Map(rows.map(({ id }, index) => [id, index]));
  const tabStop = indexById.get(lastUsed) ?? indexById.get(selected) ?? 0;
  const focusPending = useRef(false); // true if the row in the tab order gets the focus after the next render
  // biome-ignore lint/correctness/useExhaustiveDependencies: other rows begin at their top
  useLayoutEffect(() => scrollToRow(0), [filters]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new choice scrolls
  useLayoutEffect(() => {
    const index = indexById.get(selected);
    if (index !== undefined) scrollToRow(index);
  }, [selected]);
  useLayoutEffect(() => {
    if (!focusPending.current) return;
    focusPending.current = false;
    area.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  });
  const onKeyDown = (event: KeyboardEvent) => {
    const index = rowAfterKey(event.key, tabStop, rows.length, viewport);
    if (index === null) return;
    event.preventDefault();
    focusPending.current = true;
    setLastUsed(rows[index]?.id ?? "");
    scrollToRow(index);
  };
  return (
    <div ref={area} class="csw-instance-rows" onScroll={measure}>
      <ul style={{ height: `${rows.length * viewport.pitch}px` }} onKeyDown={onKeyDown}>
        {visibleRows(rows.length, viewport, tabStop).map((index) => {
          const row = rows[index] as InstanceBrief;
          return (
            <li
              key={row.id}
              aria-setsize={rows.length}
              aria-posinset={index + 1}
              style={{ top: `${index * viewport.pitch}px` }}
            >
              <InstanceRow
                row={row}
                now={now}
                current={shown && row.id === selected}
                tabStop={index === tabStop}
                onFocus={() => setLastUsed(row.id)}
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

/** Measures which part of the list is visible, from the document's layout. */
function useViewport(count: number) {
  const area = useRef<HTMLDivElement>(null);
  const [viewport, setViewport] = useState<Viewport>({ top: 0, height: 680, pitch: 66 });
  const measure = () => setViewport((before) => currentViewport(area, before));
  useLayoutEffect(measure); // fonts or the size of the list may have changed
  const scrollToRow = (index: number) => {
    if (area.current === null) return;
    area.current.scrollTop = scrollTopForRow(index, count, currentViewport(area, viewport));
    measure();
  };
  return { area, viewport, measure, scrollToRow };
}

function currentViewport({ current }: RefObject<HTMLDivElement>, before: Viewport): Viewport {
  if (current === null) return before;
  const rowHeight = current.querySelector("button")?.offsetHeight ?? 0;
  const pitch = rowHeight > 0 ? rowHeight + GAP : before.pitch;
  const { scrollTop: top, clientHeight } = current;
  const height = clientHeight - 2 * GAP; // leaves room for the focus outline of a row
  return top === before.top && height === before.height && pitch === before.pitch ? before : { top, height, pitch };
}

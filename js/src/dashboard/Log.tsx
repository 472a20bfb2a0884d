// What the scheduler did, line by line; the newest line stays in sight unless the user scrolled away.
import { useLayoutEffect, useRef } from "preact/hooks";
import { clock, utc } from "../state/format";
import type { LogStore } from "../state/log";
import { useTimes } from "../state/times";
import { Empty } from "../ui/parts";
import { useStore } from "../ui/useStore";

export function Log({ store, now }: { store: LogStore; now: number }) {
  const { lines } = useStore(store);
  const { utc: inUtc } = useTimes();
  const box = useRef<HTMLDivElement>(null);
  const follow = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new line is what scrolls
  useLayoutEffect(() => {
    if (box.current && follow.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines]);
  const scrolled = (event: { currentTarget: HTMLDivElement }) => {
    const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
    follow.current = scrollHeight - scrollTop - clientHeight < 8;
  };
  return (
    <section class="csw-section">
      <h4>Log</h4>
      {lines.length === 0 ? (
        <Empty title="The log is empty">Every launch, skip and error is written here.</Empty>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard
        <div ref={box} class="csw-log" role="log" aria-label="Log" tabIndex={0} onScroll={scrolled}>
          {lines.map((line, index) => (
            <p key={index} class={`csw-line csw-line-${line.level}`}>
              <time title={utc(line.time)}>{clock(line.time, now, inUtc)}</time>
              <span class="csw-level">{line.level}</span>
              <span>{line.text}</span>
            </p>
          ))}
        </div>
      )}
    </section>
  );
}

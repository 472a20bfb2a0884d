// Says when the kernel has not been heard of, and what to do: what is shown is old then.
import { useEffect, useRef, useState } from "preact/hooks";
import type { DashboardTraits } from "../messages/dashboard";
import { useTrait, type ViewModel } from "../model";
import { duration } from "../state/format";

const SILENT_MS = 35_000; // the kernel says every ten seconds that it lives
const SAVED_MS = 15 * 60_000; // older than any two clocks differ: what is shown was saved, and no kernel stands behind it

export interface Heard {
  /** When anything was last heard of the kernel, by this page's clock. */
  at: number;
  /** The page has lost its way to the kernel: it was restarted, shut down, or replaced. */
  cut: boolean;
}

export function useHeard(model: ViewModel<DashboardTraits>): Heard {
  const beat = useTrait(model, "vitals").beat;
  const [cut, setCut] = useState(false);
  const at = useRef({ beat, when: firstHeard(beat, Date.now()) });
  if (at.current.beat !== beat) at.current = { beat, when: Date.now() };
  useEffect(() => model.onLost(() => setCut(true)), [model]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another beat means that the way is there again
  useEffect(() => setCut(false), [beat]);
  return { at: at.current.when, cut };
}

/** When a beat was heard that was there before the page: just now, unless it is of a picture that somebody saved. */
export const firstHeard = (beat: number | undefined, now: number): number =>
  beat !== undefined && now - beat > SAVED_MS ? beat : now;

export const silent = ({ at, cut }: Heard, now: number): boolean => cut || now - at > SILENT_MS;

export function Liveness({ heard, now }: { heard: Heard; now: number }) {
  if (!silent(heard, now)) return null;
  const age = duration(now - heard.at);
  return (
    <div class="csw-banner csw-banner-warning" role="alert">
      <div>
        <strong>{heard.cut ? "The kernel is gone" : `Last update ${age} ago`}</strong>
        <p>
          {heard.cut
            ? "It was restarted or shut down, and with it what ran in it. Run this cell again; then resume the instance."
            : "The kernel does not say anything: it may be busy in a way that stops everything, suspended, or gone. What is shown is as of then. If it stays so, restart the kernel and run this cell again."}
        </p>
      </div>
    </div>
  );
}

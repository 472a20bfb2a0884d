// Warns when the kernel has not been heard from, because what the page shows is outdated then.
import { useEffect, useRef, useState } from "preact/hooks";
import type { DashboardTraits } from "../messages/dashboard";
import { useTrait, type ViewModel } from "../model";
import { formatDuration } from "../state/format";

const SILENT_MS = 35_000; // the kernel sends a sign of life every ten seconds
const SAVED_PAGE_MS = 15 * 60_000; // two clocks never differ that much: such a page was saved earlier and has no kernel

export interface KernelContact {
  /** When the kernel was last heard from, by this page's clock. */
  at: number;
  /** True if the page lost its connection to the kernel: it was restarted, shut down or replaced. */
  lost: boolean;
}

export function useKernelContact(model: ViewModel<DashboardTraits>): KernelContact {
  const beat = useTrait(model, "clock");
  const [lost, setLost] = useState(false);
  const at = useRef({ beat, when: initialContactTime(beat, Date.now()) });
  if (at.current.beat !== beat) at.current = { beat, when: Date.now() };
  useEffect(() => model.onLost(() => setLost(true)), [model]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another beat means that the way is there again
  useEffect(() => setLost(false), [beat]);
  return { at: at.current.when, lost };
}

/** When a beat that is older than the page was received: just now, unless the page was saved with an old beat. */
export const initialContactTime = (beat: number | undefined, now: number): number =>
  beat !== undefined && now - beat > SAVED_PAGE_MS ? beat : now;

export const isKernelSilent = ({ at, lost }: KernelContact, now: number): boolean => lost || now - at > SILENT_MS;

export function Liveness({ contact }: { contact: KernelContact }) {
  const now = Date.now(); // as in `contact`
  if (!isKernelSilent(contact, now)) return null;
  const age = formatDuration(now - contact.at);
  return (
    <div class="csw-banner csw-banner-warning" role="alert">
      <div>
        <strong>{contact.lost ? "The kernel is gone" : `Last update ${age} ago`}</strong>
        <p>
          {contact.lost
            ? "It was restarted or shut down, and with it what ran in it. Run this cell again; then resume the instance."
            : "The kernel does not say anything: it may be busy in a way that stops everything, suspended, or gone. What is shown is as of then. If it stays so, restart the kernel and run this cell again."}
        </p>
      </div>
    </div>
  );
}

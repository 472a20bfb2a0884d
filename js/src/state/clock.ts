// The server's clock. Every time on the page is the server's, so "in 5 min" and "2 s ago" go by it, too.

const KEPT = 3; // latest messages of the kernel by which the clock is set
const STEADY_MS = 2000; // smaller differences are not corrected, so that no text that counts down jumps

let offset = 0; // the server's clock minus this page's
let measured: number[] = []; // the same by the latest messages; one that was long under way makes the server look late

/** The server's present in milliseconds; before the kernel has told it, that of this page's clock. */
export const serverNow = (): number => Date.now() + offset;

/** Sets the clock by what the kernel has just told: the server's present when it sent its message. */
export function noteServerTime(present: number): void {
  measured = [...measured, present - Date.now()].slice(-KEPT);
  const best = Math.max(...measured);
  if (Math.abs(best - offset) > STEADY_MS) offset = best;
}

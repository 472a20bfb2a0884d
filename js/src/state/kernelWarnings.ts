// Warnings about what may end or interrupt an instance that runs in this kernel.
import type { Surroundings } from "../messages/shared";
import { formatDuration, formatTime } from "./format";

/** One sentence per warning; `now` and `utc` as in `formatTime`. */
export function kernelWarnings({ host, ends, slept }: Surroundings, now: number, utc: boolean): string[] {
  const warnings: string[] = [];
  if (host && ends) warnings.push(`This kernel runs on ${host}, which ${ends}; what runs in it ends then, too.`);
  if (slept) {
    const length = formatDuration(slept.to - slept.from);
    const [from, to] = [formatTime(slept.from, now, utc), formatTime(slept.to, now, utc)];
    warnings.push(
      `This computer seems to have slept from ${from} to ${to} (${length}): what runs in this kernel stood still.`,
    );
  }
  return warnings;
}

/** Identifies a warning, so that a dismissed one is not shown again. */
export const warningKey = ({ host = "", slept }: Surroundings): string => `${host} ${slept?.to ?? ""}`;

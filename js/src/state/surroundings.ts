// What may end or hold up what runs in this kernel, in words.
import type { Surroundings } from "../messages/shared";
import { clock, duration } from "./format";

/** One sentence for each; `now` and the choice of UTC as in `clock`. */
export function dangers({ host, ends, slept }: Surroundings, now: number, utc: boolean): string[] {
  const found: string[] = [];
  if (host && ends) found.push(`This kernel runs on ${host}, which ${ends}; what runs in it ends then, too.`);
  if (slept) {
    const length = duration(slept.to - slept.from);
    const [from, to] = [clock(slept.from, now, utc), clock(slept.to, now, utc)];
    found.push(
      `This computer seems to have slept from ${from} to ${to} (${length}): what runs in this kernel stood still.`,
    );
  }
  return found;
}

/** Tells this danger from others, so that one that was read need not be shown again. */
export const dangerKey = ({ host = "", slept }: Surroundings): string => `${host} ${slept?.to ?? ""}`;

// A sentence from the kernel: its own words, texts that others wrote, commands, and times in the way that the user wants them.
import type { Said as Parts } from "../messages/dashboard";
import { atText, utc } from "../state/format";
import { useTimes } from "../state/times";

export function Said({ parts, now }: { parts: Parts; now: number }) {
  const times = useTimes();
  return (
    <>
      {parts.map((part, index) =>
        typeof part === "string" ? (
          part
        ) : "name" in part ? (
          <bdi key={index}>{part.name}</bdi>
        ) : "code" in part ? (
          <code key={index}>{part.code}</code>
        ) : (
          <time key={index} dateTime={new Date(part.at).toISOString()} title={utc(part.at)}>
            {atText(part.at, part.word, now, times)}
          </time>
        ),
      )}
    </>
  );
}

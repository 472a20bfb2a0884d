// Renders a sentence from the kernel: words, users' texts, commands, and times in the chosen format.
import type { Sentence as Parts } from "../messages/dashboard";
import { formatUtc, timeInSentence } from "../state/format";
import { useTimeFormat } from "../state/timeFormat";

export function KernelSentence({ parts, now }: { parts: Parts; now: number }) {
  const times = useTimeFormat();
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
          <time key={index} dateTime={new Date(part.at).toISOString()} title={formatUtc(part.at)}>
            {timeInSentence(part.at, part.word, now, times)}
          </time>
        ),
      )}
    </>
  );
}

// Splits a log line into plain text, tasks (shown as links) and times (shown in the chosen time zone).

export type LogLinePart = string | { task: string } | { at: number };

// The engine writes "launched task <32 hex digits> for 2026-11-22T10:00:00Z".
const TASK_OR_TIME = /(?<=\btask )([0-9a-f]{32})\b|\b(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)/g;

/** The parts of a line, in order and without gaps. */
export function splitLine(text: string): LogLinePart[] {
  const parts: LogLinePart[] = [];
  let end = 0;
  for (const match of text.matchAll(TASK_OR_TIME)) {
    const [whole, task] = match;
    const part = task === undefined ? { at: Date.parse(whole) } : { task };
    if ("at" in part && Number.isNaN(part.at)) continue;
    if (match.index > end) parts.push(text.slice(end, match.index));
    parts.push(part);
    end = match.index + whole.length;
  }
  if (end < text.length) parts.push(text.slice(end));
  return parts;
}

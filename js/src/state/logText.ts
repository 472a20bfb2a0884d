// What a line of the log speaks of: the tasks in it become links, and its times follow the switch.

export type Piece = string | { task: string } | { at: number };

// As the engine writes them: "launched task <32 digits> for 2026-11-22T10:00:00Z".
const NAMED = /(?<=\btask )([0-9a-f]{32})\b|\b(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)/g;

/** The line in pieces; together they are the whole line. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(NAMED)) {
    const [whole, task] = match;
    const piece = task === undefined ? { at: Date.parse(whole) } : { task };
    if ("at" in piece && Number.isNaN(piece.at)) continue;
    if (match.index > end) found.push(text.slice(end, match.index));
    found.push(piece);
    end = match.index + whole.length;
  }
  if (end < text.length) found.push(text.slice(end));
  return found;
}

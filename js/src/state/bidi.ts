// Keeps bidirectional control characters in users' texts from affecting the text around them, in plain text such as
// tooltips. clearml_sched_widgets/bidi.py does the same for the kernel's texts.

const ISOLATES = "\u2066\u2067\u2068";
const EMBEDDINGS = "\u202a\u202b\u202d\u202e";
const [POP, END, FIRST_STRONG] = ["\u202c", "\u2069", "\u2068"];
const MARKS = /[\u202a-\u202e\u2066-\u2069]/;
const RIGHT_TO_LEFT =
  /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u202b\u202e\u2067\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** The text without directional marks that have no counterpart. */
export function removeStrayMarks(text: string): string {
  if (!MARKS.test(text)) return text;
  const open: number[] = [];
  const stray = new Set<number>();
  const chars = [...text];
  const isClosedBy = (mark: string) => (place: number) => (ISOLATES.includes(chars[place] ?? "") ? END : POP) === mark;
  chars.forEach((char, index) => {
    if (ISOLATES.includes(char) || EMBEDDINGS.includes(char)) open.push(index);
    if (char !== POP && char !== END) return;
    const opener = [...open].reverse().find(isClosedBy(char));
    if (opener === undefined || (char === POP && opener !== open.at(-1))) {
      stray.add(index);
      return;
    }
    // The end of the enclosing isolate ends these too.
    for (const unclosed of open.splice(open.indexOf(opener)).slice(1)) stray.add(unclosed);
  });
  for (const place of open) stray.add(place);
  return chars.filter((_, place) => !stray.has(place)).join("");
}

/** The text for use inside a sentence: right-to-left text does not affect the words beside it. */
export function isolateDirection(text: string): string {
  return RIGHT_TO_LEFT.test(text) ? `${FIRST_STRONG}${removeStrayMarks(text)}${END}` : removeStrayMarks(text);
}

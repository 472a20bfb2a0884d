// Texts that others wrote, in places that hold plain text only, such as a tooltip; clearml_sched_widgets/bidi.py has
// the same for the texts of the kernel.

const ISOLATES = "\u2066\u2067\u2068";
const EMBEDDINGS = "\u202a\u202b\u202d\u202e";
const [POP, END, FIRST_STRONG] = ["\u202c", "\u2069", "\u2068"];
const MARKS = /[\u202a-\u202e\u2066-\u2069]/;
const RIGHT_TO_LEFT =
  /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u202b\u202e\u2067\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** The text without the marks that are opened and never ended, or ended and never opened. */
export function neutral(text: string): string {
  if (!MARKS.test(text)) return text;
  const open: number[] = [];
  const stray = new Set<number>();
  const chars = [...text];
  const ends = (mark: string) => (place: number) => (ISOLATES.includes(chars[place] ?? "") ? END : POP) === mark;
  chars.forEach((char, place) => {
    if (ISOLATES.includes(char) || EMBEDDINGS.includes(char)) open.push(place);
    if (char !== POP && char !== END) return;
    const opener = [...open].reverse().find(ends(char));
    if (opener === undefined || (char === POP && opener !== open.at(-1))) {
      stray.add(place);
      return;
    }
    for (const inner of open.splice(open.indexOf(opener)).slice(1)) stray.add(inner); // ended by the isolate around it
  });
  for (const place of open) stray.add(place);
  return chars.filter((_, place) => !stray.has(place)).join("");
}

/** The text as it can stand in a sentence: what is read from right to left turns nothing beside it. */
export function isolated(text: string): string {
  return RIGHT_TO_LEFT.test(text) ? `${FIRST_STRONG}${neutral(text)}${END}` : neutral(text);
}

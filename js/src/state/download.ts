// A file from the kernel, piece by piece.
import type { ViewModel } from "../model";

interface Piece {
  token: number;
  name: string;
  text: string;
  done: number;
  total: number;
  next: number | null;
}

/** All rows that match as CSV: the file's name and text. `onProgress` is told how many rows there are so far. */
export async function fetchCsv(
  model: Pick<ViewModel, "request">,
  query: object,
  onProgress: (done: number, total: number) => void,
): Promise<{ name: string; parts: string[] }> {
  const parts: string[] = [];
  let piece = await model.request<Piece>("csv", query);
  for (;;) {
    parts.push(piece.text);
    onProgress(piece.done, piece.total);
    if (piece.next === null) return { name: piece.name, parts };
    piece = await model.request<Piece>("csv", { ...query, token: piece.token, offset: piece.next });
  }
}

/** Lets the browser save a text as a file. VS Code does so itself, and sees only clicks on what is in the page. */
export function saveFile(name: string, parts: string[], type = "text/csv;charset=utf-8"): void {
  const url = URL.createObjectURL(new Blob(parts, { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.hidden = true;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** A name that every file system takes, and that hides no file. */
export function fileName(name: string, ending: string): string {
  const plain = name.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[.-]+/, "");
  return `${[...plain].slice(0, 100).join("") || "unnamed"}.${ending}`;
}

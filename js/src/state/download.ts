// Downloads: fetches a table as CSV from the kernel in chunks, and lets the browser save a file.
import type { ViewModel } from "../model";

interface CsvChunk {
  token: number;
  name: string;
  text: string;
  done: number;
  total: number;
  next: number | null;
}

/**
 * Fetches all matching rows as CSV: the file's name and its text in parts. `onProgress` gets the number of rows so far.
 */
export async function fetchCsv(
  model: Pick<ViewModel, "request">,
  query: object,
  onProgress: (done: number, total: number) => void,
): Promise<{ name: string; parts: string[] }> {
  const parts: string[] = [];
  let chunk = await model.request<CsvChunk>("csv", query);
  for (;;) {
    parts.push(chunk.text);
    onProgress(chunk.done, chunk.total);
    if (chunk.next === null) return { name: chunk.name, parts };
    chunk = await model.request<CsvChunk>("csv", { ...query, token: chunk.token, offset: chunk.next });
  }
}

/**
 * Lets the browser save a text as a file. VS Code saves files itself and only notices clicks on elements of the page.
 */
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

/** A file name that is valid on every system and does not start with a dot. */
export function fileName(name: string, ending: string): string {
  const plain = name.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[.-]+/, "");
  return `${[...plain].slice(0, 100).join("") || "unnamed"}.${ending}`;
}

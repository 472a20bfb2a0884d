// Texts out of the page: to a file, and to the clipboard.

/** Offers a text as a file. `name` without its ending may be anything; what files cannot be called becomes a dash. */
export function download(name: string, ending: string, text: string, type = "application/json"): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `${name.replace(/[^\p{L}\p{N}._-]+/gu, "-").slice(0, 100)}.${ending}`;
  link.click();
  URL.revokeObjectURL(url);
}

/** Copies a text; false where the browser does not let us, as over plain HTTP from another machine. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

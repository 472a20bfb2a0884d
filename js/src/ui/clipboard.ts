// Copies text to the clipboard.
/**
 * Copies a text and returns whether that worked. Over plain HTTP from another machine, browsers only allow
 * `execCommand`.
 */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyFromArea(text);
  }
}

function copyFromArea(text: string): boolean {
  const area = document.createElement("textarea");
  const before = document.activeElement;
  area.value = text;
  area.setAttribute("aria-hidden", "true");
  (before?.closest("dialog") ?? document.body).append(area); // elements outside of a modal dialog cannot get the focus
  area.select();
  const done = document.activeElement === area && document.execCommand("copy");
  area.remove();
  if (before instanceof HTMLElement) before.focus();
  return done;
}

/** Copies a text; whether that worked. Over plain HTTP from another machine browsers have only the old way. */
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
  (before?.closest("dialog") ?? document.body).append(area); // what is outside of a modal window gets no focus
  area.select();
  const done = document.activeElement === area && document.execCommand("copy");
  area.remove();
  if (before instanceof HTMLElement) before.focus();
  return done;
}

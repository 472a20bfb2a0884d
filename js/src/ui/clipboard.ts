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
  document.body.append(area);
  area.select();
  const done = document.activeElement === area && document.execCommand("copy"); // a modal window may not let it have the focus
  area.remove();
  if (before instanceof HTMLElement) before.focus();
  return done;
}

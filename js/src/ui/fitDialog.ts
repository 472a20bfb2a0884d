// Fits a dialog into the visible part of the page.
/**
 * Moves an open dialog into the visible part of the page, once. Returns the function that cancels this. VS Code shows
 * all outputs of a notebook in one frame that is at least as high as the whole notebook, so the middle of the page may
 * be out of view, and the dialog must fit into the visible part. If the whole page is visible, nothing changes. `page`
 * is an element inside the dialog that covers the whole page.
 */
export function fitDialogToViewport(dialog: HTMLElement, page: HTMLElement): () => void {
  const observer = new IntersectionObserver(([entry]) => {
    observer.disconnect();
    if (entry === undefined || entry.intersectionRect.height === 0) return;
    const { intersectionRect: visible, boundingClientRect: all } = entry;
    if (visible.height > all.height - 1) return;
    dialog.style.insetBlock = `${visible.top - all.top}px ${all.bottom - visible.bottom}px`;
    dialog.style.setProperty("--csw-seen", `${visible.height}px`);
  });
  observer.observe(page);
  return () => observer.disconnect();
}

/**
 * Puts a window that is open into the part of the page that is seen, once; returns how to stop waiting for that.
 *
 * VS Code shows the outputs of a whole notebook in one frame that is as high as all its cells and more: the middle of the
 * page is out of sight there, and a part of its height is all that a window may have. Where all of the page is seen,
 * nothing changes. `page` is an element over the whole page, in the window.
 */
export function bringInSight(dialog: HTMLElement, page: HTMLElement): () => void {
  const observer = new IntersectionObserver(([entry]) => {
    observer.disconnect();
    if (entry === undefined || entry.intersectionRect.height === 0) return;
    const { intersectionRect: seen, boundingClientRect: all } = entry;
    if (seen.height > all.height - 1) return;
    dialog.style.insetBlock = `${seen.top - all.top}px ${all.bottom - seen.bottom}px`;
    dialog.style.setProperty("--csw-seen", `${seen.height}px`);
  });
  observer.observe(page);
  return () => observer.disconnect();
}

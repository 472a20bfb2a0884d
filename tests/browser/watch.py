"""Checks that a page shows hostile texts as plain text: no script runs, no element or foreign link appears."""

from __future__ import annotations

from playwright.sync_api import Dialog, Locator, Page

# Texts with a right-to-left override (U+202E) that are not alone in an element with isolated direction.
UNISOLATED = """() => {
    const found = [];
    const texts = document.createTreeWalker(document.querySelector('.csw'), NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
        if (!text.data.includes('\\u202e')) continue;
        const {parentElement: holder} = text;
        if (['OPTION', 'TEXTAREA'].includes(holder.tagName)) continue;  // isolated by the browser
        const isolated = getComputedStyle(holder).unicodeBidi.startsWith('isolate');
        if (!isolated || holder.textContent !== text.data) found.push(holder.outerHTML.slice(0, 200));
    }
    return found;
}"""
OVERFLOWING = """() => {
    const panel = document.querySelector('.csw-dialog') ?? document.querySelector('.csw-panel');
    const page = document.documentElement;
    return [panel.scrollWidth - panel.clientWidth, page.scrollWidth - page.clientWidth];
}"""

HREFS = "links => links.map(link => new URL(link.getAttribute('href'), location).href)"  # SVG links, too


class Watch:
    """Fails if a hostile text has had an effect on the page, such as a dialog that a script opened."""

    def __init__(self, page: Page, widget: Locator) -> None:
        self._page = page
        self._widget = widget
        self._dialogs: list[str] = []
        page.on("dialog", self._dismiss)

    def _dismiss(self, dialog: Dialog) -> None:
        self._dialogs.append(dialog.message)
        dialog.dismiss()

    def check(self, links: str | None) -> None:
        """Check the page as it is now. All links must begin with `links`; None if there must be none."""
        page, widget = self._page, self._widget
        assert page.evaluate("window.hacked") is None
        assert not {"hacked", "invoice", "evil"} & set(page.title().replace("=", " ").replace(".", " ").split())
        assert self._dialogs == []
        assert widget.locator("img, script, iframe, object, embed, [onerror], [onclick]").count() == 0
        urls = widget.locator("a[href]").evaluate_all(HREFS)
        allowed = [link for link in urls if links is not None and link.startswith(links)]
        assert urls == allowed
        assert page.evaluate(UNISOLATED) == []
        assert [width for width in page.evaluate(OVERFLOWING) if width > 0] == []

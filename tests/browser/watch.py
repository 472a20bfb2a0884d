"""Texts that want to be more than text: what a page must not do with them."""

from __future__ import annotations

from playwright.sync_api import Dialog, Locator, Page

# Texts with a turning mark that are not alone in a shielded element of theirs.
UNSHIELDED = """() => {
    const found = [];
    const texts = document.createTreeWalker(document.querySelector('.csw'), NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
        if (!text.data.includes('\\u202e')) continue;
        const {parentElement: holder} = text;
        if (['OPTION', 'TEXTAREA'].includes(holder.tagName)) continue;  // shielded by the browser
        const shielded = getComputedStyle(holder).unicodeBidi.startsWith('isolate');
        if (!shielded || holder.textContent !== text.data) found.push(holder.outerHTML.slice(0, 200));
    }
    return found;
}"""
OVERFLOWING = """() => {
    const panel = document.querySelector('.csw-dialog') ?? document.querySelector('.csw-panel');
    const page = document.documentElement;
    return [panel.scrollWidth - panel.clientWidth, page.scrollWidth - page.clientWidth];
}"""

HREFS = "links => links.map(link => new URL(link.getAttribute('href'), location).href)"  # a picture's links, too


class Watch:
    """Fails if a page does what only a script could have made it do."""

    def __init__(self, page: Page, widget: Locator) -> None:
        self._page = page
        self._widget = widget
        self._dialogs: list[str] = []
        page.on("dialog", self._dismiss)

    def _dismiss(self, dialog: Dialog) -> None:
        self._dialogs.append(dialog.message)
        dialog.dismiss()

    def check(self, links: str | None) -> None:
        """What is on the page now is text; its links begin with `links`, or there are none."""
        page, widget = self._page, self._widget
        assert page.evaluate("window.hacked") is None
        assert not {"hacked", "invoice", "evil"} & set(page.title().replace("=", " ").replace(".", " ").split())
        assert self._dialogs == []
        assert widget.locator("img, script, iframe, object, embed, [onerror], [onclick]").count() == 0
        found = widget.locator("a[href]").evaluate_all(HREFS)
        wanted = [link for link in found if links is not None and link.startswith(links)]
        assert found == wanted
        assert page.evaluate(UNSHIELDED) == []
        assert [width for width in page.evaluate(OVERFLOWING) if width > 0] == []

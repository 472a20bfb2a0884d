"""Drives a page by keyboard only, and checks that the focus is visible on each element it reaches."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

# The styles that can show the focus: of the element, its parent, its label, its SVG rectangle, and its ::after.
STYLES = """each => [each, each.parentElement, each.closest('label'), each.querySelector('rect')].filter(Boolean).map(
    part => getComputedStyle(part)).concat(getComputedStyle(each, '::after')).map(
    ({outlineStyle, outlineWidth, outlineColor, boxShadow, borderColor}) =>
        [outlineStyle === 'none' ? '' : outlineStyle + outlineWidth + outlineColor, boxShadow, borderColor].join(' ')
    ).join(' | ')"""
CHECK_FOCUS = f"""() => {{
    const looks = {STYLES};
    const settled = () => Promise.all(document.getAnimations().map(each => each.finished.catch(() => undefined)));
    return settled().then(() => {{
        const {{before}} = window, focused = document.activeElement;
        const left = before && before.element !== focused && before.element.isConnected;
        const unseen = left && looks(before.element) === before.looks;
        const text = unseen ? before.element.outerHTML.slice(0, 200) : '';
        const inside = focused.closest('.csw') !== null && !focused.matches('.csw');
        const again = before && before.element === focused;  // inside a field, another part shows it
        if (!again) window.before = inside ? {{element: focused, looks: looks(focused)}} : null;
        if (inside) (window.visited ??= new Set()).add(focused);
        return [inside, text];
    }});
}}"""
# Focusable elements that Tab did not reach. Radio buttons and lists with arrow keys need only one stop per group.
UNREACHED = """root => [...root.querySelectorAll(
    'button, a[href], input, select, textarea, summary, [tabindex]')].filter(each =>
        !each.matches(':disabled, [tabindex="-1"], [type=radio], [type=file]') && each.checkVisibility()
        && each.getClientRects().length > 0 && !window.visited.has(each)
    ).map(each => each.outerHTML.slice(0, 200))"""


class Keys:
    """The keyboard of a page. `unseen` lists elements that did not show that they had the focus."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.unseen: list[str] = []

    def to(self, wanted: Locator, max_presses: int = 120, key: str = "Tab") -> Keys:
        """Press Tab until the element has the focus. Raises AssertionError if it never gets it."""
        for _ in range(max_presses):
            if wanted.count() > 0 and wanted.first.evaluate("each => each === document.activeElement"):
                return self
            self._page.keyboard.press(key)
            self._check_focus()
        raise AssertionError(f"{key} does not lead to {wanted}")

    def _check_focus(self) -> bool:
        inside, unseen = self._page.evaluate(CHECK_FOCUS)
        if unseen:
            self.unseen.append(unseen)
        return bool(inside)

    def walk(self, root: Locator, max_presses: int = 400) -> list[str]:
        """Press Tab from the start of an element to its end. Returns its focusable elements that were not reached."""
        root.evaluate(
            "each => { window.visited = new Set(); window.before = null; each.tabIndex = -1;"
            " each.focus({preventScroll: true}); }"
        )
        for _ in range(max_presses):
            self._page.keyboard.press("Tab")
            if not self._check_focus():
                return [str(each) for each in root.evaluate(UNREACHED)]
        raise AssertionError(f"{max_presses} times Tab do not lead out of {root}")

    def press(self, *keys: str) -> None:
        """Press keys in order."""
        for key in keys:
            self._page.keyboard.press(key)

    def write(self, text: str) -> None:
        """Replace the content of the focused field."""
        self._page.keyboard.press("ControlOrMeta+a")
        self._page.keyboard.type(text)

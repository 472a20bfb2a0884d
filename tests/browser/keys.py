"""A user without a pointer: goes on by Tab, presses keys, and must see where the focus is at each stop."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

# What shows the focus: on the element itself, on what it is drawn in or draws over a larger part (::after), or on the
# label that stands for it.
LOOKS = """each => [each, each.parentElement, each.closest('label'), each.querySelector('rect')].filter(Boolean).map(
    part => getComputedStyle(part)).concat(getComputedStyle(each, '::after')).map(
    ({outlineStyle, outlineWidth, outlineColor, boxShadow, borderColor}) =>
        [outlineStyle === 'none' ? '' : outlineStyle + outlineWidth + outlineColor, boxShadow, borderColor].join(' ')
    ).join(' | ')"""
STOP = f"""() => {{
    const looks = {LOOKS};
    const settled = () => Promise.all(document.getAnimations().map(each => each.finished.catch(() => undefined)));
    return settled().then(() => {{
        const {{before}} = window, focused = document.activeElement;
        const left = before && before.element !== focused && before.element.isConnected;
        const unseen = left && looks(before.element) === before.looks;
        const text = unseen ? before.element.outerHTML.slice(0, 200) : '';
        const inside = focused.closest('.csw') !== null && !focused.matches('.csw');
        const again = before && before.element === focused;  // at a later stop a part of the field shows it
        if (!again) window.before = inside ? {{element: focused, looks: looks(focused)}} : null;
        if (inside) (window.visited ??= new Set()).add(focused);
        return [inside, text];
    }});
}}"""
# What takes the focus and was not reached. Of radio buttons and of lists that arrows walk through, one is a stop.
UNREACHED = """root => [...root.querySelectorAll(
    'button, a[href], input, select, textarea, summary, [tabindex]')].filter(each =>
        !each.matches(':disabled, [tabindex="-1"], [type=radio], [type=file]') && each.checkVisibility()
        && each.getClientRects().length > 0 && !window.visited.has(each)
    ).map(each => each.outerHTML.slice(0, 200))"""


class Keys:
    """Drives a page by keyboard."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.unseen: list[str] = []

    def to(self, wanted: Locator, most: int = 120, key: str = "Tab") -> Keys:
        """Press Tab until the element has the focus, which must be seen at each stop."""
        for _ in range(most):
            if wanted.count() > 0 and wanted.first.evaluate("each => each === document.activeElement"):
                return self
            self._page.keyboard.press(key)
            self._look()
        raise AssertionError(f"{key} does not lead to {wanted}")

    def _look(self) -> bool:
        inside, unseen = self._page.evaluate(STOP)
        if unseen:
            self.unseen.append(unseen)
        return bool(inside)

    def walk(self, root: Locator, most: int = 400) -> list[str]:
        """Press Tab from the beginning of an element to its end; what in it takes the focus and was not reached."""
        root.evaluate(
            "each => { window.visited = new Set(); window.before = null; each.tabIndex = -1;"
            " each.focus({preventScroll: true}); }"
        )
        for _ in range(most):
            self._page.keyboard.press("Tab")
            if not self._look():
                return [str(each) for each in root.evaluate(UNREACHED)]
        raise AssertionError(f"{most} times Tab do not lead out of {root}")

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self._page.keyboard.press(key)

    def write(self, text: str) -> None:
        """Type a text over what the field holds."""
        self._page.keyboard.press("ControlOrMeta+a")
        self._page.keyboard.type(text)

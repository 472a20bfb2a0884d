"""Where elements are on the page, all read at one moment: a notebook may scroll between two questions."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator

READ = "elements => elements.map(element => element.getBoundingClientRect().toJSON())"


def boxes(*elements: Locator) -> list[dict[str, float]]:
    """The rectangle of each element, with `top`, `bottom`, `left`, `right`, `width` and `height` in pixels."""
    found: Any = elements[0].page.evaluate(READ, [element.element_handle() for element in elements])
    return list(found)

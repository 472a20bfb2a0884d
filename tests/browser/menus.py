"""Opens menus as a user does."""

from __future__ import annotations

from playwright.sync_api import Locator


def choose_more(app: Locator, name: str) -> None:
    """Press a button in the "More" menu of the instance's header."""
    app.get_by_role("button", name="More", exact=True).click()
    app.get_by_role("group", name="More actions").get_by_role("button", name=name).click()

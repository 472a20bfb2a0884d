"""The cards of the form: folded to a summary, switched off, moved, copied, deleted and brought back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Open

THREE = """
from clearml_sched_widgets import Action, Daily, Definition, Schedule, Weekly, Wizard
wizard = Wizard(Definition("Three", [
    Schedule(Action({task!r}), Daily(["06:20"]), name="First"),
    Schedule(Action({task!r}, queue="services"), Weekly(["mon"], ["08:00"]), name="Second"),
    Schedule(Action({task!r}), Daily(["12:00"]), name="Third"),
]))
wizard
"""
NAMES = "print([item.name for item in wizard.definition.schedules])"


def card(form: Locator, name: str) -> Locator:
    return form.get_by_role("group", name=name, exact=True)


def order(form: Locator) -> list[str]:
    return [str(each.get_attribute("aria-label")) for each in form.locator("[data-item]").all()]


@pytest.mark.slow
def test_cards_fold_to_a_summary_and_are_arranged_by_keyboard(open_notebook: Open, examples: dict[str, str]) -> None:
    notebook = open_notebook(THREE.format(task=examples["train"]))
    form, page = notebook.widget(), notebook.page
    second = card(form, "Second")
    for part in ("On Mondays at 08:00 (UTC).", "train model", "queue services (no agent)"):
        expect(second).to_contain_text(part)
    expect(form.get_by_label("Base task", exact=True)).to_have_count(0)

    title = second.get_by_role("button", name="Second", exact=True)
    title.press("Enter")
    expect(title).to_have_attribute("aria-expanded", "true")
    expect(second.get_by_label("Base task", exact=True)).to_have_value(examples["train"])

    second.get_by_role("button", name="Move Second up").press("Enter")
    expect(form.get_by_text("Second is now 1 of 3.")).to_be_attached()
    assert order(form) == ["Second", "First", "Third"]
    expect(second.get_by_role("button", name="Move Second down")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(form.get_by_text("Second is now 3 of 3.")).to_be_attached()
    assert order(form) == ["First", "Third", "Second"]

    card(form, "First").get_by_role("button", name="Duplicate First").press("Enter")
    copy = card(form, "First (copy)")
    expect(copy.get_by_role("button", name="First (copy)", exact=True)).to_be_focused()
    expect(copy.get_by_label("Times of the day", exact=True)).to_be_visible()

    card(form, "First").get_by_role("button", name="Delete First", exact=True).press("Enter")
    expect(form.get_by_text("Deleted “First”")).to_be_visible()
    assert order(form) == ["First (copy)", "Third", "Second"]
    expect(form.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(card(form, "First").get_by_role("button", name="First", exact=True)).to_be_focused()
    assert order(form) == ["First", "First (copy)", "Third", "Second"]
    expect(form.get_by_text("Deleted “First”")).to_have_count(0)

    switch = card(form, "Third").get_by_role("switch", name="Third is on")
    switch.press("Space")
    expect(switch).not_to_be_checked()
    expect(card(form, "Third")).to_contain_text("disabled")
    form.get_by_role("button", name="Save draft").click()
    expect(form.get_by_text("was saved as a draft")).to_be_visible()
    assert notebook.run(NAMES).strip() == "['First', 'First (copy)', 'Third', 'Second']"
    assert (
        notebook.run("print([item.enabled for item in wizard.definition.schedules])").split(",")[2].strip() == "False"
    )


@pytest.mark.slow
def test_a_card_is_dragged_by_its_handle_and_escape_leaves_it_where_it_was(
    open_notebook: Open, examples: dict[str, str]
) -> None:
    notebook = open_notebook(THREE.format(task=examples["train"]))
    form, mouse = notebook.widget(), notebook.page.mouse
    expect(card(form, "Third")).to_contain_text("train model")

    def drag(name: str, onto: str, part: float) -> None:
        card(form, onto).scroll_into_view_if_needed()
        handle, target = card(form, name).get_by_title("Drag to move").bounding_box(), card(form, onto).bounding_box()
        assert handle
        assert target
        mouse.move(handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2)
        mouse.down()
        mouse.move(target["x"] + 40, target["y"] + target["height"] * part, steps=5)

    drag("Third", "First", 0.2)
    mouse.up()
    expect(form.get_by_text("Third is now 1 of 3.")).to_be_attached()
    assert order(form) == ["Third", "First", "Second"]
    drag("Third", "Second", 0.9)
    notebook.page.keyboard.press("Escape")
    mouse.up()
    assert order(form) == ["Third", "First", "Second"]


@pytest.mark.slow
def test_what_is_wrong_in_a_folded_card_is_counted_and_opened_by_an_attempt_to_launch(open_notebook: Open) -> None:
    form = open_notebook("from clearml_sched_widgets import Wizard\nWizard()").widget()
    first = card(form, "Schedule 1")
    first.get_by_role("button", name="Schedule 1", exact=True).click()
    expect(form.get_by_label("Times of the day", exact=True)).to_have_count(0)
    form.get_by_label("Name", exact=True).fill("Nightly")
    form.get_by_role("button", name="Launch", exact=True).click()
    expect(first).to_contain_text("2 problems")
    expect(first.get_by_label("Times of the day", exact=True)).to_be_visible()
    expect(first.get_by_label("Base task", exact=True)).to_be_focused()

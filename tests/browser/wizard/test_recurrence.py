"""When an item runs, as a user says it: weekdays, days of the month, times, zones, cron, policies, events."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Open
from tests.browser.lab import Notebook

WIZARD = "from clearml_sched_widgets import Wizard\nwizard = Wizard()\nwizard"
RULE = "print(wizard.definition.schedules[0].recurrence)"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of somebody in India."""
    context = browser.new_context(viewport={"width": 1400, "height": 1100}, timezone_id="Asia/Kolkata")
    context.set_default_timeout(20_000)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    expect.set_options(timeout=20_000)
    yield context.new_page()
    context.close()


def chips(form: Locator) -> Locator:
    return form.get_by_role("list", name="Chosen values").get_by_role("listitem")


def complete(form: Locator) -> None:
    """Fill in what a definition needs beside its times."""
    form.get_by_label("Name", exact=True).fill("Nightly")
    form.get_by_label("Base task", exact=True).fill("0" * 32)


def sentence(form: Locator, text: str) -> None:
    """The item and the preview both say it."""
    expect(form.get_by_text(text)).to_have_count(2)


def test_weekdays_times_and_a_zone_are_chosen_by_keyboard_and_paste(open_notebook: Open) -> None:
    notebook = open_notebook(WIZARD)
    form = notebook.widget()
    complete(form)
    form.get_by_label("Weekly").check()
    form.get_by_role("button", name="Weekend").click()
    expect(form.get_by_label("Saturday")).to_be_checked()
    form.get_by_role("button", name="Weekdays").click()
    expect(form.get_by_label("Saturday")).not_to_be_checked()
    form.get_by_label("Wednesday").uncheck()

    times = form.get_by_label("Times of the day")
    notebook.page.evaluate("() => navigator.clipboard.writeText('6:20\\n18:20 25:00')")
    times.press("Control+v")
    expect(chips(form)).to_have_text(["6:20", "18:20", "25:00"])
    expect(times).to_have_accessible_description(re.compile("“25:00”: Expected a time from"))
    times.press("Backspace")
    expect(chips(form)).to_have_text(["6:20", "18:20"])
    times.press_sequentially("7:05,")
    expect(chips(form)).to_have_text(["6:20", "18:20", "7:05"])
    form.get_by_role("button", name="Remove 18:20").click()

    zone = form.get_by_role("combobox", name="Time zone")
    zone.fill("berl")
    expect(form.get_by_role("option", name="Europe/Berlin")).to_contain_text(re.compile(r"\d\d:\d\d · UTC\+0[12]:00"))
    zone.press("Enter")
    expect(zone).to_have_value("Europe/Berlin")
    expect(zone).to_have_attribute("aria-expanded", "false")
    zone.press("ArrowDown")  # the usual ones come first
    zones = form.get_by_role("listbox", name="Matching zones").get_by_role("option")
    expect(zones.first).to_have_accessible_name(re.compile("Asia/(Kolkata|Calcutta)"))
    zone.press("Escape")
    expect(zones).to_have_count(0)
    sentence(form, "On Mondays, Tuesdays, Thursdays and Fridays at 06:20 and 07:05 (Europe/Berlin).")
    clocks = re.compile(
        r"Next: .*\d\d:\d\d Europe/Berlin = \d\d:\d\d UTC = \d\d:\d\d your time \(Asia/(Kolkata|Calcutta)\)"
    )
    expect(form.get_by_text(clocks)).to_be_visible()
    assert "timezone='Europe/Berlin'" in notebook.run(RULE)


@pytest.mark.slow
def test_days_of_the_month_are_chosen_in_a_grid_with_weekdays_and_months(open_notebook: Open) -> None:
    notebook = open_notebook(WIZARD)
    form = notebook.widget()
    complete(form)
    form.get_by_label("Monthly").check()
    form.get_by_label("Times of the day").fill("12:00")
    for day in ("Day 1", "Day 31", "Last day"):
        form.get_by_label(day, exact=True).check()
    expect(form.get_by_text("Months without day 31 are skipped.")).to_be_visible()
    form.get_by_label("Day 31", exact=True).uncheck()
    form.get_by_label("Which one").select_option("last")
    form.get_by_label("Weekday", exact=True).select_option("friday")
    form.get_by_role("button", name="Add last Friday").click()
    expect(form.get_by_role("button", name="Add last Friday")).to_be_disabled()
    sentence(form, "On the 1st, the last Friday and the last day of each month at 12:00 (UTC).")
    form.get_by_text("Months, start and end").click()
    form.get_by_label("March").check()
    form.get_by_label("June").check()
    form.get_by_role("button", name="Remove last friday").click()
    sentence(form, "On the 1st and the last day of March and June at 12:00 (UTC).")
    assert notebook.run(RULE).strip() == "Monthly(days=[1, 'last'], times=['12:00'], months=[3, 6])"


@pytest.mark.slow
def test_once_an_interval_and_cron_each_have_a_field_of_their_own(open_notebook: Open) -> None:
    notebook = open_notebook(WIZARD)
    form = notebook.widget()
    complete(form)
    form.get_by_label("Once", exact=True).check()
    form.get_by_label("Date", exact=True).fill("2031-12-24")
    form.get_by_label("Times of the day").fill("18:00")
    sentence(form, "Once, on 24 December 2031 at 18:00 (UTC).")

    form.get_by_label("Interval").check()
    every, unit = form.get_by_label("Every", exact=True), form.get_by_label("Unit")
    every.fill("20")
    unit.select_option("hours")
    sentence(form, "Every 20 hours.")
    every.fill("90s")  # typed with its unit
    expect(every).to_have_value("90")
    expect(unit).to_have_value("s")
    form.get_by_role("button", name="Every 15m").click()
    sentence(form, "Every 15 minutes.")
    form.get_by_text("Start and end").click()
    form.get_by_label("Not before (UTC)").fill("2031-01-01T00:00")
    sentence(form, "Every 15 minutes (UTC), from 1 January 2031 at 00:00.")

    form.get_by_label("Cron", exact=True).check()
    expression = form.get_by_label("Cron expression")
    expression.press_sequentially("0 8 * * mon-fri")
    sentence(form, "On weekdays at 08:00 (UTC), from 1 January 2031 at 00:00.")
    expression.fill("0 8 * * 75")
    expression.blur()
    expect(expression).to_have_accessible_description(re.compile("Day of week"))
    # What was typed elsewhere is still there.
    form.get_by_label("Once", exact=True).check()
    expect(form.get_by_label("Date", exact=True)).to_have_value("2031-12-24")
    expect(chips(form)).to_have_text(["18:00"])


MOMENTS = """
from clearml_sched_widgets import Action, Daily, Definition, Schedule, Wizard
rule = Daily(["06:20"], timezone="Europe/Berlin", start="2031-10-26T01:30:00Z", end="2032-01-01T00:00:00.5+05:30")
wizard = Wizard(Definition("Moments", [Schedule(Action("0" * 32), rule)]))
wizard
"""


@pytest.mark.slow
def test_start_and_end_are_typed_on_the_rules_own_clock_and_clock_changes_are_told(open_notebook: Open) -> None:
    notebook = open_notebook(MOMENTS)
    form = notebook.widget()
    form.get_by_text("Start and end").click()
    start, end = form.get_by_label("Not before (Europe/Berlin)"), form.get_by_label("Not after (Europe/Berlin)")
    expect(start).to_have_value("2031-10-26T02:30")
    which = form.get_by_role("group", name="Not before: which 02:30?")
    expect(which.get_by_label("The second, UTC+01:00")).to_be_checked()
    expect(end).to_have_value("2031-12-31T19:30")
    # Untouched, they are what they were, to the microsecond.
    form.get_by_label("Name", exact=True).fill("Another name")
    expect(form.get_by_label("Preview", exact=True)).to_contain_text("Every day at 06:20")
    kept = "start='2031-10-26T01:30:00Z', end='2031-12-31T18:30:00.500000Z'"
    until_rule(notebook, "Another name", kept)

    which.get_by_label("The first, UTC+02:00").check()
    until_rule(notebook, "", "start='2031-10-26T00:30:00Z'")
    start.fill("2031-03-30T02:30")
    expect(start).to_have_accessible_description(
        re.compile("02:30 does not exist on that day. It means Sun 30 Mar, 03:00, the moment of the change")
    )
    expect(which).to_have_count(0)
    start.fill("2031-07-01T00:00")
    expect(start).to_have_accessible_description(
        re.compile(r"= Mon 30 Jun, 22:00 UTC = 03:30 your time \(Asia/(Kolkata|Calcutta)\)")
    )
    until_rule(notebook, "", "start='2031-06-30T22:00:00Z'")
    form.get_by_role("combobox", name="Time zone").fill("Asia/Tokyo")  # what was typed is typed on that clock then
    form.get_by_role("combobox", name="Time zone").press("Enter")
    expect(form.get_by_label("Not before (Asia/Tokyo)")).to_have_value("2031-07-01T00:00")
    until_rule(notebook, "", "start='2031-06-30T15:00:00Z'")


def until_rule(notebook: Notebook, name: str, part: str) -> None:
    """Wait until Python's definition has the name, and its first schedule's rule that part."""
    code = "print(wizard.definition.name, wizard.definition.schedules[0].recurrence)"
    for _ in range(20):
        told = notebook.run(code)
        if name in told and part in told:
            return
        notebook.page.wait_for_timeout(250)
    raise AssertionError(f"expected {name} … {part}, got {told}")


@pytest.mark.slow
def test_policies_explain_themselves_and_the_folded_title_names_what_is_not_as_usual(open_notebook: Open) -> None:
    notebook = open_notebook(WIZARD)
    form = notebook.widget()
    complete(form)
    form.get_by_label("Times of the day").fill("12:00")
    title = form.get_by_text("Advanced")
    expect(title).to_have_text("Advanced")
    title.click()
    overlap = form.get_by_label("If the last run is not finished")
    expect(overlap).to_have_accessible_description("Its runs may overlap.")
    overlap.select_option("Skip the new run")
    expect(overlap).to_have_accessible_description("While a run is queued or running, the next one is left out.")
    missed = form.get_by_label("Missed runs")
    expect(missed).to_have_accessible_description(re.compile("at most 1h late"))
    missed.select_option("Skip them")
    expect(form.get_by_label("Catch up at most")).to_have_count(0)
    expect(form.get_by_label("First retry after")).to_have_count(0)
    form.get_by_label("Retries of a failed run").fill("2")
    form.get_by_label("First retry after").fill("30s")
    form.get_by_label("End after runs").fill("3")
    title.click()
    expect(title).to_have_text("Advanced · overlap: skip · missed runs: skip · 2 retries · at most 3 runs")
    expect(form.get_by_role("table", name="Next runs").locator("tbody tr:has(td)")).to_have_count(3)
    printed = notebook.run("print(wizard.definition.schedules[0].policies)").strip()
    assert printed == "Policies(overlap='skip', missed='skip', retries=2, retry_backoff='30s', max_runs=3)"


@pytest.mark.slow
def test_a_trigger_offers_all_that_the_engine_watches(open_notebook: Open) -> None:
    notebook = open_notebook(WIZARD)
    form = notebook.widget()
    complete(form)
    form.get_by_role("button", name=re.compile("^Delete")).click()
    form.get_by_role("button", name="Add trigger").click()
    form.get_by_label("Base task", exact=True).fill("0" * 32)
    form.get_by_role("group", name="New status").get_by_label("failed").check()
    form.get_by_text("Only after another status").click()
    form.get_by_role("group", name="Status before").get_by_label("in progress").check()
    projects = form.get_by_label("In projects")
    projects.press_sequentially("Vision/my project,Speech")
    projects.press("Enter")
    form.get_by_text("More about the task").click()
    form.get_by_label("Has none of the tags").fill("old")
    form.get_by_label("In subprojects too").uncheck()
    form.get_by_label("Fire for what matches already").check()
    sentence(
        form,
        'When a task in project "Vision/my project" or "Speech" not tagged "old" becomes completed or failed '
        "after being in progress.",
    )
    expect(form.get_by_text("More about the task")).to_have_text("More about the task · tags, no subprojects")
    trigger = notebook.run("print(wizard.definition.triggers[0])")
    assert "StatusChanged(to=['completed', 'failed'], from_=['in_progress'])" in trigger
    assert "Select(projects=['Vision/my project', 'Speech'], subprojects=False, tags_none=['old'])" in trigger
    assert "include_existing=True" in trigger
    form.get_by_label("Model", exact=True).check()
    expect(form.get_by_label("Status change")).to_have_count(0)
    form.get_by_label("Tagging").check()
    form.get_by_label("All of these tags").fill("ready,")
    expect(form.get_by_label("Preview", exact=True)).to_contain_text('When a model in project "Vision/my project"')

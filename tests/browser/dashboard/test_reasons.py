"""The reason why a run waits: shown in its row, with times in the chosen zone; right-to-left texts are isolated."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.memory_history import SEED

WAITING = (
    SEED
    + """
gateway._queues[gateway.queues()[0].id].watched = False
gateway.add_queue("slow")
ran(train, 5, None, "queued")
other = Schedule(Action(base, "slow"), Daily(["06:20"]), name="Other")
saved.update(Definition("With a past", [train, other]))
ran(other, 12, None, "queued")
saved.resume()
Dashboard(saved, manager)
"""
)


@pytest.mark.slow
def test_a_run_that_waits_says_why_on_its_own_row_and_its_times_follow_the_switch(open_notebook: Open) -> None:
    board = open_notebook(WAITING).widget()
    table = board.get_by_role("table", name="Executed tasks")
    train = table.get_by_role("row").filter(has_text="Train")
    other = table.get_by_role("row").filter(has_text="Other")
    expect(train).to_contain_text("no agent")
    expect(other).to_contain_text("agents busy")
    train.get_by_role("button", name="Details of Train").click()
    expect(table).to_contain_text("Why it has not begun: Its run waits in the queue 'default', which no agent serves.")
    other.get_by_role("button", name="Details of Other").click()
    expect(table).to_contain_text(re.compile(r"Its run waits since [\d:]+ in the queue 'slow': the agents there are"))
    board.get_by_label("Relative to now").check()
    expect(table).to_contain_text(re.compile(r"Its run waits for 1\d min.* in the queue 'slow'"))


BEHIND = (
    SEED
    + """
first = datetime.now(timezone.utc) + timedelta(seconds=5)
behind = Schedule(Action(base), Interval("1h", anchor=first), Policies(overlap="queue"), name="Behind")
saved.update(Definition("With a past", [behind]))
saved.resume()
saved.run_now(behind)
Dashboard(saved, manager)
"""
)


@pytest.mark.slow
def test_an_item_whose_run_before_has_not_ended_says_that_the_next_one_waits_for_it(open_notebook: Open) -> None:
    notebook = open_notebook(BEHIND)
    board = notebook.widget()
    row = board.get_by_role("table", name="Scheduled tasks").get_by_role("row").filter(has_text="Behind")
    executed = board.get_by_role("table", name="Executed tasks").locator("tbody tr")
    expect(executed).to_have_count(1)
    notebook.run("run = saved.executed.task[0]; gateway.start(run, 'agent:0')")
    waits = re.compile(
        r"The run of \d\d:\d\d:\d\d waits until the one before it has ended \(overlap policy queue\)\. "
        "Abort that one, or allow overlaps\\."
    )
    expect(row).to_contain_text(waits)
    expect(executed).to_have_count(1)
    notebook.run("gateway.finish(run)")
    expect(executed).to_have_count(2)
    expect(row).not_to_contain_text("waits until")


BROKEN = (
    SEED
    + """
from clearml_sched_widgets.engine import planner
whole = planner.decide
def broken(schedule, *rest):
    if schedule.name == "Bad":
        raise RuntimeError("a bug")
    return whole(schedule, *rest)
planner.decide, planner.RETRY_AFTER = broken, timedelta(0)
saved.update(Definition("With a past", [Schedule(Action(base), Interval("1s"), name="Bad"), report]))
saved.resume()
Dashboard(saved, manager)
"""
)


@pytest.mark.slow
def test_an_item_that_is_set_aside_after_errors_says_so_and_is_tried_again(open_notebook: Open) -> None:
    notebook = open_notebook(BROKEN)
    board = notebook.widget()
    table = board.get_by_role("table", name="Scheduled tasks")
    row = table.get_by_role("row").filter(has_text="Bad").first
    expect(row).to_contain_text("It was set aside after errors that nobody foresaw: RuntimeError: a bug. Try it again")
    expect(row).to_contain_text("error")
    expect(row).to_contain_text("none")  # the next run
    expect(row.get_by_role("button", name="Try Bad again")).to_be_visible()
    row.get_by_role("button", name="Details of Bad").click()
    expect(table).to_contain_text("Why it does not run: It was set aside after errors")
    notebook.run("planner.decide = whole")
    table.get_by_role("button", name="Try again", exact=True).click()
    expect(row).to_contain_text("waiting")
    expect(row.get_by_role("button", name="Pause Bad")).to_be_visible()
    expect(board.get_by_role("table", name="Executed tasks")).to_contain_text("Bad")


TURNED = (
    SEED
    + """
turned = Schedule(Action(base), Daily(["06:20"]), name="nightly \\u202egnp.exe")
saved.update(Definition("With a past", [turned]))
saved.resume()
saved.run_now(turned)
saved.pause("wait \\u202efor it", item=turned)
Dashboard(saved, manager)
"""
)
# Where the first letters of two words are, from the left.
PLACES = """(line, [one, other]) => {
    const texts = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
    const found = {};
    for (let text = texts.nextNode(); text; text = texts.nextNode()) for (const word of [one, other]) {
        const at = text.data.indexOf(word);
        if (at < 0) continue;
        const range = document.createRange();
        range.setStart(text, at);
        range.setEnd(text, at + 1);
        found[word] = range.getBoundingClientRect().x;
    }
    return [found[one], found[other]];
}"""


@pytest.mark.slow
def test_a_mark_that_turns_the_reading_direction_turns_nothing_around_its_text(open_notebook: Open) -> None:
    board = open_notebook(TURNED).widget()
    line = board.get_by_role("log").locator("p").filter(has_text="launched task").first
    expect(line).to_be_visible()
    first, second = line.evaluate(PLACES, ["launched", "task"])
    assert first < second  # the words after the name, from left to right
    why = board.get_by_role("table", name="Scheduled tasks").get_by_text("It is paused")
    expect(why).to_be_visible()
    first, second = why.evaluate(PLACES, ["paused", "Resume it"])
    assert first < second
    assert board.page.evaluate("document.documentElement.scrollWidth <= innerWidth")

"""What a dashboard shows of items and runs: all columns, links, counters, times, and why an item has not run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Open
from tests.browser.memory_history import SEED

WEB = "http://web.example:8080"
LINKED = (
    f"""
from clearml_sched_widgets.gateway.base import Server
gateway.server = lambda: Server(api_url="memory:", web_url={WEB!r}, user_id="x", user="tester")
"""
    + """
done, failed = ran(train, 60, 5), ran(report, 30, 5, "failed")
running, waiting = ran(train, 10, None, "in_progress"), ran(report, 2, None, "queued")
saved.resume()
Dashboard(saved, manager)
"""
)


def page_of(task: str) -> str:
    return f"{WEB}/projects/*/experiments/{task}/output/log"


def rows(board: Locator, table: str) -> Locator:
    return board.get_by_role("table", name=table).locator("tbody tr")


@pytest.mark.slow
def test_names_lead_to_the_pages_of_their_tasks(open_notebook: Open, page: Page) -> None:
    page.context.route(f"{WEB}/**", lambda route: route.fulfill(body="the page of a task"))
    notebook = open_notebook(SEED + LINKED)
    board = notebook.widget()
    expect(rows(board, "Executed tasks")).to_have_count(4)
    failed, base, own = notebook.run("print(failed, base, saved.id)").split()
    expect(board.get_by_role("heading", name="With a past").get_by_role("link")).to_have_attribute("href", page_of(own))
    expect(rows(board, "Scheduled tasks").get_by_role("link", name="train model")).to_have_count(2)
    expect(rows(board, "Scheduled tasks").get_by_role("link").first).to_have_attribute("href", page_of(base))
    row = rows(board, "Executed tasks").filter(has_text="failed")
    expect(row.get_by_role("link").first).to_have_attribute("href", page_of(failed))
    row.get_by_role("button", name="Details of").click()
    expect(board.get_by_role("link", name=failed, exact=True)).to_have_attribute("href", page_of(failed))
    notebook.run("saved.run_now(train)")
    launch = board.get_by_role("log", name="Log").get_by_role("paragraph").filter(has_text="Train: launched task")
    expect(launch.get_by_role("link")).to_have_count(1)
    run = launch.get_by_role("link")
    assert run.get_attribute("href") == page_of(run.get_attribute("title") or "")
    expect(rows(board, "Executed tasks").locator(f"[title='{run.get_attribute('title')}']")).not_to_have_count(0)

    with page.context.expect_page() as opened:
        row.get_by_role("link").first.click()
    expect(opened.value.get_by_text("the page of a task")).to_be_visible()
    assert opened.value.url == page_of(failed)


@pytest.mark.slow
def test_the_timeline_shows_each_status_by_a_look_of_its_own_and_what_is_to_come_as_marks(open_notebook: Open) -> None:
    board = open_notebook(SEED + LINKED).widget()
    chart = board.get_by_role("group", name=re.compile("^Timeline from"))
    fills = {}
    for status in ("completed", "failed", "in progress|running", "queued|in its queue"):
        bar = chart.get_by_label(re.compile(f"^(Train|Report), ({status})")).first
        fills[status] = bar.locator("rect").first.get_attribute("fill")
    assert len({*fills.values()}) == 4, fills
    colours = {chart.locator(f"pattern[id='{fill[5:-1]}'] rect").evaluate("each => getComputedStyle(each).fill")
               for fill in fills.values() if fill}  # fmt: skip
    assert len(colours) == 4
    legend = board.get_by_role("list", name="Legend").get_by_role("listitem")
    expect(legend).to_have_text(["completed", "failed", "running", "in its queue", "stopped", "to come"])
    marks = chart.locator("circle")
    expect(marks).not_to_have_count(0)
    marks.first.hover()
    expect(board.locator(".csw-tl-tip")).to_contain_text(re.compile("Train.*will run at .*, in "))


@pytest.mark.slow
def test_counters_tell_the_next_run_and_how_many_run_wait_and_failed(open_notebook: Open) -> None:
    board = open_notebook(SEED + LINKED).widget()
    counters = board.get_by_role("list", name="Counters").get_by_role("listitem")
    expect(counters.first).to_have_text(re.compile(r"^next run in (1\d|20) min$"))
    for text in ("1 running", "1 queued", "1 failed in 24 h", "50 % of 2 ended well", "4 runs in all"):
        expect(counters.filter(has_text=text)).to_have_count(1)
    running = rows(board, "Executed tasks").filter(has_text="in progress")
    finished = 3  # the column after name, status and start
    expect(running.get_by_role("cell").nth(finished)).to_have_text("\u2013")
    board.get_by_role("button", name="1 running").click()
    expect(rows(board, "Executed tasks")).to_have_count(1)
    expect(running).to_have_count(1)


@pytest.mark.slow
def test_times_go_by_the_server_whatever_the_clocks_of_the_page_and_of_the_kernel_show(
    open_notebook: Open, page: Page
) -> None:
    page.clock.install(time=datetime.now(timezone.utc) + timedelta(hours=3))  # it goes on from there
    behind = SEED.replace(
        "MemoryGateway()", "MemoryGateway(now=lambda: datetime.now(timezone.utc) - timedelta(minutes=50))"
    )
    board = open_notebook(behind + "saved.resume()\nDashboard(saved, manager)").widget()
    # The schedule runs every 20 minutes from the kernel's present on, so that two of its times are to come until then.
    counters = board.get_by_role("list", name="Counters").get_by_role("listitem")
    expect(counters.first).to_have_text(re.compile(r"^next run in ([5-9]|10) min"))
    expect(rows(board, "Scheduled tasks").filter(has_text="Train").first).to_contain_text(
        re.compile("in ([5-9]|10) min")
    )
    clock = board.get_by_role("status").filter(has_text="clock")
    told = "This machine's clock is 50 min ahead of the server's; times here are the server's."
    expect(clock).to_have_text(told, timeout=40_000)


COLUMNS = """
full = Schedule(
    Action(base, "default", project="Vision/Nightly", parameters={"Args/lr": 0.5}, overrides={"script.branch": "main"},
           time_limit="3h"),
    Weekly(["monday"], ["06:20"], start="2026-01-02T03:04:00Z"), Policies(overlap="skip"), name="Full")
saved = manager.save(Definition("All columns", [full]))
saved.resume()
Dashboard(saved, manager)
"""


@pytest.mark.slow
def test_every_column_that_the_paid_app_has_can_be_shown(open_notebook: Open) -> None:
    board = open_notebook(SEED + COLUMNS).widget()
    expect(rows(board, "Scheduled tasks")).to_have_count(1)
    board.get_by_role("button", name="Columns").click()
    boxes = board.get_by_role("group", name="Columns", exact=True).last.get_by_role("checkbox")
    expect(boxes.first).to_be_visible()
    for box in boxes.all():
        box.check()
    board.page.keyboard.press("Escape")
    table = board.get_by_role("table", name="Scheduled tasks")
    heads = [each.inner_text().strip() for each in table.get_by_role("columnheader").all()]
    cells = [each.inner_text().strip() for each in rows(board, "Scheduled tasks").get_by_role("cell").all()]
    shown = dict(zip(heads, cells, strict=True))
    told = {
        "Name": "Full",
        "Base task": "train model",
        "Target project": "Vision/Nightly",
        "Queue": "default",
        "Schedule": "On Mondays at 06:20 (UTC), from 2 January 2026 at 03:04.",
        "Starting": "2 Jan",
        "Time limit": "3h",
        "Recurring": "yes",
        "One at a time": "yes",
        "Parameters": "Args/lr=0.5",
        "Overrides": "script.branch=main",
        "Launched as": "clone",
        "Runs": "0",
        "State": "waiting",
    }
    assert {name: shown[name] for name in told if told[name] not in shown[name]} == {}
    assert "06:20" in shown["Next run"]


WHY = """
gateway.add_queue("nobody", watched=False)
items = [
    Schedule(Action(base, "nobody"), Daily(["06:20"]), name="Waits"),
    Schedule(Action(base), Daily(["06:20"]), name="Off", enabled=False),
    Schedule(Action("0" * 32), Daily(["06:20"]), name="Gone"),
    Schedule(Action(base), Daily(["06:20"]), Policies(overlap="skip"), name="Single"),
    Schedule(Action(base), Daily(["06:20"]), name="Held"),
]
saved = manager.save(Definition("Reasons", items))
saved.resume()
for item in items[:1] + items[2:4]:
    saved.run_now(item)
saved.pause("no power", item=items[4])
Dashboard(saved, manager)
"""


@pytest.mark.slow
def test_a_row_says_why_its_item_has_not_run(open_notebook: Open) -> None:
    notebook = open_notebook(SEED + WHY)
    board = notebook.widget()

    def row(name: str) -> Locator:
        return board.get_by_role("table", name="Scheduled tasks").get_by_role("row", name=re.compile(f"^{name} "))

    expect(row("Held")).to_contain_text("It is paused (no power). Resume it when it may run again.")
    expect(row("Off")).to_contain_text(re.compile("switched off|disabled"))
    expect(row("Gone")).to_contain_text("error")
    row("Gone").get_by_role("button", name="Details of").click()
    expect(board.get_by_text("Why it does not run:")).to_be_visible()
    notebook.run("saved.pause('lunch')")
    expect(row("Single")).to_contain_text("The whole instance is paused (lunch). Resume it.")
    notebook.run("saved.stop()")
    expect(row("Single")).to_contain_text("The instance was stopped. Resume it.")


class TestFarFromUtc:
    """A page of somebody in India."""

    @pytest.fixture
    def page(self, browser: Browser) -> Iterator[Page]:
        context = browser.new_context(viewport={"width": 1400, "height": 1100}, timezone_id="Asia/Kolkata")
        context.set_default_timeout(20_000)
        expect.set_options(timeout=20_000)
        yield context.new_page()
        context.close()

    @pytest.mark.slow
    def test_times_are_local_or_in_utc_or_relative_everywhere_at_once(self, open_notebook: Open) -> None:
        board = open_notebook(SEED + LINKED).widget()
        scheduled, log = rows(board, "Scheduled tasks").filter(has_text="Report"), board.get_by_role("log", name="Log")
        expect(scheduled.locator("time").first).to_contain_text("11:50")
        expect(board.get_by_text(re.compile("Times are in Asia/(Kolkata|Calcutta)."))).to_be_visible()
        local = log.locator("time").first.inner_text()
        board.get_by_label("Show UTC").check()
        expect(scheduled.locator("time").first).to_contain_text("06:20")
        expect(log.locator("time").first).not_to_have_text(local)
        expect(board.get_by_text("Times are in UTC.")).to_be_visible()
        board.get_by_label("Relative to now").check()
        expect(scheduled.locator("time").first).to_contain_text("in ")
        expect(rows(board, "Executed tasks").first).to_contain_text("ago")

"""Hostile texts wherever a dashboard shows any: menus, windows, tooltips, reasons, errors, files."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Open
from tests.browser.memory_history import SEED
from tests.browser.watch import Watch

IMAGE = "<img src=x onerror='window.hacked=1'>"
TURNED = "invoice \u202egpj.exe"
FORMULAS = ('=HYPERLINK("http://evil.example","x")', "+1+2", "-2+3", "@SUM(1)")
LONG = "long" * 2500
OTHERS = ("<script>window.hacked=2</script>", "javascript:window.hacked=3", "http://evil.example/a", "a\0b", "é\ufeff")
NAMES = (IMAGE, TURNED, *FORMULAS, "word" * 49, *OTHERS)
MADE = (
    SEED
    + f"""
from clearml_sched_widgets.gateway.base import Server
from clearml_sched_widgets.records import LogLine
IMAGE, TURNED, LONG, NAMES = {IMAGE!r}, {TURNED!r}, {LONG!r}, {NAMES!r}
"""
    + """
gateway.server = lambda: Server(api_url="memory:", web_url=WEB, user_id="x", user=IMAGE + TURNED)
def action(text):
    gateway.add_queue(text)
    base = gateway.add_task(text + LONG, project=text + LONG)
    project, parameters = (text + "...").replace("/", "|"), {"Args/x": text + LONG[:500]}
    return Action(base, text, project=project, parameters=parameters, tags=[text])
items = [Schedule(action(text), Daily(["06:20"]), name=text) for text in NAMES]
saved = manager.save(Definition(IMAGE + TURNED, items, description=LONG[:5000]))
for number, (item, text) in enumerate(zip(items, NAMES)):
    run = ran(item, 20 + number, 5, ("completed", "failed")[number % 2])
    gateway._tasks[run] = attrs.evolve(
        gateway._tasks[run], name=("\\t" if number % 3 else "\\r") + text + LONG, status_reason=text + LONG)
    now = datetime.now(timezone.utc)
    lines = [LogLine(time=now, level="info", text=each) for each in (*NAMES, LONG)]
    gateway.report_log(run, lines)
saved.resume()
saved.pause(IMAGE + TURNED, item=items[0])
saved.pause(LONG, item=items[1])
Dashboard(saved, manager)
"""
)
WEB = "http://web.example:8080"


def button(widget: Locator, name: str) -> Locator:
    return widget.get_by_role("button", name=name, exact=True)


def dashboard(open_notebook: Open, web: str = WEB, code: str = "") -> tuple[Locator, Watch]:
    notebook = open_notebook(f"WEB = {web!r}\n" + MADE.replace("Dashboard(", f"{code}Dashboard("))
    board = notebook.widget()
    expect(board.get_by_role("table", name="Executed tasks")).to_have_attribute(
        "aria-rowcount", str(len(NAMES) + 1), timeout=60_000
    )
    return board, Watch(notebook.page, board)


def section(board: Locator, name: str) -> Locator:
    """One table with what stands above and below it."""
    return board.locator("section").filter(has=board.page.get_by_role("heading", name=name)).last


@pytest.mark.slow
@pytest.mark.parametrize("width", [1400, 700])
def test_hostile_texts_are_only_text_in_tables_menus_and_details(open_notebook: Open, width: int) -> None:
    board, watch = dashboard(open_notebook)
    page = board.page
    page.set_viewport_size({"width": width, "height": 1100})
    expect(button(board, f"Run {IMAGE} now")).to_be_visible()
    watch.check(WEB)
    for name in ("Scheduled tasks", "Executed tasks"):
        part = section(board, name)
        part.get_by_role("button", name="Filter").click()
        expect(part.get_by_role("group", name="Filters").get_by_text(re.escape(OTHERS[0])).first).not_to_be_visible()
        expect(part.get_by_role("group", name="Filters").get_by_text(OTHERS[0]).first).to_be_attached()
        watch.check(WEB)
        part.get_by_role("checkbox", name=re.compile("^.?invoice")).first.check()
        expect(part.get_by_text(re.compile(r"^1 of \d+ rows match"))).to_be_visible()
        page.keyboard.press("Escape")
        part.get_by_role("button", name="Columns").click()
        boxes = part.get_by_role("group", name="Columns", exact=True).last.get_by_role("checkbox")
        expect(boxes.first).to_be_visible()
        for column in boxes.all():
            column.check()
        watch.check(WEB)
        page.keyboard.press("Escape")
        part.get_by_role("button", name=re.compile("^Details of")).first.click()
        watch.check(WEB)
        part.get_by_role("searchbox").fill(IMAGE + "no")
        expect(part.get_by_text("Nothing matches")).to_be_visible()
        part.get_by_role("button", name="Clear search and filters").click()
        part.get_by_role("searchbox").fill(IMAGE.upper())
        expect(part.get_by_text(re.compile(r"^1 of \d+ rows match"))).to_be_visible()
        watch.check(WEB)
        part.get_by_role("searchbox").fill("")


@pytest.mark.slow
def test_hostile_texts_are_only_text_in_windows_reasons_and_errors(open_notebook: Open) -> None:
    board, watch = dashboard(open_notebook)
    page = board.page
    row = board.get_by_role("table", name="Scheduled tasks").locator("tbody tr")
    expect(row.first).to_contain_text(re.compile(re.escape(IMAGE) + "invoice"))
    expect(row.nth(1)).to_contain_text("It is paused (longlong")
    watch.check(WEB)
    name = NAMES[2]
    button(board, f"Pause {name}").click()
    expect(board.get_by_role("alertdialog", name=f"Pause {name}?")).to_be_visible()
    watch.check(WEB)
    page.keyboard.press("Escape")
    board.get_by_role("button", name=re.compile("^Details of .?invoice")).first.click()
    watch.check(WEB)
    board.get_by_role("button", name="Backfill …").click()
    expect(board.get_by_role("alertdialog")).to_contain_text("Backfill invoice")
    watch.check(WEB)
    page.keyboard.press("Escape")
    button(board, f"Run {name} now").click()
    button(board, f"Abort {name}").click()
    expect(board.get_by_role("alertdialog", name=f"Abort {name}?")).to_be_visible()
    watch.check(WEB)
    page.keyboard.press("Escape")

    runs = board.get_by_role("table", name="Executed tasks")
    runs.get_by_role("button", name=re.compile("^Log of .*img")).click()
    console = board.get_by_role("dialog")
    for text in (IMAGE, OTHERS[0], OTHERS[1], OTHERS[2]):
        expect(console.get_by_text(text, exact=True)).to_have_count(1)
    watch.check(WEB)


FAULT = """
from clearml_sched_widgets.errors import Refused
def refuse(method, moment):
    if method == "log":
        raise Refused(IMAGE + TURNED + LONG)
gateway.fault = refuse
"""


@pytest.mark.slow
def test_hostile_texts_are_only_text_in_the_timeline_and_in_errors(open_notebook: Open) -> None:
    board, watch = dashboard(open_notebook, code=FAULT)
    page = board.page
    chart = board.get_by_role("group", name=re.compile("^Timeline from"))
    expect(chart).to_have_accessible_name(re.compile(f"{len(NAMES)} runs"))
    labels = chart.get_by_role("list", name="Items").get_by_role("listitem")
    expect(labels).to_have_count(len(NAMES))
    tip = board.locator(".csw-tl-tip")
    for name in (IMAGE, "invoice", NAMES[6], OTHERS[0]):
        chart.get_by_label(re.compile(re.escape(name))).first.focus()
        expect(tip).to_contain_text(name)
        watch.check(WEB)
    page.keyboard.press("Escape")
    board.get_by_text("Timeline as a table").click()
    expect(board.get_by_role("table", name=re.compile("^Runs from"))).to_contain_text(OTHERS[0])
    watch.check(WEB)
    board.get_by_role("button", name=re.compile("^Log of .*img")).click()
    expect(board.get_by_role("dialog").get_by_role("alert")).to_contain_text(IMAGE)
    watch.check(WEB)


def neutral(cell: str) -> bool:
    return not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@pytest.mark.slow
def test_no_cell_of_a_downloaded_table_is_a_formula(open_notebook: Open, tmp_path: Path) -> None:
    board, watch = dashboard(open_notebook)
    for name, kind in (("Scheduled tasks", "scheduled"), ("Executed tasks", "executed")):
        with board.page.expect_download() as download:
            section(board, name).get_by_role("button", name="CSV").click()
        found = download.value
        assert re.fullmatch(rf"[^/\\<>:\"|?*\x00-\x1f]+-{kind}\.csv", found.suggested_filename)
        found.save_as(tmp_path / kind)
        with (tmp_path / kind).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == len(NAMES)
        wrong = [cell[:50] for row in rows for cell in row.values() if not neutral(cell)]
        assert wrong == []
        own = {row["name" if kind == "scheduled" else "item_name"] for row in rows}
        assert {f"'{formula}" for formula in FORMULAS} < own
        assert {IMAGE, TURNED, OTHERS[0]} < own
    watch.check(WEB)


@pytest.mark.slow
@pytest.mark.parametrize("web", ["javascript:window.hacked=4//", "data:text/html,x", "//evil.example", ""])
def test_a_web_address_that_is_none_makes_no_links(open_notebook: Open, web: str) -> None:
    _, watch = dashboard(open_notebook, web)
    watch.check(None)

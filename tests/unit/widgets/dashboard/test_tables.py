"""The tables of a dashboard: what the page is told of them, what it may ask, and the files it gets."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearml_sched_widgets import Dashboard
from clearml_sched_widgets.codec import from_data
from clearml_sched_widgets.views.history import EXECUTED_COLUMNS, SCHEDULED_COLUMNS, ExecutedRow, View
from clearml_sched_widgets.widgets.dashboard.csv_text import cell
from clearml_sched_widgets.widgets.dashboard.table_feed import MOST_CHANGES, WINDOW, Feed
from clearml_sched_widgets.widgets.dashboard.table_query import Finder, parse
from clearml_sched_widgets.widgets.dashboard.tables import CHOICES, Tables, file_name
from clearml_sched_widgets.widgets.dashboard.view_data import view_data
from clearml_sched_widgets.widgets.host.messages import BadMessage, Request
from tests.paths import PAGE
from tests.unit.widgets.page import memory_manager, schedule_data
from tests.waiting import until

QUERIES = json.loads((Path(__file__).parent / "table_queries.json").read_text())
START = datetime(2026, 11, 22, tzinfo=timezone.utc)


@pytest.mark.parametrize(("name", "columns"), [("EXECUTED", EXECUTED_COLUMNS), ("SCHEDULED", SCHEDULED_COLUMNS)])
def test_page_and_kernel_agree_on_the_columns(name: str, columns: tuple[str, ...]) -> None:
    listed = re.search(rf"{name}_COLUMNS = \[(.*?)\]", (PAGE / "messages" / "tables.ts").read_text(), re.DOTALL)
    assert listed is not None
    assert tuple(re.findall(r'"(\w+)"', listed[1])) == columns


@pytest.mark.parametrize("table", list(CHOICES))
def test_page_and_kernel_agree_on_what_can_be_filtered(table: str) -> None:
    text = (PAGE / "dashboard" / "tables.ts").read_text()
    listed = re.search(rf"{table.upper()}_CHOICES = \[(.*?)\] as const", text, re.DOTALL)
    assert listed is not None
    assert tuple(re.findall(r'\["(\w+)"', listed[1])) == CHOICES[table]


# -- what the page is told unasked
@attrs.frozen
class Row:
    id: int
    status: str


class PagePlay:
    """Does with windows and changes what the page does with them."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.window = -1
        self.follow()

    def follow(self) -> None:
        if self.feed.window != self.window:
            self.window = self.feed.window
            first = json.loads(json.dumps(self.feed.first()))
            self.revision, self.rows = first["revision"], dict(enumerate(first["rows"]))
        told = json.loads(json.dumps(self.feed.changes))
        assert told["since"] <= self.revision
        for revision, index, change in told["changes"]:
            if revision > self.revision:
                self._apply(index, change)
        self.revision, self.total = told["revision"], told["total"]

    def _apply(self, index: int, change: Any) -> None:
        if isinstance(change, list):
            self.rows = {at + (at >= index): row for at, row in self.rows.items()} | {index: change}
        elif index in self.rows:
            named = dict(zip(self.feed.columns, self.rows[index], strict=True)) | change
            self.rows[index] = list(named.values())


STEP = st.one_of(
    st.tuples(st.just("insert"), st.integers(0, 30)),
    st.tuples(st.just("change"), st.integers(0, 200)),
    st.tuples(st.just("append"), st.integers(1, 40)),
    st.tuples(st.just("remove"), st.integers(0, 200)),
    st.tuples(st.just("other"), st.integers(0, 120)),
)


@given(st.integers(0, 120), st.lists(st.lists(STEP, max_size=4), max_size=12))
def test_after_any_changes_the_page_has_the_rows_of_a_fresh_window(
    size: int, looks: list[list[tuple[str, int]]]
) -> None:
    numbers = iter(range(10_000))
    rows = [Row(next(numbers), "queued") for _ in range(size)]
    feed, of = Feed(("id", "status"), lambda row: row.id), 0
    feed.show(tuple(rows), of)
    page = PagePlay(feed)
    for look in looks:
        for what, number in look:
            if what == "insert":
                rows.insert(min(number, len(rows)), Row(next(numbers), "queued"))
            elif what == "change" and rows:
                index = number % len(rows)
                rows[index] = Row(rows[index].id, f"{rows[index].status}+")
            elif what == "append":
                rows += [Row(next(numbers), "old") for _ in range(number)]
            elif what == "remove" and rows:
                del rows[number % len(rows)]
            elif what == "other":
                of, rows = of + 1, [Row(next(numbers), "other") for _ in range(number)]
        feed.show(tuple(rows), of)
        page.follow()
        assert page.total == len(rows)
        assert [page.rows[index] for index in range(min(len(rows), WINDOW))] == feed.first()["rows"][:WINDOW]
        assert all(page.rows[index] == [rows[index].id, rows[index].status] for index in page.rows)


def test_nothing_new_is_nothing_to_tell_and_a_change_of_one_cell_is_one_cell() -> None:
    feed = Feed(("id", "status"), lambda row: row.id)
    rows = tuple(Row(number, "queued") for number in range(5))
    feed.show(rows, "i1")
    told = feed.changes
    feed.show(rows, "i1")
    assert feed.changes is told
    feed.show((*rows[:2], Row(2, "completed"), *rows[3:]), "i1")
    assert feed.changes == {"revision": 2, "since": 1, "total": 5, "changes": [(2, 2, {"status": "completed"})]}
    assert feed.window == 1


def test_very_many_changes_at_once_are_told_by_a_window_but_older_rows_behind_by_their_number() -> None:
    feed = Feed(("id", "status"), lambda row: row.id)
    rows = tuple(Row(number, "queued") for number in range(WINDOW))
    feed.show(rows, "i1")
    feed.show(tuple(Row(-number, "new") for number in range(1, MOST_CHANGES + 2)) + rows, "i1")
    assert feed.window == 2
    _, now = feed.rows()
    feed.show((*now, *(Row(1000 + number, "old") for number in range(500))), "i1")
    assert (feed.changes["total"], feed.changes["changes"]) == (WINDOW + MOST_CHANGES + 1 + 500, [])
    assert feed.window == 2


# -- what the page asks for
@attrs.frozen
class Cells:
    id: str
    name: str
    status: str
    started: datetime | None
    finished: datetime | None
    note: str


COLUMNS = tuple(field.name for field in attrs.fields(Cells))
TIMES = ("started", "finished")


def moment(at: int | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at / 1000, timezone.utc)


def cells(row: dict[str, Any]) -> Cells:
    return Cells(**(row | {name: moment(row[name]) for name in TIMES}))


ROWS = tuple(map(cells, QUERIES["rows"]))


@pytest.mark.parametrize("case", QUERIES["cases"], ids=lambda case: case["name"])
def test_a_query_finds_the_rows_in_the_order_wanted(case: dict[str, Any]) -> None:
    finder = Finder(COLUMNS, lambda row: row.id)
    for _ in range(2):  # the second answer is the one that was kept
        assert [row.id for row in finder.find(ROWS, parse(case["query"], COLUMNS))] == case["ids"]


def test_a_search_finds_what_a_row_says_now() -> None:
    finder = Finder(COLUMNS, lambda row: row.id)
    query = parse({"search": "oops"}, COLUMNS)
    assert not finder.find(ROWS, query)
    later = (attrs.evolve(ROWS[0], note="Oops"), *ROWS[1:])
    assert [row.id for row in finder.find(later, query)] == ["r5"]


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        ({"sort": ["colour", False]}, "no column 'colour'"),
        ({"sort": "name"}, "sort: expected"),
        ({"sort": ["name", 1]}, "sort: expected"),
        ({"values": {"colour": ["red"]}}, "no column 'colour'"),
        ({"values": {"status": "failed"}}, "status: expected a list"),
        ({"values": ["status"]}, "values and period"),
        ({"period": {"column": "colour"}}, "no column 'colour'"),
        ({"period": {"column": "started", "start": "yesterday"}}, "start: expected milliseconds"),
        ({"period": {"column": "started", "end": 1e300}}, "end: expected milliseconds"),
    ],
)
def test_a_query_that_is_none_is_refused_with_what_is_right(payload: dict[str, Any], says: str) -> None:
    with pytest.raises(BadMessage, match=says):
        parse(payload, COLUMNS)


def run(number: int, name: str = "Train") -> ExecutedRow:
    return ExecutedRow(
        run=f"r{number}", item="a1", name=name, item_name="Train", cause="schedule", scheduled=START,
        started=START, finished=None, status="queued",
    )  # fmt: skip


def view(*rows: ExecutedRow, name: str = "Nightly") -> View:
    return View(
        id="i1", name=name, status="running", where="kernel", note="", user="Ann", started=START, heartbeat=None,
        scheduled=(), executed=rows, log=(),
    )  # fmt: skip


def asked(tables: Tables, action: str, **payload: Any) -> dict[str, Any]:
    answer = tables.handlers()[action](Request("m1", action, payload))
    return dict(json.loads(json.dumps(answer)))


def test_rows_are_answered_with_their_number_and_the_values_to_choose_from() -> None:
    tables = Tables()
    tables.show(view(*(run(number, "odd" if number % 2 else "even") for number in range(1000))))
    answer = asked(tables, "rows", table="executed", search="odd", offset=100, limit=2, choices=True)
    assert (answer["total"], answer["matching"], answer["offset"]) == (1000, 500, 100)
    assert [row[0] for row in answer["rows"]] == ["r201", "r203"]
    assert answer["choices"]["status"] == [["queued", 1000]]
    assert asked(tables, "rows", table="scheduled")["total"] == 0
    tables.show(None)
    assert asked(tables, "rows", table="executed")["total"] == 0


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        ({"table": "log"}, "no table 'log'"),
        ({}, "lacks the text 'table'"),
        ({"table": "executed", "offset": -1}, "offset: expected"),
        ({"table": "executed", "limit": "all"}, "limit: expected"),
        ({"table": "executed", "limit": True}, "limit: expected"),
    ],
)
def test_a_question_that_is_none_is_refused(payload: dict[str, Any], says: str) -> None:
    with pytest.raises(BadMessage, match=says):
        asked(Tables(), "rows", **payload)


def test_the_place_of_a_run_is_found_among_those_that_match() -> None:
    tables = Tables()
    tables.show(view(*(run(number, "odd" if number % 2 else "even") for number in range(1000))))
    find = {"table": "executed", "key": "r701"}
    assert asked(tables, "find", **find) == {"index": 701, "known": True}
    assert asked(tables, "find", **find, search="odd") == {"index": 350, "known": True}
    assert asked(tables, "find", **find, search="even") == {"index": None, "known": True}
    assert asked(tables, "find", **{**find, "key": "gone"}) == {"index": None, "known": False}
    with pytest.raises(BadMessage, match="lacks the text 'key'"):
        asked(tables, "find", table="executed")


def test_while_older_runs_are_read_the_head_says_how_far_they_go() -> None:
    oldest = attrs.evolve(run(2), started=START - timedelta(days=3))
    shown = view(run(1), oldest)
    assert view_data(shown)["view"]["read_to"] is None
    part = attrs.evolve(shown, whole=False)
    assert view_data(part)["view"]["read_to"] == int((START - timedelta(days=3)).timestamp() * 1000)
    assert view_data(attrs.evolve(part, executed=()))["view"]["read_to"] is None


# -- files
def test_a_file_comes_in_pieces_and_later_changes_do_not_get_into_it() -> None:
    tables = Tables()
    rows = [run(number) for number in range(12_000)]
    tables.show(view(*rows, name="a/b: c"))
    piece = asked(tables, "csv", table="executed", search="train")
    assert piece["name"] == "a_b_ c-executed.csv"
    text = piece["text"]
    tables.show(view(run(99_999), *rows))
    while piece["next"] is not None:
        piece = asked(tables, "csv", table="executed", token=piece["token"], offset=piece["next"])
        text += piece["text"]
    lines = list(csv.reader(io.StringIO(text)))
    assert tuple(lines[0]) == EXECUTED_COLUMNS
    assert [line[0] for line in lines[1:]] == [row.run for row in rows]
    for _ in range(2):
        asked(tables, "csv", table="executed")
    with pytest.raises(BadMessage, match="start it again"):
        asked(tables, "csv", table="executed", token=piece["token"], offset=5000)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        ("a=1", "a=1"),
        ("", ""),
        (None, ""),
        (True, True),
        (-3, -3),
        (datetime(2026, 11, 22, 6, 20, 5, 999, tzinfo=timezone.utc), "2026-11-22T06:20:05Z"),
    ],
)
def test_a_cell_is_never_a_formula_and_a_time_is_in_utc(value: object, text: object) -> None:
    assert cell(value) == text


@pytest.mark.parametrize(
    ("name", "shown"), [("Nightly", "Nightly"), ("a\\b/c", "a_b_c"), (" .. ", "instance"), ("x" * 300, "x" * 100)]
)
def test_a_files_name_is_one_on_every_system(name: str, shown: str) -> None:
    assert file_name(name) == shown


# -- what it costs
def test_one_more_run_costs_an_open_dashboard_at_most_2048_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    manager, task = memory_manager()
    instance = manager.launch(from_data(schedule_data(task)))
    dashboard = Dashboard(instance, manager)  # on no page: nothing but this test publishes it

    def run(count: int) -> None:
        """Once more, until the dashboard shows everything of it."""
        instance.run_now("a1")
        until(lambda: sum("launched" in text for text in instance.log["text"]) == count)
        until(lambda: not dashboard.publish() and dashboard.vitals["queued"] == count)

    for count in (1, 2, 3):  # what was sent before is sent again in part
        run(count)
    sent: list[Any] = []
    monkeypatch.setattr(dashboard, "_send", lambda message, buffers=None: sent.append((message, buffers)))
    run(4)
    states = [message["state"] for message, _ in sent]
    assert any("executed_changes" in state for state in states)
    assert len(json.dumps(states)) < 1200  # what is around the messages is not here
    instance.stop()
    dashboard.close()

"""The static HTML of a widget, for readers without a kernel: plain tables with escaped text and no secrets."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from html.parser import HTMLParser
from typing import Any

import pytest

from clearml_sched_widgets import Action, Daily, Dashboard, Definition, Schedule, SchedulerApp, Wizard
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from clearml_sched_widgets.manager import Manager
from clearml_sched_widgets.markup import LONGEST, MOST_ROWS, Link, table
from clearml_sched_widgets.views import instance_html
from tests.unit.widgets.page import Page, memory_manager, schedule_data
from tests.waiting import until

VIEW = "application/vnd.jupyter.widget-view+json"
EVIL = "<script>alert('x')</script>\"& \u202eexe.gpj"
ALLOWED = {"table", "caption", "thead", "tbody", "tr", "th", "td", "p", "strong", "em", "a"}
ATTRIBUTES = {"scope", "colspan", "href", "rel", "target"}


class Reader(HTMLParser):
    """Reads a picture as a browser does."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.rows: list[list[str]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attributes}
        self.links += [value or "" for name, value in attributes if name == "href"]
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.lasttag in ("td", "th", "a"):
            self.rows[-1][-1] += data

    def cells(self) -> list[list[str]]:
        return [row for row in self.rows if row]


def picture(widget: Any) -> Reader:
    bundle, _ = widget._repr_mimebundle_()
    assert bundle[VIEW]["model_id"] == widget.model_id  # hosts with a kernel prefer it
    assert bundle["text/plain"] == repr(widget)
    reader = Reader(bundle["text/html"])
    assert reader.tags <= ALLOWED
    assert reader.attributes <= ATTRIBUTES
    assert re.search(
        r"A picture of \d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)? UTC\. Run the cell for the live widget\.", reader.text
    )
    return reader


def silent(gateway: MemoryGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing asks the server from here on."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a request")

    for name in ("tasks", "server", "queues", "log"):
        monkeypatch.setattr(gateway, name, refuse)


def memory_gateway(manager: Manager) -> MemoryGateway:
    assert isinstance(manager.gateway, MemoryGateway)
    return manager.gateway


# -- what is shown
def test_a_form_shows_what_it_would_run() -> None:
    manager, task = memory_manager()
    definition = Definition("Nightly", [Schedule(Action(task), Daily(["06:20"]), name="Morning", enabled=False)])
    shown = picture(Wizard(definition, manager))
    assert "Definition “Nightly”" in shown.text
    assert shown.cells()[1] == ["Morning", "Every day at 06:20 (UTC).", "", task, "default", "no"]
    assert "not complete" not in shown.text


def test_a_form_that_is_not_finished_shows_what_can_be_read_of_it() -> None:
    manager, task = memory_manager()
    wizard = Wizard(manager=manager)
    assert "without any schedule or trigger yet" in picture(wizard).text
    unfinished = schedule_data(task, action={})
    Page(wizard).ask("validate", revision=1, data=unfinished)
    shown = picture(wizard)
    assert [cell[:2] for cell in shown.cells()[1:]] == [["schedule", "Every day at 06:20 and 18:20 (UTC)."]]
    assert shown.cells()[1][3] == ""  # no stand-in for the task
    assert "The form is not complete yet." in shown.text


def test_a_dashboard_shows_what_its_instance_runs_and_ran_without_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    manager, task = memory_manager()
    instance = manager.launch(Definition("Nightly", [Schedule(Action(task), Daily(["06:20"]), name="Morning")]))
    instance.run_now()
    until(lambda: len(instance.executed) == 1)
    instance.pause("holidays")
    until(lambda: instance.status == "paused")
    with monkeypatch.context() as patch:
        silent(memory_gateway(manager), patch)
        shown = Reader(instance_html.html(instance.at_hand(datetime.now(timezone.utc))))
    assert "Nightly: paused (holidays), in this notebook's kernel." in shown.text
    scheduled, executed = shown.cells()[1], shown.cells()[3]
    assert scheduled == ["Morning", "Every day at 06:20 (UTC).", "", "paused: holidays"]
    assert executed[:2] == ["Morning", "manual"]
    assert picture(Dashboard(instance, manager)).cells()[1] == scheduled
    instance.stop()


def test_an_instance_elsewhere_shows_what_was_read_of_it_and_says_what_was_not(monkeypatch: pytest.MonkeyPatch) -> None:
    manager, task = memory_manager()
    saved = manager.save(Definition("Nightly", [Schedule(Action(task), Daily(["06:20"]), name="Morning")]))
    now = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
    with monkeypatch.context() as patch:
        silent(memory_gateway(manager), patch)
        shown = Reader(instance_html.html(saved.at_hand(now)))
    assert "Nightly: draft, elsewhere." in shown.text
    assert shown.cells()[1] == ["Morning", "Every day at 06:20 (UTC).", "", "draft"]
    assert "What it ran had not been read." in shown.text


def test_an_instance_that_somebody_broke_is_shown_by_its_name() -> None:
    manager, task = memory_manager()
    saved = manager.save(Definition("Nightly", [Schedule(Action(task), Daily(["06:20"]))]))
    manager.gateway.write_configuration(saved.id, {"definition": "{"})
    shown = picture(Dashboard(manager.get(saved.id), manager))
    assert "Nightly: draft, elsewhere." in shown.text
    assert "What it will run had not been read." in shown.text


def test_a_dashboard_without_an_instance_says_so() -> None:
    assert "No instance had been chosen." in picture(Dashboard(manager=memory_manager()[0])).text


def test_the_app_shows_the_instances_that_are_known() -> None:
    manager, task = memory_manager()
    instance = manager.launch(Definition("Nightly", [Schedule(Action(task), Daily(["06:20"]))]))
    manager.save(Definition("A draft", [Schedule(Action(task), Daily(["06:20"]))]))
    app = SchedulerApp(manager)
    first = picture(app)  # nothing was read yet, but this kernel knows its own
    assert [row[0] for row in first.cells()[1:]] == ["Nightly"]
    assert "Which other instances there are had not been read." in first.text
    until(lambda: app.loaded and len(app.instances) == 2)
    shown = picture(app)
    assert [row[:4] for row in shown.cells()[1:]] == [
        ["Nightly", "running", "in this notebook's kernel", "1"],
        ["A draft", "draft", "elsewhere", "1"],
    ]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d 06:20 UTC", shown.cells()[1][4])
    assert "had not been read" not in shown.text
    instance.stop()


# -- what is not
def test_texts_of_others_are_only_text_and_turn_nothing_around_them() -> None:
    manager, task = memory_manager()
    definition = Definition(EVIL, [Schedule(Action(task), Daily(["06:20"]), name=EVIL)])
    instance = manager.launch(definition)
    instance.pause(EVIL)
    until(lambda: instance.status == "paused")
    for widget in (Wizard(definition, manager), Dashboard(instance, manager), SchedulerApp(manager)):
        shown = picture(widget)
        assert "<script>alert('x')</script>\"& exe.gpj" in shown.text
        assert "\u202e" not in shown.text  # it was never ended
    instance.stop()
    assert "script" not in Reader(definition._repr_html_()).tags


def test_values_of_parameters_are_not_shown() -> None:
    manager, task = memory_manager()
    action = Action(task, parameters={"Args/password": "hunter2"}, overrides={"script.branch": "hunter2"})
    definition = Definition("Nightly", [Schedule(action, Daily(["06:20"]))])
    instance = manager.launch(definition)
    for widget in (Wizard(definition, manager), Dashboard(instance, manager), SchedulerApp(manager)):
        bundle, _ = widget._repr_mimebundle_()
        assert "hunter2" not in str(bundle)
    instance.stop()


def test_a_picture_is_small_however_much_there_is() -> None:
    manager, task = memory_manager()
    items = [Schedule(Action(task), Daily(["06:20"]), name=f"{k} {'long' * 45}") for k in range(300)]
    definition = Definition("Many", items)
    instance = manager.launch(definition)
    for widget in (Wizard(definition, manager), Dashboard(instance, manager)):
        shown = picture(widget)
        assert len(shown.cells()) == MOST_ROWS + 2
        assert shown.cells()[-1] == ["… and 280 more"]
        assert max(len(cell) for row in shown.cells() for cell in row) == LONGEST
        assert len(shown.text) < 30_000
    instance.stop()


def test_half_a_character_does_not_keep_the_picture_from_being_sent() -> None:
    html = table("a \ud83d", ["b"], [["c \udc00"]], total=1)
    assert "c \ufffd" in html.encode().decode()


def test_links_lead_to_the_web_server_only() -> None:
    manager, task = memory_manager()
    instance = manager.launch(Definition("Nightly", [Schedule(Action(task), Daily(["06:20"]))]))
    instance.run_now()
    until(lambda: len(instance.executed) == 1)
    known = instance.at_hand(datetime.now(timezone.utc))
    assert known.executed
    assert Reader(instance_html.html(known)).links == []
    web = "https://web.example/a'\"b"
    assert Reader(instance_html.html(known, web)).links == [
        f"{web}/projects/*/experiments/{known.executed[0].task}/output/log"
    ]
    assert Reader(table("", [""], [[Link("x", "javascript:alert(1)")]], total=1)).links == []
    instance.stop()


def test_what_cannot_be_pictured_is_shown_as_a_widget_all_the_same(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    wizard = Wizard(manager=memory_manager()[0])

    def broken(_: datetime) -> str:
        raise TypeError("a value that nobody expects")

    monkeypatch.setattr(wizard, "_static_html", broken)
    bundle, _ = wizard._repr_mimebundle_()
    assert set(bundle) == {VIEW, "text/plain"}
    assert "there is no picture of a widget" in caplog.text

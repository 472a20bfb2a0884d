"""The threads behind the widgets: one that publishes, some that talk to the server; none outlives its use."""

from __future__ import annotations

import gc
import json
import threading
import time
import weakref
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from clearml_sched_widgets import Dashboard, Manager, SchedulerApp, Wizard
from clearml_sched_widgets.codec import from_data
from clearml_sched_widgets.errors import AccessDenied, GatewayError, InstanceStateError, NotConfigured, Unavailable
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from clearml_sched_widgets.records import SECTION, run_tag
from clearml_sched_widgets.widgets.dashboard import part
from clearml_sched_widgets.widgets.host import bundle
from clearml_sched_widgets.widgets.host import connection as connections
from clearml_sched_widgets.widgets.host.connection import Connection
from clearml_sched_widgets.widgets.host.publisher import Publisher
from clearml_sched_widgets.widgets.host.worker import READINGS, Worker
from tests.unit.widgets.page import Page, first_rows, memory_manager, schedule_data
from tests.waiting import until


class Source:
    """A widget that is closed after so many publications, and fails at the first one if it is told to."""

    def __init__(self, lives: int, *, fails: bool = False) -> None:
        self.count = 0
        self._lives = lives
        self._fails = fails

    def publish(self) -> bool | None:
        self.count += 1
        if self._fails and self.count == 1:
            raise ValueError("a bug")
        return False if self.count < self._lives else None


def test_the_publisher_goes_on_after_an_error_and_drops_what_is_closed() -> None:
    publisher = Publisher(interval=0.01)
    sources = [Source(lives=5), Source(lives=3, fails=True), Source(lives=1)]
    for source in sources:
        publisher.add(source)
        publisher.add(source)
    until(lambda: not publisher.running)
    assert [source.count for source in sources] == [5, 3, 1]
    publisher.add(again := Source(lives=1))
    until(lambda: not publisher.running)
    assert again.count == 1


def test_the_publisher_ends_when_nobody_holds_a_widget_any_more() -> None:
    publisher = Publisher(interval=0.01)
    publisher.add(forgotten := Source(lives=10_000))
    reference = weakref.ref(forgotten)
    del forgotten
    gc.collect()
    until(lambda: not publisher.running)
    assert reference() is None


class Noted:
    """A widget that has something to send whenever it is asked, and notes when that was."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def publish(self) -> bool:
        self.times.append(time.monotonic())
        return len(self.times) > 1


def test_news_are_published_at_once() -> None:
    publisher = Publisher(interval=90)  # nothing is published by itself while this test waits
    publisher.add(noted := Noted())
    until(lambda: len(noted.times) == 1)
    publisher.wake()
    until(lambda: len(noted.times) == 2)


def test_what_follows_in_a_burst_is_published_together() -> None:
    publisher = Publisher(interval=0.5)
    publisher.add(noted := Noted())
    until(lambda: len(noted.times) == 1)
    for _ in range(50):
        publisher.wake()
    until(lambda: len(noted.times) == 3)
    assert noted.times[2] - noted.times[1] >= 0.5


def broken() -> None:
    raise ValueError("a bug")


def test_a_worker_runs_jobs_in_order_in_one_daemon_thread_and_survives_a_bug() -> None:
    worker = Worker("test-worker", lambda: None)
    done: list[tuple[int, threading.Thread]] = []
    worker.submit(broken)
    for number in range(3):
        worker.submit(lambda number=number: done.append((number, threading.current_thread())))  # type: ignore[misc]
    until(lambda: len(done) == 3)
    assert [number for number, _ in done] == [0, 1, 2]
    assert {thread.daemon for _, thread in done} == {True}
    assert len({thread for _, thread in done}) == 1


def test_making_a_widget_asks_the_server_for_nothing() -> None:
    gateway = MemoryGateway()
    manager = Manager(gateway=gateway)
    for widget in (Wizard(manager=manager), Dashboard(manager=manager), SchedulerApp(manager)):
        assert widget.connection == {"state": "new"}
    assert not gateway.requests


def failing(manager: Manager, error: GatewayError) -> None:
    def fault(_method: str, moment: str) -> None:
        if moment == "before":
            raise error

    manager.gateway.fault = fault  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("error", "state"),
    [(NotConfigured("no clearml.conf"), "not_configured"), (AccessDenied("wrong key"), "denied")],
)
def test_what_only_the_user_can_mend_is_not_tried_again(error: GatewayError, state: str) -> None:
    manager, _ = memory_manager()
    failing(manager, error)
    connection = Connection(manager)
    connection.open()
    until(lambda: connection.state["state"] == state)
    assert connection.state["message"] == str(error)
    requests = manager.gateway.requests.total()  # type: ignore[attr-defined]
    connection.retry_if_due()
    connection.open()
    passed = threading.Event()
    READINGS.submit(passed.set)  # after whatever was begun before
    assert passed.wait(60)
    assert manager.gateway.requests.total() == requests  # type: ignore[attr-defined]


def test_an_error_that_nobody_expects_does_not_look_as_if_it_went_on_connecting() -> None:
    manager, _ = memory_manager()

    def fault(_method: str, _moment: str) -> None:
        raise ValueError("a bug")

    manager.gateway.fault = fault  # type: ignore[attr-defined]
    connection = Connection(manager)
    connection.open()
    until(lambda: connection.state["state"] == "refused")
    assert "ValueError" in connection.state["message"]
    manager.gateway.fault = lambda _method, _moment: None  # type: ignore[attr-defined]
    until(lambda: retried(connection) == "connected")


def retried(connection: Connection) -> str:
    connection.retry()
    return str(connection.state["state"])


def ticked(connection: Connection) -> str:
    connection.retry_if_due()
    return str(connection.state["state"])


def test_a_server_that_is_away_is_tried_again_less_and_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "FIRST_WAIT", 0.02)
    manager, _ = memory_manager()
    failing(manager, Unavailable("no answer"))
    connection = Connection(manager)
    connection.open()
    for _ in range(3):
        until(lambda: connection.state["state"] == "unreachable")
        until(lambda: ticked(connection) == "connecting")
    until(lambda: connection.state["state"] == "unreachable")
    assert connection._retry_delay == pytest.approx(16 * 0.02)
    manager.gateway.fault = lambda _method, _moment: None  # type: ignore[attr-defined]
    until(lambda: ticked(connection) == "connected")
    assert connection._retry_delay == 0.02


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("https://app.clear.ml", "https://app.clear.ml"),
        ("http://user:password@host:8080/base/?token=1#x", "http://host:8080/base"),
        ("http://[::1]:8008", "http://[::1]:8008"),
        ("javascript:alert(1)", ""),
        ("http://host:port", ""),
        ("http://[host", ""),
        ("", ""),
    ],
)
def test_an_address_is_shown_without_anything_secret(given: str, shown: str) -> None:
    assert connections._public_url(given) == shown


def test_a_missing_bundle_says_how_to_build_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bundle, "STATIC", tmp_path)
    with pytest.raises(FileNotFoundError, match=r"make setup.*npm run build"):
        bundle.built("index.js")


def launched(manager: Manager, task: str, name: str = "Nightly") -> str:
    return manager.launch(from_data({**schedule_data(task), "name": name})).id


def test_a_dashboard_shows_the_latest_instance_of_this_kernel_and_its_frames() -> None:
    manager, task = memory_manager()
    launched(manager, task, "earlier")
    wanted = launched(manager, task, "later")
    dashboard = Dashboard(manager=manager)
    with pytest.raises(InstanceStateError, match="No instance is selected"):
        dashboard.executed  # noqa: B018 - reading it is what fails
    page = Page(dashboard)
    page.ask("open")
    until(lambda: dashboard.view.get("name") == "later")
    assert dashboard.selected == wanted
    assert [row["name"] for row in first_rows(dashboard, "scheduled")] == ["train model", "train model"]
    assert len(dashboard.scheduled) == 2
    page.ask("run_now", item="a1")
    until(lambda: first_rows(dashboard, "executed"))
    assert first_rows(dashboard, "executed")[0]["cause"] == "manual"
    json.dumps({name: dashboard.get_state(name) for name in dashboard.keys if name not in ("layout", "comm")})
    for instance in manager.instances():
        instance.stop()
    dashboard.close()


def test_the_app_shows_what_its_form_launched_and_stops_it() -> None:
    manager, task = memory_manager()
    app = SchedulerApp(manager)
    page = Page(app)
    page.ask("open")
    instance = page.ask("launch", data=schedule_data(task), where="kernel", queue="")["result"]["instance"]
    until(lambda: app.view.get("id") == instance["id"])
    assert app.view["status"] == "running"
    page.ask("pause", note="the disk is full")
    until(lambda: app.view["status"] == "paused")
    assert app.view["note"] == "the disk is full"
    page.ask("stop", instance=instance["id"])
    until(lambda: app.view["status"] == "stopped")
    page.ask("select", instance="")
    until(lambda: app.view == {})
    app.close()


def test_an_instance_whose_definition_somebody_broke_says_so_and_the_list_stays() -> None:
    manager, task = memory_manager()
    instance = manager.save(from_data(schedule_data(task)))
    manager.gateway.write_configuration(instance.id, {"definition": "{"})
    app = SchedulerApp(manager)
    page = Page(app)
    page.ask("open")
    until(lambda: app.instances)
    page.ask("select", instance=instance.id)
    until(lambda: app.view.get("problem"))
    assert app.connection["state"] == "connected"
    app.close()


def test_what_somebody_deletes_while_it_is_shown_leaves_the_list_and_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(part, "READ_EVERY", 0.05)
    manager, task = memory_manager()
    gone, kept = (manager.save(from_data({**schedule_data(task), "name": name})) for name in ("gone", "kept"))
    app = SchedulerApp(manager)
    page = Page(app)
    page.ask("open")
    until(lambda: len(app.instances) == 2)
    page.ask("select", instance=gone.id)
    until(lambda: app.view.get("name") == "gone")
    manager.gateway.delete_task(gone.id)
    until(lambda: "was deleted meanwhile. Choose another one" in app.view.get("problem", ""))
    until(lambda: gone.id in app.instance_changes["gone"])
    assert page.ask("delete", instance=gone.id)["ok"]  # what was wanted is so
    assert "Choose another one" in page.ask("select", instance=gone.id)["error"]["message"]
    page.ask("select", instance=kept.id)
    until(lambda: app.view.get("name") == "kept")
    app.close()


def test_the_runs_of_long_ago_follow_page_by_page_while_the_newest_are_shown() -> None:
    clock = [datetime(2026, 1, 1, tzinfo=timezone.utc)]
    gateway = MemoryGateway(now=lambda: clock[0])
    manager = Manager(gateway=gateway)
    instance = manager.save(from_data(schedule_data(gateway.add_task("train model"))))
    for number in range(1100):
        section = {"key": f"k{number}", "item": "a1", "cause": "schedule", "scheduled": "2026-01-01T06:20:00Z"}
        gateway.add_task(f"run {number}", system_tags=(run_tag(instance.id),), hyperparams={SECTION: section})
        clock[0] += timedelta(minutes=1)
    clock[0] += timedelta(days=1)
    gateway.ping(instance.id)  # its engine was alive after all of them
    dashboard = Dashboard(manager.get(instance.id), manager)
    sizes: list[int] = []
    dashboard.observe(lambda change: sizes.append(change.new["total"]), "executed_changes")
    Page(dashboard).ask("open")
    until(lambda: dashboard.view.get("whole"))
    assert sizes == [500, 1000, 1100]
    assert list(dashboard.executed.name[:2]) == ["run 1099", "run 1098"]
    assert len(manager.get(instance.id).executed) == 1100
    dashboard.close()

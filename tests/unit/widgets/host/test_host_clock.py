"""A host's clock that is wrong is told, and the server's present goes to the page."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from clearml_sched_widgets import Dashboard, Wizard
from clearml_sched_widgets.codec import from_data
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from clearml_sched_widgets.manager import Manager
from clearml_sched_widgets.records import Present
from clearml_sched_widgets.widgets.host.host_clock import SETTLED, HostClock
from tests.unit.widgets.page import Page, schedule_data
from tests.waiting import until

NOW = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)


class Host:
    """A host whose clock is ahead of the server's by some seconds."""

    def __init__(self) -> None:
        self.ahead, self.steady = 0.0, 50.0
        self.clock = HostClock(lambda: NOW + timedelta(seconds=self.ahead), lambda: self.steady)

    def told(self, ahead: float, uncertainty: float = 0.0, wait: float = SETTLED) -> int:
        """What is told when the clock has been that much ahead for a while."""
        present = Present(time=NOW - timedelta(seconds=uncertainty / 2), uncertainty=timedelta(seconds=uncertainty))
        self.ahead = ahead
        self.clock.seconds_ahead(present)
        self.steady += wait
        return self.clock.seconds_ahead(present)


@pytest.mark.parametrize(
    ("ahead", "told"), [(0, 0), (4.9, 0), (-4.9, 0), (5.6, 6), (-7, -7), (121, 120), (-3601, -3600)]
)
def test_a_clock_that_is_more_than_five_seconds_wrong_is_told(ahead: float, told: int) -> None:
    assert Host().told(ahead) == told


def test_nothing_is_told_while_the_servers_clock_is_not_known_well() -> None:
    assert Host().told(120, uncertainty=1.9) == 120
    assert Host().told(120, uncertainty=2.1) == 0
    assert Host().told(120, uncertainty=86400) == 0


def test_what_is_told_neither_flickers_nor_stays_when_the_clock_is_right_again() -> None:
    host = Host()
    assert host.told(119.4) == 119
    assert [host.told(ahead) for ahead in (119.6, 120.4, 118.1)] == [119, 119, 119]
    assert host.told(30) == 30
    assert host.told(0) == 0
    assert host.told(3600, wait=SETTLED / 2) == 0  # it slept; what the server says next is right again
    assert host.told(0) == 0


def test_the_page_of_any_widget_gets_the_servers_present() -> None:
    gateway = MemoryGateway(now=lambda: NOW)
    gateway.add_queue("default")
    manager = Manager(gateway=gateway)
    instance = manager.save(from_data(schedule_data(gateway.add_task("train model"))))
    for widget in (Wizard(manager=manager), Dashboard(instance, manager)):
        page = Page(widget)
        page.ask("open")
        until(lambda widget=widget: widget.connection["state"] == "connected")  # type: ignore[misc]
        until(lambda widget=widget: widget.get_state("clock")["clock"] == NOW.timestamp() * 1000)  # type: ignore[misc]
        assert page.ask("open")["result"] == {"clock": NOW.timestamp() * 1000}
        widget.close()


def test_a_dashboard_tells_that_the_clock_of_its_machine_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clearml_sched_widgets.widgets.host.host_clock.SETTLED", 0.0)
    gateway = MemoryGateway(now=lambda: datetime.now(timezone.utc) - timedelta(minutes=2))
    dashboard = Dashboard(manager=Manager(gateway=gateway))
    Page(dashboard).ask("open")
    until(lambda: dashboard.vitals.get("clock_ahead") == 120)
    dashboard.close()

"""Hosts that end the kernel and computers that sleep are detected, and a service is offered."""

from __future__ import annotations

import pytest

from clearml_sched_widgets import Dashboard, Wizard
from clearml_sched_widgets.codec import from_data
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from clearml_sched_widgets.manager import Manager
from clearml_sched_widgets.widgets.host.surroundings import Sleep, host
from tests.unit.widgets.page import Page, schedule_data


@pytest.mark.parametrize(
    ("variables", "name"),
    [
        ({"JUPYTERHUB_API_URL": "http://hub", "JUPYTERHUB_USER": "ann"}, "JupyterHub"),
        ({"JUPYTERHUB_USER": "jovyan", "BINDER_LAUNCH_HOST": "https://mybinder.org/"}, "Binder"),
        ({"COLAB_RELEASE_TAG": "release-colab"}, "Colab"),
        ({"KAGGLE_KERNEL_RUN_TYPE": "Interactive"}, "Kaggle"),
    ],
)
def test_a_host_is_known_by_the_variables_that_it_sets(variables: dict[str, str], name: str) -> None:
    found = host({"HOME": "/home/ann", **variables})
    assert found["host"] == name
    assert "nobody uses" in found["ends"]
    assert not any(value in str(found) for value in variables.values()), "no value of the environment is shown"


def test_a_computer_of_ones_own_is_no_host() -> None:
    assert host({"HOME": "/home/ann", "JUPYTER_PATH": "/x", "MY_COLAB_NOTES": "x"}) == {}


class Clocks:
    """A wall clock and a monotonic one."""

    def __init__(self) -> None:
        self.wall, self.steady = 1_000_000.0, 50.0

    def run(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds


def test_sleep_is_what_the_wall_clock_counts_and_the_monotonic_one_does_not() -> None:
    clocks = Clocks()
    sleep = Sleep(lambda: clocks.wall, lambda: clocks.steady)
    clocks.run(7200)  # busy, or not looked at: no sleep
    assert sleep.look() == {}
    clocks.wall += 30  # the clock was set right
    assert sleep.look() == {}
    clocks.run(5)
    clocks.wall += 3600
    slept = sleep.look()
    assert slept == {"from": round((clocks.wall - 3600) * 1000), "to": round(clocks.wall * 1000)}
    clocks.run(60)
    assert sleep.look() == slept, "it is told until there is another"
    clocks.wall -= 3600  # the clock was set back
    assert sleep.look() == slept


def test_every_widget_tells_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTERHUB_USER", "ann")
    manager = Manager(gateway=MemoryGateway())
    for widget in (Wizard(manager=manager), Dashboard(manager=manager)):
        assert widget.surroundings["host"] == "JupyterHub"


def test_an_instance_is_moved_to_a_service_from_the_page() -> None:
    gateway = MemoryGateway()
    gateway.add_queue("default")
    gateway.add_queue("services")
    manager = Manager(gateway=gateway)
    instance = manager.launch(from_data(schedule_data(gateway.add_task("train"))))
    page = Page(Dashboard(instance, manager))
    assert "instance that is shown" in page.ask("move", instance="other", queue="services")["error"]["message"]
    assert "no such queue" in page.ask("move", instance=instance.id, queue="gpu")["error"]["message"]
    assert instance.status == "running"
    assert page.ask("move", instance=instance.id, queue="services")["ok"]
    assert (instance.where, instance.status) == ("service", "queued")

"""A real server that goes away while an instance runs, and comes back."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import pytest

from clearml_sched_widgets import Action, Definition, Interval, Manager, Policies, Schedule
from clearml_sched_widgets.errors import Unavailable
from clearml_sched_widgets.gateway.clearml import ClearMLGateway
from clearml_sched_widgets.sandbox import Sandbox
from tests.plain import Plain
from tests.waiting import until


def test_the_engine_goes_on_when_the_server_is_back_and_no_slot_is_lost(
    fresh_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in fresh_sandbox.environment().items():
        monkeypatch.setenv(name, value)
    base = str(Plain(fresh_sandbox).call("tasks.create", name="server away", type="training")["id"])
    rule, policies = Interval(every="2s"), Policies(missed="all")
    manager = Manager(gateway=ClearMLGateway())
    instance = manager.launch(Definition("server away", [Schedule(Action(base), rule, policies)]))
    until(lambda: len(instance.executed) >= 2, 90)

    fresh_sandbox.kill()
    until(lambda: "127.0.0.1" in instance.view().problem, 90)
    assert instance.status == "running"
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1"):
        manager.instances()
    time.sleep(6)

    with Sandbox.start(fresh_sandbox.folder):
        done = len(instance.executed)
        until(lambda: len(instance.executed) >= done + 5, 90)
        until(lambda: instance.view().problem == "")
        instance.stop()
        assert "The server answers again." in list(instance.log.text)
        slots: list[datetime] = sorted(moment.to_pydatetime() for moment in instance.executed.scheduled)
    assert slots == [slots[0] + timedelta(seconds=2 * number) for number in range(len(slots))]

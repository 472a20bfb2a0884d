"""Five faults to put into the engine, to see that the judge finds each of them."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any
from unittest import mock

import attrs

from clearml_sched_widgets.engine import planner
from clearml_sched_widgets.engine.following.runs import Runs
from clearml_sched_widgets.engine.launching.call import FunctionLauncher
from clearml_sched_widgets.engine.launching.clone import CloneLauncher
from clearml_sched_widgets.engine.launching.reuse import ReuseLauncher
from clearml_sched_widgets.engine.step import Stepper
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.policy import decide
from clearml_sched_widgets.policy.decide import Admission
from clearml_sched_widgets.policy.state import Launch
from clearml_sched_widgets.records import TaskQuery

DROP_EVERY = 5  # of the polls with events drop one


class _Unsettled:
    """The runs of a launcher that trusts the answers to its own clone requests, and reads nothing else."""

    def __init__(self, runs: Runs, launcher: CloneLauncher) -> None:
        self._runs, self._launcher = runs, launcher

    def __getattr__(self, name: str) -> Any:
        return getattr(self._runs, name)

    def refresh(self, gateway: Gateway, now: datetime) -> None:  # noqa: ARG002 - as the real one
        ids = tuple(sorted(self._launcher._cloned_ids))
        self._runs._add_tasks(gateway.tasks(TaskQuery(ids=ids, order="created", hyperparams="scheduler")))


def settling_skipped() -> contextlib.AbstractContextManager[object]:
    """Before it enqueues, the engine does not read what the server has."""
    return _after_init(lambda launcher: setattr(launcher, "_runs", _Unsettled(launcher._runs, launcher)))


def lease_check_forgotten() -> contextlib.AbstractContextManager[object]:
    """Before it enqueues, the engine does not make sure that it still has the lease."""
    return _after_init(lambda launcher: setattr(launcher, "_ensure_held", lambda: None))


def _after_init(change: Callable[[CloneLauncher], None]) -> contextlib.AbstractContextManager[object]:
    original = CloneLauncher.__init__

    def init(self: CloneLauncher, *arguments: Any, **more: Any) -> None:
        original(self, *arguments, **more)
        change(self)

    return mock.patch.object(CloneLauncher, "__init__", init)


@contextlib.contextmanager
def saved_after_the_launch() -> Iterator[None]:
    """What may happen once only is saved as begun at the end of the step, not before it is begun."""
    with contextlib.ExitStack() as stack:
        for launcher in (FunctionLauncher, ReuseLauncher):
            stack.enter_context(mock.patch.object(launcher, "_save_as_begun", _without_saving(launcher)))
        yield


def _without_saving(launcher: type[FunctionLauncher] | type[ReuseLauncher]) -> Callable[..., None]:
    original = launcher._save_as_begun

    def begin(self: Any, *arguments: Any) -> None:
        with mock.patch.object(self, "_save"):
            original(self, *arguments)

    return begin


def event_dropped() -> contextlib.AbstractContextManager[object]:
    """Now and then an event is forgotten that a poll has found."""
    original, polls = decide.admit, itertools.count(1)

    def admit(trigger: Any, state: Any, events: Sequence[Launch], *counts: int) -> Admission:
        return original(trigger, state, events[1:] if next(polls) % DROP_EVERY == 0 else events, *counts)

    return mock.patch.object(planner, "admit", admit)


def watermark_moved_early() -> contextlib.AbstractContextManager[object]:
    """The watermark is saved before the slots up to it are launched, and these are not saved as owed."""
    original = Stepper._launch

    def launch(self: Stepper, now: datetime) -> None:
        context = self.context
        whole = context.state
        owed = tuple(one for one in whole.pending if one.tries or one.cause != "schedule")
        context.state = attrs.evolve(whole, pending=owed)
        try:
            self.save()
        finally:
            context.state = whole
        original(self, now)

    return mock.patch.object(Stepper, "_launch", launch)


@attrs.frozen
class Fault:
    """A fault, the checks of the judge that find it, and a seed at which they often did, which is tried first."""

    put_in: Callable[[], contextlib.AbstractContextManager[object]]
    found_by: tuple[str, ...]
    often_at: int


FAULTS: dict[str, Fault] = {
    "settling skipped": Fault(settling_skipped, ("doubled", "not_the_oldest"), often_at=5),
    "lease check forgotten": Fault(lease_check_forgotten, ("out_of_turn",), often_at=1),
    "saved after the launch": Fault(saved_after_the_launch, ("doubled",), often_at=0),
    "event dropped": Fault(event_dropped, ("lost_events",), often_at=0),
    "watermark moved early": Fault(watermark_moved_early, ("lost_slots", "not_caught_up"), often_at=0),
}

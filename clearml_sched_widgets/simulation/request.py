"""Checks the arguments of a simulation and of a preview."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import SupportsIndex

import attrs

from clearml_sched_widgets.definition import Definition, Schedule, values
from clearml_sched_widgets.definition.checks import bad, collect, guarded, is_a
from clearml_sched_widgets.errors import Problem

DEFAULT = "default"  # the key in `durations` for all schedules that are not named there
Durations = Mapping[str, "str | timedelta"]


def _parse_durations(value: Durations) -> dict[str, timedelta]:
    if not isinstance(value, Mapping):
        return bad(value, 'expected a mapping such as {"nightly": "15m", "default": "5m"}')
    return {str(name): values.window(length) for name, length in value.items()}


def _natural_number(value: SupportsIndex) -> int:
    if isinstance(value, bool) or not hasattr(value, "__index__") or operator.index(value) < 0:
        raise ValueError("expected a whole number of 0 or more")
    return operator.index(value)


def _count(value: SupportsIndex) -> int:
    return guarded(_natural_number, value)


def _definition(value: Definition) -> Definition:
    return is_a(Definition, "expected a Definition", value)


@attrs.frozen
class UpcomingRequest:
    """The checked arguments of `upcoming`. Raises InvalidDefinition with all problems at once."""

    definition: Definition = attrs.field(converter=_definition)
    n: int = attrs.field(converter=_count)
    now: datetime = attrs.field(converter=values.moment)

    def __attrs_post_init__(self) -> None:
        collect(self)


@attrs.frozen
class SimulationRequest:
    """The checked arguments of `simulate`. Raises InvalidDefinition with all problems at once."""

    definition: Definition = attrs.field(converter=_definition)
    start: datetime = attrs.field(converter=values.moment)
    end: datetime = attrs.field(converter=values.moment)
    durations: dict[str, timedelta] = attrs.field(converter=_parse_durations)

    def __attrs_post_init__(self) -> None:
        collect(self, self._rules)

    def _rules(self) -> Iterable[Problem]:
        if self.end < self.start:
            yield Problem("end", self.end.isoformat(), f"expected a time after the start, {self.start.isoformat()}")
        known = {name for schedule in self.definition.schedules for name in (schedule.id, schedule.name)}
        for name in self.durations:
            if name != DEFAULT and name not in known:
                yield Problem(f"durations[{name!r}]", name, "expected the id or the name of a schedule")

    def duration(self, schedule: Schedule) -> timedelta:
        """How long a run of the schedule takes."""
        for name in (schedule.id, schedule.name, DEFAULT):
            if name in self.durations:
                return self.durations[name]
        return timedelta(0)

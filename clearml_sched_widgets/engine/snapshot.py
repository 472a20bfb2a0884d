"""The engine at one moment, for other threads to read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import attrs

from clearml_sched_widgets.definition import Definition
from clearml_sched_widgets.engine.context import Context
from clearml_sched_widgets.engine.instance_task.task import InstanceTask
from clearml_sched_widgets.policy.run import Run
from clearml_sched_widgets.policy.state import State
from clearml_sched_widgets.records import LogLine, Table


@attrs.frozen(kw_only=True)
class Snapshot:
    """Immutable and whole: nobody who reads it waits for the engine."""

    definition: Definition
    state: State
    runs: tuple[Run, ...]
    names: Mapping[str, str]  # of the base tasks, by id
    lines: tuple[LogLine, ...]
    problem: str  # what is wrong right now; empty if nothing is
    running: bool
    started: datetime
    now: datetime
    waiting: bool = False  # `problem` is only that another engine holds the instance
    whole: bool = False  # whether `runs` has every run that there ever was
    log_whole: bool = False  # whether `lines` has every line of the log

    def differs_from(self, before: Snapshot) -> bool:
        """Whether there is anything in it, beside the time, that was not in the one before."""
        same = self.runs is before.runs and self.state is before.state and self.definition is before.definition
        return (
            not same or self.lines != before.lines or (self.problem, self.running) != (before.problem, before.running)
        )


Tables = Callable[[Snapshot], Mapping[str, Table]]


def take_snapshot(context: Context, problem: str, now: datetime, *, running: bool) -> Snapshot:
    """What an engine that works knows now."""
    return Snapshot(
        definition=context.definition,
        state=context.state,
        runs=context.run_list(),
        names=context.names,
        lines=context.journal.lines,
        problem=problem,
        running=running,
        started=context.started,
        now=now,
        whole=context.from_start and not context.runs.forgot,
        log_whole=context.journal.whole,
    )


def snapshot_of_other(there: InstanceTask, lines: tuple[LogLine, ...], problem: str, now: datetime) -> Snapshot:
    """What an engine shows of an instance that another one holds."""
    return Snapshot(
        definition=there.definition,
        state=there.state,
        runs=(),
        names={},
        lines=lines,
        problem=problem,
        running=True,
        waiting=True,
        started=now,
        now=now,
    )

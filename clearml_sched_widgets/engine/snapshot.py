"""Takes snapshots of the engine, for other threads to read."""

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
    """What an engine knows at one moment. Immutable, so that readers never wait for the engine."""

    definition: Definition
    state: State
    runs: tuple[Run, ...]
    names: Mapping[str, str]  # of the base tasks, by id
    lines: tuple[LogLine, ...]
    problem: str  # what is wrong right now; empty if nothing is
    running: bool
    started: datetime
    now: datetime
    waiting: bool = False  # another engine holds the lease, and `problem` says so
    whole: bool = False  # True if `runs` has every run that there ever was
    log_whole: bool = False  # True if `lines` has every line of the log
    set_aside: Mapping[str, str] = attrs.field(factory=dict)  # by item id: the error for which it is left out
    left_out: Mapping[str, int] = attrs.field(factory=dict)  # by trigger id: how many objects it could not look at

    def differs_from(self, before: Snapshot) -> bool:
        """True if anything but the time differs from the snapshot before."""
        same = self.runs is before.runs and self.state is before.state and self.definition is before.definition
        return (
            not same
            or self.lines != before.lines
            or (self.problem, self.running) != (before.problem, before.running)
            or (self.set_aside, self.left_out) != (before.set_aside, before.left_out)
        )


Tables = Callable[[Snapshot], Mapping[str, Table]]  # makes the tables of the instance's task, by title


def take_snapshot(context: Context, problem: str, now: datetime, *, running: bool) -> Snapshot:
    """The snapshot of an engine that holds the lease."""
    return Snapshot(
        definition=context.definition,
        state=context.state,
        runs=context.run_list(),
        names=context.base_names,
        lines=context.journal.lines,
        problem=problem,
        running=running,
        started=context.started,
        now=now,
        whole=context.followed_from_start and not context.runs.has_dropped_runs,
        log_whole=context.journal.whole,
        set_aside=context.guard.items_set_aside,
        left_out={trigger_id: len(set(ids)) for trigger_id, ids in context.left_out.items()},
    )


def snapshot_of_other(instance: InstanceTask, lines: tuple[LogLine, ...], problem: str, now: datetime) -> Snapshot:
    """The snapshot of an instance whose lease another engine holds."""
    return Snapshot(
        definition=instance.definition,
        state=instance.state,
        runs=(),
        names={},
        lines=lines,
        problem=problem,
        running=True,
        waiting=True,
        started=now,
        now=now,
    )

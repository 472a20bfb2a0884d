"""Calls the functions that are due, at most once each, and sees what became of them.

What a call leaves is in the instance's state alone. So a run is written there, as under way and no longer owed, before
its function is called: a process that dies in between has lost it, and none ever calls it twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import attrs

from clearml_sched_widgets.definition import Schedule, Trigger
from clearml_sched_widgets.engine.context import Context
from clearml_sched_widgets.engine.launching import functions
from clearml_sched_widgets.errors import GatewayError
from clearml_sched_widgets.policy import requested
from clearml_sched_widgets.policy.owed import Outcome
from clearml_sched_widgets.policy.run import Run
from clearml_sched_widgets.policy.state import LONGEST_NOTE, Launch, PastRun, State
from clearml_sched_widgets.records import Task

TOO_MANY = f"{functions.MOST_AT_ONCE} functions of this instance are running; it waits until one ends"
LOST = "the kernel ended while it ran; how far it got is not known"

Due = tuple[Launch, Schedule | Trigger]


def past_runs(state: State) -> list[Run]:
    """The runs that the state alone knows of, as runs."""
    return [_run(item_id, past) for item_id, runs in state.past.items() for past in runs]


def _run(item_id: str, past: PastRun) -> Run:
    task = Task(
        id=past.task,
        name=past.name,
        status=past.status,
        created=past.started,
        started=None if past.task else past.started,
        completed=past.finished,
        status_reason=past.note,
    )
    return Run(
        task=task,
        key=past.key,
        item=item_id,
        cause=past.cause,
        nominal=past.nominal,
        object=past.object,
        local=not past.task,
        reset=past.started if past.task else None,
    )


def past_of(run: Run) -> PastRun:
    """What stays of a run of a reused task when the task is reset."""
    task = run.task
    return PastRun(
        key=run.key,
        name=task.name,
        cause=run.cause,
        nominal=run.nominal or run.age[0],
        status=run.status,
        started=run.age[0],
        finished=task.completed or task.status_changed,
        object=run.object,
        note=task.status_reason[:LONGEST_NOTE],
        task=task.id,
    )


class FunctionLauncher:
    """Calls functions for one engine. `save` writes the state; raises GatewayError, LeaseLost."""

    def __init__(self, context: Context, save: Callable[[], None]) -> None:
        self._context, self._save = context, save

    def open(self) -> None:
        """Take over what the state knows. What an earlier process was at is over: nobody can tell how it ended."""
        context = self._context
        for item_id, runs in list(context.state.past.items()):
            for past in runs:
                if past.status == "in_progress" and not context.functions.knows(past.key):
                    context.journal.warning(f"{context.title(item_id)}: its function {past.name}: {LOST}.")
                    lost = attrs.evolve(past, status="stopped", finished=context.clock.now(), note=LOST)
                    context.state = context.state.with_past(item_id, lost)
        for run in past_runs(context.state):
            context.runs.remember(run)

    def launch(self, due: Sequence[Due], now: datetime) -> list[Outcome]:
        """Call what is due; an outcome each. Raises GatewayError, and then nothing was called."""
        context = self._context
        outcomes, ready = [], list[Due]()
        for launch, item in due:
            outcome = self._obstacle(launch, item, len(ready))
            if outcome is None:
                ready.append((launch, item))
            else:
                outcomes.append(outcome)
        if not ready:
            return outcomes
        self._write(ready, now)
        for launch, item in ready:
            function = item.action.function
            assert function is not None
            context.functions.start(launch.key, function, functions.arguments(item, launch.object), context.clock.now)
            outcomes.append(Outcome(launch=launch, run_id=launch.key))
        return outcomes

    def _obstacle(self, launch: Launch, item: Schedule | Trigger, ready: int) -> Outcome | None:
        function = item.action.function
        assert function is not None
        # A delayed request may have turned the state back: this process knows better what it has called.
        if self._context.runs.of_key(launch.key) or self._context.functions.called(launch.key):
            return Outcome(launch=launch, run_id=launch.key, note="it had been called already")
        if function.call is None:
            return Outcome(launch=launch, error=functions.missing_message(function))
        if self._context.functions.room <= ready:
            return Outcome(launch=launch, error=TOO_MANY, retryable=True)
        return None

    def _write(self, ready: Iterable[Due], now: datetime) -> None:
        """Before anything is called: the runs are under way, and owed no more. If that cannot be written, they are."""
        context, before = self._context, self._context.state
        begun = [(item.id, _begun(launch, item, now)) for launch, item in ready]
        keys = {past.key for _, past in begun}
        state = attrs.evolve(before, pending=tuple(one for one in before.pending if one.key not in keys))
        for item_id, past in begun:
            state = state.with_past(item_id, past)
        context.state = state
        try:
            self._save()
            context.lease.ensure_held()  # that may have taken its time
        except GatewayError:
            context.state = before
            raise
        for item_id, past in begun:
            context.runs.put(_run(item_id, past))

    def collect(self) -> None:
        """See which calls have ended."""
        context = self._context
        for ended in context.functions.ended():
            run = next(iter(context.runs.of_key(ended.key)), None)
            if run is None:
                continue  # its item was removed, and it was forgotten
            status = "failed" if ended.error else "completed"
            note = ended.error[:LONGEST_NOTE]
            task = attrs.evolve(
                run.task, status=status, completed=ended.moment, status_changed=ended.moment, status_reason=note
            )
            context.runs.put(attrs.evolve(run, task=task))
            known = [past for past in context.state.past.get(run.item, ()) if past.key == run.key]
            for past in known:
                after = attrs.evolve(past, status=status, finished=ended.moment, note=note)
                context.state = context.state.with_past(run.item, after)
            if ended.trace:
                context.journal.error(f"{context.title(run.item)}: its function raised {ended.error}\n{ended.trace}")


def _begun(launch: Launch, item: Schedule | Trigger, now: datetime) -> PastRun:
    return PastRun(
        key=launch.key,
        name=requested.with_run_name(item).name or item.action.subject,
        cause=launch.cause,
        nominal=launch.nominal,
        status="in_progress",
        started=now,
        object=launch.object,
    )

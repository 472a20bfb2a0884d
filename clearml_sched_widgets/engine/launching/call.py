"""Calls the Python functions that are due, at most once each, and records how the calls end.

Only the instance's state shows that a function was called. So a run is saved there as in progress and is no longer owed
before its function is called. If the process dies in between the run is lost, but no function is called twice.
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

TOO_MANY_RUNNING = f"{functions.MOST_AT_ONCE} functions of this instance are running; it waits until one ends"
LOST = "the kernel ended while it ran; how far it got is not known"

Due = tuple[Launch, Schedule | Trigger]


def past_runs(state: State) -> list[Run]:
    """The runs that are recorded in the state and nowhere else."""
    return [_run_from_record(item_id, past) for item_id, runs in state.past.items() for past in runs]


def _run_from_record(item_id: str, past: PastRun) -> Run:
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


def past_run_of(run: Run) -> PastRun:
    """The record of a reused task's run that is kept in the state when the task is reset."""
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
    """Calls functions for one engine. `save` writes the state and raises GatewayError or LeaseLost."""

    def __init__(self, context: Context, save: Callable[[], None]) -> None:
        self._context, self._save = context, save

    def open(self) -> None:
        """Add the runs recorded in the state. Calls that an earlier process did not finish are marked as stopped."""
        context = self._context
        for item_id, runs in list(context.state.past.items()):
            for past in runs:
                if past.status == "in_progress" and not context.functions.has_open_call(past.key):
                    context.journal.warning(f"{context.title(item_id)}: its function {past.name}: {LOST}.")
                    lost = attrs.evolve(past, status="stopped", finished=context.server_time(), note=LOST)
                    context.state = context.state.with_past(item_id, lost)
        for run in past_runs(context.state):
            context.runs.remember(run)

    def launch(self, due: Sequence[Due], now: datetime) -> list[Outcome]:
        """Call the functions that are due and return one outcome each. Raises GatewayError before the first call."""
        context = self._context
        outcomes, ready = [], list[Due]()
        for launch, item in due:
            outcome = self._outcome_without_call(launch, item, len(ready))
            if outcome is None:
                ready.append((launch, item))
            else:
                outcomes.append(outcome)
        if not ready:
            return outcomes
        self._save_as_begun(ready, now)
        for launch, item in ready:
            function = item.action.function
            assert function is not None
            context.functions.start(launch.key, function, functions.arguments(item, launch.object), context.server_time)
            outcomes.append(Outcome(launch=launch, run_id=launch.key))
        return outcomes

    def _outcome_without_call(self, launch: Launch, item: Schedule | Trigger, ready: int) -> Outcome | None:
        function = item.action.function
        assert function is not None
        # A delayed request may have restored an older state, so this process's own record of its calls counts too.
        if self._context.runs.of_key(launch.key) or self._context.functions.was_called(launch.key):
            return Outcome(launch=launch, run_id=launch.key, note="it had been called already")
        if function.call is None:
            return Outcome(launch=launch, error=functions.missing_message(function))
        if self._context.functions.free_threads <= ready:
            return Outcome(launch=launch, error=TOO_MANY_RUNNING, retryable=True)
        return None

    def _save_as_begun(self, ready: Iterable[Due], now: datetime) -> None:
        """Save the runs as in progress and no longer owed. Restores the state if it raises GatewayError."""
        context, before = self._context, self._context.state
        records = [(item.id, _begun_run(launch, item, now)) for launch, item in ready]
        keys = {past.key for _, past in records}
        state = attrs.evolve(before, pending=tuple(launch for launch in before.pending if launch.key not in keys))
        for item_id, past in records:
            state = state.with_past(item_id, past)
        context.state = state
        try:
            self._save()
            context.lease.ensure_held()  # saving may have taken long
        except GatewayError:
            context.state = before
            raise
        for item_id, past in records:
            context.runs.put(_run_from_record(item_id, past))

    def collect(self) -> None:
        """Record the calls that have ended, in the runs and in the state."""
        context = self._context
        for ended in context.functions.take_ended():
            run = next(iter(context.runs.of_key(ended.key)), None)
            if run is None:
                continue  # its item was removed and its run dropped
            status = "failed" if ended.error else "completed"
            note = ended.error[:LONGEST_NOTE]
            task = attrs.evolve(
                run.task, status=status, completed=ended.moment, status_changed=ended.moment, status_reason=note
            )
            context.runs.put(attrs.evolve(run, task=task))
            records = [past for past in context.state.past.get(run.item, ()) if past.key == run.key]
            for past in records:
                after = attrs.evolve(past, status=status, finished=ended.moment, note=note)
                context.state = context.state.with_past(run.item, after)
            if ended.trace:
                context.journal.error(f"{context.title(run.item)}: its function raised {ended.error}\n{ended.trace}")


def _begun_run(launch: Launch, item: Schedule | Trigger, now: datetime) -> PastRun:
    return PastRun(
        key=launch.key,
        name=requested.with_run_name(item).name or item.action.subject,
        cause=launch.cause,
        nominal=launch.nominal,
        status="in_progress",
        started=now,
        object=launch.object,
    )

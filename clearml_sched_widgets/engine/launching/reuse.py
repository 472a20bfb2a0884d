"""Launches base tasks themselves, without a clone: reset, edit, enqueue. At most once each.

A reused task carries the key of its last run, and those of some runs before: what is among them is not launched again,
whatever a state says that a delayed request may have turned back. Before the task is reset, the run that it carried
goes into the state's history, and the launch is written there as begun. If the key is on the task, and nobody has
touched the task since its reset, only the enqueueing is left to do. If somebody has removed the keys, what was begun is
given up: nobody could tell whether it was launched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import attrs

from clearml_sched_widgets.definition import Schedule, Trigger
from clearml_sched_widgets.engine.context import Context
from clearml_sched_widgets.engine.launching.call import past_of
from clearml_sched_widgets.engine.launching.clone import clone_request, is_draft, queue_ids, script_fields
from clearml_sched_widgets.engine.launching.stops import StopRequests
from clearml_sched_widgets.errors import GatewayError, RetryableError
from clearml_sched_widgets.policy.owed import Outcome
from clearml_sched_widgets.policy.run import RESET, Run, run_of
from clearml_sched_widgets.policy.state import Launch, iso, slot_text
from clearml_sched_widgets.records import ACTIVE, RUN_TAG, SECTION, Edit, Param, Task, TaskQuery, run_tag

INTERRUPTED = "the process that launched it ended, and nothing tells how far it got"
RECENT = "recent"  # the parameter of the Scheduler section that has the keys of the runs before
KEPT = 20  # of those keys
FROZEN = frozenset({"published", "publishing"})
Due = tuple[Launch, Schedule | Trigger]


class ReuseLauncher:
    """Launches reused tasks for one engine. `save` writes the state; raises GatewayError, LeaseLost."""

    def __init__(self, context: Context, stops: StopRequests, save: Callable[[], None]) -> None:
        self._context, self._stops, self._save = context, stops, save
        self._begun: set[str] = set()  # run keys of the launches that this process has begun
        self._sent: set[str] = set()  # those whose enqueueing was asked for

    def launch(self, due: Sequence[Due]) -> list[Outcome]:
        """Launch what is due, one after the other; an outcome each. Raises LeaseLost, RetryableError."""
        if not due:
            return []
        queues = queue_ids(self._context.gateway)
        return [self._tried(launch, item, queues) for launch, item in due]

    def _tried(self, launch: Launch, item: Schedule | Trigger, queues: Mapping[str, str]) -> Outcome:
        queue = queues.get(item.action.queue)
        if queue is None:
            return Outcome(
                launch=launch, error=f'there is no queue "{item.action.queue}"; create it, or choose another one'
            )
        try:
            return self._try(launch, item, queue)
        except RetryableError as error:
            return Outcome(launch=launch, error=str(error), retryable=True)
        except GatewayError as error:
            return Outcome(launch=launch, error=str(error))

    def _try(self, launch: Launch, item: Schedule | Trigger, queue: str) -> Outcome:
        task = self._read(item)
        if task is None:
            return Outcome(launch=launch, error=f"its task {item.action.task} does not exist (any more)")
        run = run_of(task, self._context.id)
        if run is not None and run.key == launch.key:
            if is_draft(run):
                self._edit_script(launch, item)
            return self._enqueue(launch, run, queue)
        if launch.key in self._sent or _mark(self._context.id, launch.key) in _recent(task):
            return Outcome(launch=launch, run_id=task.id, note="it had been launched already")
        if launch.begun and launch.key not in self._begun and SECTION not in task.hyperparams:
            return Outcome(launch=launch, given_up=INTERRUPTED)
        if task.status in FROZEN:
            return Outcome(launch=launch, error=f"its task {task.id} is published, and cannot be run again")
        if task.status in ACTIVE:
            return self._busy(launch, item, task)
        self._begin(launch, task, run)
        return self._renew(launch, item, queue)

    def _busy(self, launch: Launch, item: Schedule | Trigger, task: Task) -> Outcome:
        """Whoever launched it: what the overlap policy says. What a user starts by hand, and a retry, wait."""
        if launch.cause in ("manual", "retry") or item.overlap == "queue":
            return _waits(launch, task)
        if item.overlap == "cancel_previous":
            self._stops.request_task(task.id, self._context.title(item.id), "a later run takes its place")
            return _waits(launch, task)
        self._context.give_up(launch)
        return Outcome(launch=launch, given_up=f"its task {task.id} is {task.status}; the overlap policy is skip")

    def _begin(self, launch: Launch, task: Task, run: Run | None) -> None:
        """Write that it is begun, with the run that the reset will erase. Raises GatewayError; then it is not begun."""
        context, before = self._context, self._context.state
        if run is not None:
            context.runs.put(run)
        elif task.status != "created":
            context.journal.info(
                f"{context.title(launch.item)}: resets task {task.id}, which somebody else ran last: {task.status}."
            )
        state = before
        if run is not None and run.item in before.items:
            state = state.with_past(run.item, past_of(run))
        begun = [attrs.evolve(one, begun=True) if one.key == launch.key else one for one in state.pending]
        context.state = attrs.evolve(state, pending=tuple(begun))
        try:
            self._save()
        except GatewayError:
            context.state = before
            raise
        self._begun.add(launch.key)

    def _renew(self, launch: Launch, item: Schedule | Trigger, queue: str) -> Outcome:
        """Reset the task and give it the run's key and parameters."""
        context, gateway = self._context, self._context.gateway
        gateway.set_status(item.action.task, "created", f"Launched again for {slot_text(launch.nominal)}")
        task = self._read(item)
        if task is None or task.status != "created" or task.status_changed is None:
            return Outcome(launch=launch, error="somebody changed its task at the same moment", retryable=True)
        gateway.edit_draft(task.id, reuse_edit(task, item, launch, context.id))
        self._edit_script(launch, item)
        task = self._read(item)  # what counts is what it has now: a delayed edit of an earlier try may have arrived
        run = run_of(task, context.id) if task else None
        if run is None or run.key != launch.key:
            return Outcome(launch=launch, error="somebody changed its task at the same moment", retryable=True)
        return self._enqueue(launch, run, queue)

    def _edit_script(self, launch: Launch, item: Schedule | Trigger) -> None:
        fields = script_fields(item.action, launch)
        if fields:
            self._context.gateway.edit_script(item.action.task, fields)

    def _enqueue(self, launch: Launch, run: Run, queue: str) -> Outcome:
        """Enqueue the task, if nobody has touched it since its reset."""
        context, task = self._context, run.task
        context.runs.put(run)
        if not is_draft(run):
            return Outcome(launch=launch, run_id=task.id, note="it had been launched already")
        context.lease.ensure_held()
        self._sent.add(launch.key)
        answer = context.gateway.enqueue([task.id], queue)
        if task.id not in answer.succeeded:
            return Outcome(launch=launch, error=answer.failed.get(task.id, "it was not enqueued"))
        context.runs.put(attrs.evolve(run, task=attrs.evolve(task, status="queued")))
        return Outcome(launch=launch, run_id=task.id, watched=answer.watched)

    def _read(self, item: Schedule | Trigger) -> Task | None:
        query = TaskQuery(ids=(item.action.task,), order="created", hyperparams="all")
        return next(iter(self._context.gateway.tasks(query)), None)


def _waits(launch: Launch, task: Task) -> Outcome:
    error = f"its task {task.id} is {task.status}; it waits until that has ended"
    return Outcome(launch=launch, error=error, retryable=True)


def _mark(instance_id: str, key: str) -> str:
    return f"{instance_id[:8]}:{key}"


def _recent(task: Task) -> list[str]:
    """The runs that a reused task was launched for last, whichever instance did it, the present one at the end."""
    section = {name: param.value for name, param in task.hyperparams.get(SECTION, {}).items()}
    if not section.get(RESET):
        return []
    before = [mark for mark in section.get(RECENT, "").split(",") if mark]
    return [*before, _mark(section.get("instance", ""), section.get("key", ""))]


def reuse_edit(task: Task, item: Schedule | Trigger, launch: Launch, instance_id: str) -> Edit:
    """What a reused task, just reset, gets: the action's changes, and what makes the run recognisable.

    The time of the reset goes along. As long as it is that of the task's last change of status, nobody has launched it.
    """
    made = clone_request(task, item.action, launch, instance_id)
    own = {RESET: iso(task.status_changed) or "", RECENT: ",".join(_recent(task)[-KEPT:])}
    section = {**made.hyperparams[SECTION], **{name: Param(value=text) for name, text in own.items()}}
    return Edit(
        tags=made.tags,
        system_tags=tuple(dict.fromkeys([*task.system_tags, RUN_TAG, run_tag(instance_id)])),
        hyperparams={**made.hyperparams, SECTION: section},
        container=made.container,
    )

"""Launches base tasks themselves instead of clones: reset, edit, enqueue. Each slot and event at most once.

A reused task carries the run keys of its last run and of some runs before. A launch with one of these keys is not made
again, even if a delayed request has restored an older state. Before the task is reset, its last run is saved in the
state, and the launch is saved as begun. If the task carries the launch's key and nobody has touched the task since its
reset, it only has to be enqueued. If somebody has removed the keys, a launch that was begun is given up, because
nothing shows whether it was made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import attrs

from clearml_sched_widgets.definition import Schedule, Trigger
from clearml_sched_widgets.engine.context import Context
from clearml_sched_widgets.engine.launching.call import past_run_of
from clearml_sched_widgets.engine.launching.clone import clone_request, is_draft, queue_ids, script_fields
from clearml_sched_widgets.engine.launching.stops import StopRequests
from clearml_sched_widgets.errors import GatewayError, RetryableError
from clearml_sched_widgets.policy.owed import Outcome
from clearml_sched_widgets.policy.run import RESET, Run, run_of
from clearml_sched_widgets.policy.state import Launch, iso, slot_text
from clearml_sched_widgets.records import ACTIVE, RUN_TAG, SECTION, Edit, Param, Task, TaskQuery, run_tag

INTERRUPTED = "the process that launched it ended, and nothing tells how far it got"
RECENT = "recent"  # the parameter of the Scheduler section with the keys of earlier runs
MAX_RECENT = 20  # keys of earlier runs that a task carries
PUBLISHED = frozenset({"published", "publishing"})
Due = tuple[Launch, Schedule | Trigger]


class ReuseLauncher:
    """Launches reused tasks for one engine. `save` writes the state and raises GatewayError or LeaseLost."""

    def __init__(self, context: Context, stops: StopRequests, save: Callable[[], None]) -> None:
        self._context, self._stops, self._save = context, stops, save
        self._begun: set[str] = set()  # run keys of the launches that this process has begun
        self._enqueue_sent: set[str] = set()  # run keys of the launches whose enqueue request was sent

    def launch(self, due: Sequence[Due]) -> list[Outcome]:
        """Make the launches one after the other and return one outcome each. Raises LeaseLost, RetryableError."""
        if not due:
            return []
        queues = queue_ids(self._context.gateway)
        return [self._launch_one(launch, item, queues) for launch, item in due]

    def _launch_one(self, launch: Launch, item: Schedule | Trigger, queues: Mapping[str, str]) -> Outcome:
        queue = queues.get(item.action.queue)
        if queue is None:
            return Outcome(
                launch=launch, error=f'there is no queue "{item.action.queue}"; create it, or choose another one'
            )
        try:
            return self._launch_task(launch, item, queue)
        except RetryableError as error:
            return Outcome(launch=launch, error=str(error), retryable=True)
        except GatewayError as error:
            return Outcome(launch=launch, error=str(error))

    def _launch_task(self, launch: Launch, item: Schedule | Trigger, queue: str) -> Outcome:
        task = self._read_task(item)
        if task is None:
            return Outcome(launch=launch, error=f"its task {item.action.task} does not exist (any more)")
        run = run_of(task, self._context.id)
        if run is not None and run.key == launch.key:
            if is_draft(run):
                self._edit_script(launch, item)
            return self._enqueue(launch, run, queue)
        if launch.key in self._enqueue_sent or _instance_and_key(self._context.id, launch.key) in _recent_runs(task):
            return Outcome(launch=launch, run_id=task.id, note="it had been launched already")
        if launch.begun and launch.key not in self._begun and not task.scheduler:
            return Outcome(launch=launch, given_up=INTERRUPTED)
        if task.status in PUBLISHED:
            return Outcome(launch=launch, error=f"its task {task.id} is published, and cannot be run again")
        if task.status in ACTIVE:
            return self._handle_active_task(launch, item, task)
        self._save_as_begun(launch, task, run)
        return self._reset_and_enqueue(launch, item, queue)

    def _handle_active_task(self, launch: Launch, item: Schedule | Trigger, task: Task) -> Outcome:
        """Apply the overlap policy to a queued or running task, whoever started it. Manual runs and retries wait."""
        if launch.cause in ("manual", "retry") or item.overlap == "queue":
            return _waiting_outcome(launch, task)
        if item.overlap == "cancel_previous":
            self._stops.request_task(task.id, self._context.title(item.id), "a later run takes its place")
            return _waiting_outcome(launch, task)
        self._context.give_up(launch)
        return Outcome(launch=launch, given_up=f"its task {task.id} is {task.status}; the overlap policy is skip")

    def _save_as_begun(self, launch: Launch, task: Task, run: Run | None) -> None:
        """Save the launch as begun, and the run that the reset erases. Restores the state if it raises GatewayError."""
        context, before = self._context, self._context.state
        if run is not None:
            context.runs.put(run)
        elif task.status != "created":
            context.journal.info(
                f"{context.title(launch.item)}: resets task {task.id}, which somebody else ran last: {task.status}."
            )
        state = before
        if run is not None and run.item in before.items:
            state = state.with_past(run.item, past_run_of(run))
        pending = [attrs.evolve(other, begun=True) if other.key == launch.key else other for other in state.pending]
        context.state = attrs.evolve(state, pending=tuple(pending))
        try:
            self._save()
        except GatewayError:
            context.state = before
            raise
        self._begun.add(launch.key)

    def _reset_and_enqueue(self, launch: Launch, item: Schedule | Trigger, queue: str) -> Outcome:
        """Reset the task, set the run's key and parameters, and enqueue it."""
        context, gateway = self._context, self._context.gateway
        gateway.set_status(item.action.task, "created", f"Launched again for {slot_text(launch.nominal)}")
        task = self._read_task(item)
        if task is None or task.status != "created" or task.status_changed is None:
            return Outcome(launch=launch, error="somebody changed its task at the same moment", retryable=True)
        gateway.edit_draft(task.id, reuse_edit(task, item, launch, context.id))
        self._edit_script(launch, item)
        task = self._read_task(item)  # read again: a delayed edit of an earlier try may have arrived last
        run = run_of(task, context.id) if task else None
        if run is None or run.key != launch.key:
            return Outcome(launch=launch, error="somebody changed its task at the same moment", retryable=True)
        return self._enqueue(launch, run, queue)

    def _edit_script(self, launch: Launch, item: Schedule | Trigger) -> None:
        fields = script_fields(item.action, launch)
        if fields:
            self._context.gateway.edit_script(item.action.task, fields)

    def _enqueue(self, launch: Launch, run: Run, queue: str) -> Outcome:
        """Enqueue the task if nobody has touched it since its reset."""
        context, task = self._context, run.task
        context.runs.put(run)
        if not is_draft(run):
            return Outcome(launch=launch, run_id=task.id, note="it had been launched already")
        context.lease.ensure_held()
        self._enqueue_sent.add(launch.key)
        answer = context.gateway.enqueue([task.id], queue)
        if task.id not in answer.succeeded:
            return Outcome(launch=launch, error=answer.failed.get(task.id, "it was not enqueued"))
        context.runs.put(attrs.evolve(run, task=attrs.evolve(task, status="queued")))
        return Outcome(launch=launch, run_id=task.id, watched=answer.watched)

    def _read_task(self, item: Schedule | Trigger) -> Task | None:
        query = TaskQuery(ids=(item.action.task,), order="created", hyperparams="all")
        return next(iter(self._context.gateway.tasks(query)), None)


def _waiting_outcome(launch: Launch, task: Task) -> Outcome:
    error = f"its task {task.id} is {task.status}; it waits until that has ended"
    return Outcome(launch=launch, error=error, retryable=True)


def _instance_and_key(instance_id: str, key: str) -> str:
    return f"{instance_id[:8]}:{key}"


def _recent_runs(task: Task) -> list[str]:
    """The instances and run keys of a reused task's last runs, oldest first; the current run is the last one."""
    section = task.scheduler
    if not section.get(RESET):
        return []
    earlier = [entry for entry in section.get(RECENT, "").split(",") if entry]
    return [*earlier, _instance_and_key(section.get("instance", ""), section.get("key", ""))]


def reuse_edit(task: Task, item: Schedule | Trigger, launch: Launch, instance_id: str) -> Edit:
    """The edit of a reused task after its reset: the action's changes, and what identifies the run.

    It stores the time of the reset. While that is the time of the task's last status change, nobody has launched it.
    """
    clone = clone_request(task, item.action, launch, instance_id)
    reset_params = {RESET: iso(task.status_changed) or "", RECENT: ",".join(_recent_runs(task)[-MAX_RECENT:])}
    section = {**clone.hyperparams[SECTION], **{name: Param(value=text) for name, text in reset_params.items()}}
    return Edit(
        tags=clone.tags,
        system_tags=tuple(dict.fromkeys([*task.system_tags, RUN_TAG, run_tag(instance_id)])),
        hyperparams={**clone.hyperparams, SECTION: section},
        container=clone.container,
    )

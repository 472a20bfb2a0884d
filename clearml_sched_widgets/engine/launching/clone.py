"""Launches clones of base tasks: clones, reads what the server has, enqueues. Each slot and event exactly once.

A clone whose answer was lost is found by reading the runs, so no changing request is repeated before that. Of several
tasks with one run key only the oldest counts, and it is enqueued only while it is an untouched draft.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

import attrs

from clearml_sched_widgets.conditions import substitute
from clearml_sched_widgets.definition import Action, Latest
from clearml_sched_widgets.engine.following.runs import Runs
from clearml_sched_widgets.engine.instance_task.lease import VALID, Lease
from clearml_sched_widgets.engine.launching import latest
from clearml_sched_widgets.engine.launching.batch import BatchProgress
from clearml_sched_widgets.engine.launching.pipelines import PipelineProjects, target_project
from clearml_sched_widgets.engine.launching.workers import workers_for
from clearml_sched_widgets.errors import GatewayError, NotFound, RetryableError
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.gateway.paging import absent
from clearml_sched_widgets.policy.owed import Outcome
from clearml_sched_widgets.policy.run import Run
from clearml_sched_widgets.policy.state import Launch, slot_text
from clearml_sched_widgets.records import (
    INSTANCE_TAG,
    LATEST_TAG,
    RUN_TAG,
    SECTION,
    Clone,
    Enqueued,
    Param,
    Task,
    TaskQuery,
    run_tag,
)

# system tags of a base task that its clones do not get
NOT_CLONED_TAGS = frozenset({"development", "archived", INSTANCE_TAG, RUN_TAG, LATEST_TAG})
FIRST_SLICE, LARGEST_SLICE = 100, 500  # tasks of one enqueue request
SLICE_SECONDS = VALID / 3  # how long such a request is meant to take; less than VALID / 2
ENQUEUE_FAILED = "failed enqueueing"  # the status reason that the server sets when an enqueue has failed


def clone_request(base: Task, action: Action, launch: Launch, instance_id: str) -> Clone:
    """The clone request of a launch: the base task's settings, the action's changes, and what identifies the run."""
    values = dict(launch.values)
    params = {section: dict(items) for section, items in base.hyperparams.items() if section != SECTION}
    for path, value in action.parameters.items():
        section, _, name = path.partition("/")
        old = params.setdefault(section, {}).get(name, Param(value=""))
        params[section][name] = attrs.evolve(old, value=substitute(value, values))
    params[SECTION] = {name: Param(value=text) for name, text in _scheduler_section(launch, instance_id).items()}
    kept = tuple(tag for tag in base.system_tags if tag not in NOT_CLONED_TAGS and not tag.startswith(f"{RUN_TAG}:"))
    tags = dict.fromkeys([*base.tags, *(substitute(tag, values) for tag in action.tags)])
    return Clone(
        task=base.id,
        name=substitute(action.name or base.name, values),
        project=target_project(base, action.project),
        parent=base.id,
        tags=tuple(tags),
        system_tags=(*kept, RUN_TAG, run_tag(instance_id), *((LATEST_TAG,) if action.latest else ())),
        hyperparams=params,
        container=action.container,
    )


def script_fields(action: Action, launch: Launch) -> dict[str, str]:
    """The fields that a launch sets in the task's script, by their names there."""
    values = dict(launch.values)
    return {name.removeprefix("script."): substitute(text, values) for name, text in action.overrides.items()}


def _scheduler_section(launch: Launch, instance_id: str) -> dict[str, str]:
    # A retry needs the event's values for its parameters, and they are stored nowhere else.
    values = {"values": json.dumps(dict(launch.values))} if launch.object else {}
    return values | {
        "instance": instance_id,
        "item": launch.item,
        "key": launch.key,
        "cause": launch.cause,
        "scheduled": slot_text(launch.nominal),
        "object": launch.object,
        "lineage": ",".join(launch.lineage),
    }


def queue_ids(gateway: Gateway) -> dict[str, str]:
    """The ids of all queues, by name and by id."""
    queues = gateway.queues()
    return {**{queue.id: queue.id for queue in queues}, **{queue.name: queue.id for queue in queues}}


class CloneLauncher:
    """Launches batches of clones. Remembers which tasks this process has made."""

    def __init__(
        self,
        gateway: Gateway,
        instance_id: str,
        runs: Runs,
        lease: Lease,
        progress: BatchProgress,
        monotonic: Callable[[], float],
    ) -> None:
        self._gateway = gateway
        self._pipelines = PipelineProjects(gateway)
        self._progress = progress
        self._ensure_held = lease.ensure_held  # raises if the lease may be lost; called right before every enqueue
        self._monotonic = monotonic
        self._slice_size = FIRST_SLICE
        self._instance = instance_id
        self._runs = runs
        self._queues: dict[str, str] = {}
        self._cloned_ids: set[str] = set()  # ids that the server returned for this process's own clone requests

    def launch(self, batch: Sequence[tuple[Launch, Action]], now: datetime) -> list[Outcome]:
        """Launch a batch and return one outcome each. Raises RetryableError if the outcomes are not known yet."""
        if not batch:
            return []
        self._progress.begin(len(batch))
        errors = ["the server did not say what became of it"] * len(batch)
        try:
            outcomes = self._launch(batch, now)
            errors = [outcome.error for outcome in outcomes if outcome.error]
        finally:
            self._progress.end(errors)
        return outcomes

    def _launch(self, batch: Sequence[tuple[Launch, Action]], now: datetime) -> list[Outcome]:
        failed, ready = self._split_by_queue(batch)
        fresh = [pair for pair in ready if not self._runs.of_key(pair[0].key)]
        bases, without_base = self._base_tasks(fresh)
        failed += without_base
        fresh = [pair for pair in fresh if pair[0].key in bases]
        self._pipelines.make((bases[launch.key], action.project) for launch, action in fresh)
        failed += self._clone(fresh, bases)
        self._runs.refresh(self._gateway, now)  # what the server has now counts, not its answers to the clone requests
        self._delete_own_duplicates(launch.key for launch, _ in ready)
        failed_keys = {outcome.launch.key for outcome in failed}
        return failed + self._enqueue([pair for pair in ready if pair[0].key not in failed_keys])

    def _split_by_queue(
        self, batch: Sequence[tuple[Launch, Action]]
    ) -> tuple[list[Outcome], list[tuple[Launch, Action]]]:
        """Separate the launches whose queue does not exist, before anything is cloned.

        Reads the queues anew for every batch, because enqueueing on a deleted queue would spoil the drafts.
        """
        self._queues = queue_ids(self._gateway)
        missing = 'there is no queue "{}"; create it, or choose another one'
        failed = [
            Outcome(launch=launch, error=missing.format(action.queue))
            for launch, action in batch
            if action.queue not in self._queues
        ]
        return failed, [pair for pair in batch if pair[1].queue in self._queues]

    def _base_tasks(self, batch: Sequence[tuple[Launch, Action]]) -> tuple[dict[str, Task], list[Outcome]]:
        """The base tasks by run key, and the outcomes of launches that have none. One request per 500 base tasks.

        What is the latest of several tasks is asked once for the batch, so that all its runs have the same base task.
        """
        ids = sorted({action.task for _, action in batch if action.task})
        tasks: dict[str, Task] = {}
        for start in range(0, len(ids), 500):
            query = TaskQuery(ids=tuple(ids[start : start + 500]), order="created", hyperparams="all")
            tasks.update((task.id, task) for task in self._gateway.tasks(query))
        refused: dict[Latest, str] = {}
        wanted = (action.latest for _, action in batch if action.latest)
        newest = latest.newest_tasks(self._gateway, wanted, refused=refused)
        found = {
            launch.key: newest.get(action.latest) if action.latest else tasks.get(action.task)
            for launch, action in batch
        }
        failed = [
            Outcome(launch=launch, error=(action.latest and refused.get(action.latest)) or _without_base(action))
            for launch, action in batch
            if not found[launch.key]
        ]
        return {key: task for key, task in found.items() if task}, failed

    def _clone(self, batch: Sequence[tuple[Launch, Action]], bases: Mapping[str, Task]) -> list[Outcome]:
        """Make the clones, several at a time. Returns the outcomes of the launches that have certainly failed."""
        if not batch:
            return []

        def clone_one(pair: tuple[Launch, Action]) -> Outcome | None:
            launch, action = pair
            base = bases[launch.key]
            try:
                self._cloned_ids.add(self._gateway.clone(clone_request(base, action, launch, self._instance)))
            except NotFound:
                return Outcome(launch=launch, error=f"its base task {base.id} does not exist any more")
            except RetryableError:
                return None  # reading the runs shows whether it was made
            except GatewayError as error:
                return Outcome(launch=launch, error=str(error))
            except Exception as error:  # noqa: BLE001 - one launch must never stop the others
                return Outcome(launch=launch, error=f"an unforeseen error: {error!r:.300}")
            finally:
                self._progress.count_one()
            return None

        if len(batch) == 1:  # a thread would cost more than it saves
            return [outcome for outcome in map(clone_one, batch) if outcome]
        with workers_for(len(batch)) as pool:
            return [outcome for outcome in pool.map(clone_one, batch) if outcome]

    def _delete_own_duplicates(self, keys: Iterable[str]) -> None:
        """Delete drafts that this process made although an older task has the same run key."""
        duplicates = [
            run.task.id
            for key in keys
            for run in self._runs.of_key(key)[1:]
            if run.task.id in self._cloned_ids and run.task.virgin
        ]
        if duplicates:
            self._gateway.delete_drafts(duplicates)

    def _enqueue(self, batch: Sequence[tuple[Launch, Action]]) -> list[Outcome]:
        outcomes, drafts = [], list[tuple[Launch, Action, Run]]()
        for launch, action in batch:
            tasks = self._runs.of_key(launch.key)
            if not tasks:
                why = "the server did not answer in time and no run was made"
                outcomes.append(Outcome(launch=launch, error=why, retryable=True))
            elif launched := next((run for run in tasks if not is_draft(run)), None):
                # Any of them counts: a delayed clone may appear late and yet be older than the one that was launched.
                outcomes.append(Outcome(launch=launch, run_id=launched.task.id, note="it had been launched already"))
            else:
                drafts.append((launch, action, tasks[0]))
        failed = self._edit_scripts(drafts)
        by_queue: dict[str, list[tuple[Launch, Run]]] = {}
        for launch, action, run in drafts:
            if launch.key not in failed:
                by_queue.setdefault(self._queues[action.queue], []).append((launch, run))
        for queue_id, pairs in by_queue.items():
            outcomes += self._enqueue_on(queue_id, pairs)
        return [*outcomes, *failed.values()]

    def _edit_scripts(self, drafts: Iterable[tuple[Launch, Action, Run]]) -> dict[str, Outcome]:
        """Set the actions' script fields on the drafts; a later try repeats it. Returns the failures by run key."""
        wanted = [(launch, run, fields) for launch, action, run in drafts if (fields := script_fields(action, launch))]

        def edit_one(draft: tuple[Launch, Run, dict[str, str]]) -> Outcome | None:
            launch, run, fields = draft
            try:
                self._gateway.edit_script(run.task.id, fields)
            except GatewayError as error:
                return Outcome(launch=launch, error=str(error), retryable=isinstance(error, RetryableError))
            return None

        if not wanted:
            return {}
        with workers_for(len(wanted)) as pool:
            return {outcome.launch.key: outcome for outcome in pool.map(edit_one, wanted) if outcome}

    def _enqueue_on(self, queue_id: str, pairs: Sequence[tuple[Launch, Run]]) -> list[Outcome]:
        """Enqueue drafts in slices that take less than half of the time for which the lease is surely held.

        A server enqueues a batch one by one. If all went in one request, a rival that has taken over meanwhile could
        find drafts that this request is still going to enqueue. What the answers say is noted after the last one, as
        the runs must not wait for that.
        """
        answers: list[tuple[list[tuple[Launch, Run]], Enqueued | RetryableError]] = []
        rest = list(pairs)
        while rest:
            some, rest = rest[: self._slice_size], rest[self._slice_size :]
            self._ensure_held()
            began = self._monotonic()
            answers.append((some, self._enqueue_slice(queue_id, [run.task.id for _, run in some])))
            self._adapt_slices(len(some), self._monotonic() - began)
        return [outcome for some, answer in answers for outcome in self._note_enqueued(some, answer)]

    def _adapt_slices(self, count: int, seconds: float) -> None:
        """Choose the size of the next slice by how long the last one took."""
        fitting = int(count * SLICE_SECONDS / max(seconds, 0.001))
        self._slice_size = max(1, min(fitting, 2 * self._slice_size, LARGEST_SLICE))

    def _enqueue_slice(self, queue_id: str, ids: Sequence[str]) -> Enqueued | RetryableError:
        try:
            return self._gateway.enqueue(ids, queue_id)
        except RetryableError as error:
            return error
        except GatewayError as error:
            return Enqueued(failed=dict.fromkeys(ids, str(error)))

    def _note_enqueued(self, pairs: Sequence[tuple[Launch, Run]], answer: Enqueued | RetryableError) -> list[Outcome]:
        if isinstance(answer, RetryableError):
            return [Outcome(launch=launch, error=str(answer), retryable=True) for launch, _ in pairs]
        ids = [run.task.id for _, run in pairs]
        self._runs.mark_enqueued(answer.succeeded)
        self._cloned_ids.difference_update(answer.succeeded)
        deleted = absent(self._gateway, [run_id for run_id in ids if run_id not in answer.succeeded])
        self._runs.drop(deleted)
        return [_enqueue_outcome(launch, run, answer, deleted) for launch, run in pairs]


def _without_base(action: Action) -> str:
    if action.latest:
        return latest.nothing_fits(action.latest)
    return f"its base task {action.task} does not exist (any more); choose another one"


def _enqueue_outcome(launch: Launch, run: Run, answer: Enqueued, deleted: set[str]) -> Outcome:
    run_id = run.task.id
    if run_id in answer.succeeded:
        return Outcome(launch=launch, run_id=run_id, base=run.base, watched=answer.watched)
    if run_id in deleted:
        return Outcome(launch=launch, run_id=run_id, note="somebody deleted it before it was enqueued")
    return Outcome(launch=launch, error=answer.failed.get(run_id, "it was not enqueued"))


def is_launched(runs: Runs, key: str) -> bool:
    """True if a run with this key is more than a draft. A draft is still owed: its launching process may have died."""
    return any(not is_draft(run) for run in runs.of_key(key))


def is_draft(run: Run) -> bool:
    """True if the engine still has to enqueue this run. A run that a user has dequeued or reset is no draft."""
    task = run.task
    if run.reset is not None:  # a reused task is never virgin; it is a draft until its status changes after the reset
        return task.status == "created" and (task.status_changed == run.reset or task.status_reason == ENQUEUE_FAILED)
    return task.virgin or (task.status == "created" and task.status_reason == ENQUEUE_FAILED)

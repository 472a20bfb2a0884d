"""Clone, settle, enqueue: each slot and each event exactly once (the protocol of the design's section 6).

A clone whose answer was lost is found by reading; no request that changes something is repeated before that. Per run
key only the oldest task counts, and it is enqueued only while it is a virgin draft.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import attrs

from clearml_sched_widgets.conditions import substitute
from clearml_sched_widgets.definition import Action
from clearml_sched_widgets.engine.following.runs import Runs
from clearml_sched_widgets.engine.launching.batch import BatchProgress
from clearml_sched_widgets.errors import GatewayError, NotFound, RetryableError
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.policy.owed import Outcome
from clearml_sched_widgets.policy.run import Run
from clearml_sched_widgets.policy.state import Launch, slot_text
from clearml_sched_widgets.records import (
    INSTANCE_TAG,
    RUN_TAG,
    SECTION,
    Clone,
    Enqueued,
    Param,
    Task,
    TaskQuery,
    run_tag,
)

OWN_TAGS = frozenset({"development", "archived", INSTANCE_TAG, RUN_TAG})
WORKERS = 8
ENQUEUE_FAILED = "failed enqueueing"  # the reason that the server gives when it takes a failed enqueueing back


def clone_request(base: Task, action: Action, launch: Launch, instance_id: str) -> Clone:
    """The clone request of a launch: what the base has, the action's changes, and what makes the run recognisable."""
    values = dict(launch.values)
    params = {section: dict(items) for section, items in base.hyperparams.items() if section != SECTION}
    for path, value in action.parameters.items():
        section, _, name = path.partition("/")
        old = params.setdefault(section, {}).get(name, Param(value=""))
        params[section][name] = attrs.evolve(old, value=substitute(value, values))
    params[SECTION] = {name: Param(value=text) for name, text in _section(launch, instance_id).items()}
    kept = tuple(tag for tag in base.system_tags if tag not in OWN_TAGS and not tag.startswith(f"{RUN_TAG}:"))
    tags = dict.fromkeys([*base.tags, *(substitute(tag, values) for tag in action.tags)])
    return Clone(
        task=base.id,
        name=substitute(action.name or base.name, values),
        project=action.project,
        parent=base.id,
        tags=tuple(tags),
        system_tags=(*kept, RUN_TAG, run_tag(instance_id)),
        hyperparams=params,
        container=action.container,
    )


def script_fields(action: Action, launch: Launch) -> dict[str, str]:
    """The fields of the script that a launch sets, by the names they have there."""
    values = dict(launch.values)
    return {name.removeprefix("script."): substitute(text, values) for name, text in action.overrides.items()}


def _section(launch: Launch, instance_id: str) -> dict[str, str]:
    # A retry puts the same values into its parameters: of an event they are kept nowhere else.
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
    """The ids of all queues, by their names and by themselves."""
    queues = gateway.queues()
    return {**{queue.id: queue.id for queue in queues}, **{queue.name: queue.id for queue in queues}}


class CloneLauncher:
    """Launches batches. Keeps the queues' ids, and which tasks this process itself has made."""

    def __init__(
        self, gateway: Gateway, instance_id: str, runs: Runs, keep: Callable[[], None], count: BatchProgress
    ) -> None:
        self._gateway = gateway
        self._count = count
        self._keep = keep  # raises unless we may still launch; asked right before every enqueue
        self._instance = instance_id
        self._runs = runs
        self._queues: dict[str, str] = {}
        self._made: set[str] = set()  # ids that came back to this process as answers to its own clones

    def launch(self, batch: Sequence[tuple[Launch, Action]], now: datetime) -> list[Outcome]:
        """Launch what is due together; an outcome each. Raises RetryableError when nothing can be said yet."""
        if not batch:
            return []
        self._count.begin(len(batch))
        errors = ["the server did not say what became of it"] * len(batch)
        try:
            outcomes = self._launched(batch, now)
            errors = [outcome.error for outcome in outcomes if outcome.error]
        finally:
            self._count.end(errors)
        return outcomes

    def _launched(self, batch: Sequence[tuple[Launch, Action]], now: datetime) -> list[Outcome]:
        failed, ready = self._checked(batch)
        fresh = [pair for pair in ready if not self._runs.of_key(pair[0].key)]
        bases, lost = self._bases(fresh)
        failed += lost
        fresh = [pair for pair in fresh if pair[1].task in bases]
        failed += self._clone(fresh, bases)
        self._runs.refresh(self._gateway, now)  # settle: what is there now decides, not what was answered
        self._delete_own_duplicates(launch.key for launch, _ in ready)
        given_up = {outcome.launch.key for outcome in failed}
        return failed + self._enqueue([pair for pair in ready if pair[0].key not in given_up])

    def _checked(self, batch: Sequence[tuple[Launch, Action]]) -> tuple[list[Outcome], list[tuple[Launch, Action]]]:
        """Set aside what names a queue that does not exist, before anything is made.

        Asked anew for every batch: enqueueing on a deleted queue would spoil the drafts.
        """
        self._queues = queue_ids(self._gateway)
        missing = 'there is no queue "{}"; create it, or choose another one'
        failed = [
            Outcome(launch=launch, error=missing.format(action.queue))
            for launch, action in batch
            if action.queue not in self._queues
        ]
        return failed, [pair for pair in batch if pair[1].queue in self._queues]

    def _bases(self, batch: Sequence[tuple[Launch, Action]]) -> tuple[dict[str, Task], list[Outcome]]:
        """The base tasks of a batch, in one request per 500 of them."""
        ids = sorted({action.task for _, action in batch})
        found: dict[str, Task] = {}
        for start in range(0, len(ids), 500):
            query = TaskQuery(ids=tuple(ids[start : start + 500]), order="created", hyperparams="all")
            found.update((task.id, task) for task in self._gateway.tasks(query))
        missing = "its base task {} does not exist (any more); choose another one"
        lost = [
            Outcome(launch=launch, error=missing.format(action.task))
            for launch, action in batch
            if action.task not in found
        ]
        return found, lost

    def _clone(self, batch: Sequence[tuple[Launch, Action]], bases: Mapping[str, Task]) -> list[Outcome]:
        """Make the drafts, several at a time; the outcomes of those that surely failed."""
        if not batch:
            return []

        def one(pair: tuple[Launch, Action]) -> Outcome | None:
            launch, action = pair
            try:
                self._made.add(self._gateway.clone(clone_request(bases[action.task], action, launch, self._instance)))
            except NotFound:
                return Outcome(launch=launch, error=f"its base task {action.task} does not exist any more")
            except RetryableError:
                return None  # settling will tell whether it was made
            except GatewayError as error:
                return Outcome(launch=launch, error=str(error))
            finally:
                self._count.one()
            return None

        if len(batch) == 1:  # a thread would cost more than it saves
            return [outcome for outcome in map(one, batch) if outcome]
        with ThreadPoolExecutor(max_workers=min(WORKERS, len(batch)), thread_name_prefix="clearml-sched") as pool:
            return [outcome for outcome in pool.map(one, batch) if outcome]

    def _delete_own_duplicates(self, keys: Iterable[str]) -> None:
        """Only what this process made itself, as a draft beside an older task of the same key."""
        doubles = [
            run.task.id
            for key in keys
            for run in self._runs.of_key(key)[1:]
            if run.task.id in self._made and run.task.virgin
        ]
        if doubles:
            self._gateway.delete_drafts(doubles)

    def _enqueue(self, batch: Sequence[tuple[Launch, Action]]) -> list[Outcome]:
        outcomes, drafts = [], list[tuple[Launch, Action, Run]]()
        for launch, action in batch:
            tasks = self._runs.of_key(launch.key)
            if not tasks:
                why = "the server did not answer in time and no run was made"
                outcomes.append(Outcome(launch=launch, error=why, retryable=True))
            elif done := next((run for run in tasks if not is_draft(run)), None):
                # Any of them: a delayed clone may show up, and be older, after another one was launched.
                outcomes.append(Outcome(launch=launch, run_id=done.task.id, note="it had been launched already"))
            else:
                drafts.append((launch, action, tasks[0]))
        failed = self._override(drafts)
        by_queue: dict[str, list[tuple[Launch, Run]]] = {}
        for launch, action, run in drafts:
            if launch.key not in failed:
                by_queue.setdefault(self._queues[action.queue], []).append((launch, run))
        for queue_id, pairs in by_queue.items():
            outcomes += self._enqueue_on(queue_id, pairs)
        return [*outcomes, *failed.values()]

    def _override(self, drafts: Iterable[tuple[Launch, Action, Run]]) -> dict[str, Outcome]:
        """Set what the actions want in the scripts of their drafts, again if in doubt; the failures by run key."""
        wanted = [(launch, run, fields) for launch, action, run in drafts if (fields := script_fields(action, launch))]

        def one(draft: tuple[Launch, Run, dict[str, str]]) -> Outcome | None:
            launch, run, fields = draft
            try:
                self._gateway.edit_script(run.task.id, fields)
            except GatewayError as error:
                return Outcome(launch=launch, error=str(error), retryable=isinstance(error, RetryableError))
            return None

        if not wanted:
            return {}
        with ThreadPoolExecutor(max_workers=min(WORKERS, len(wanted)), thread_name_prefix="clearml-sched") as pool:
            return {outcome.launch.key: outcome for outcome in pool.map(one, wanted) if outcome}

    def _enqueue_on(self, queue_id: str, pairs: Sequence[tuple[Launch, Run]]) -> list[Outcome]:
        ids = [run.task.id for _, run in pairs]
        self._keep()
        try:
            answer = self._gateway.enqueue(ids, queue_id)
        except RetryableError as error:
            return [Outcome(launch=launch, error=str(error), retryable=True) for launch, _ in pairs]
        except GatewayError as error:
            answer = Enqueued(failed=dict.fromkeys(ids, str(error)))
        self._runs.enqueued(answer.succeeded)
        self._made.difference_update(answer.succeeded)
        gone = self._gone([run_id for run_id in ids if run_id not in answer.succeeded])
        self._runs.drop(gone)
        return [_outcome(launch, run.task.id, answer, gone) for launch, run in pairs]

    def _gone(self, ids: Sequence[str]) -> set[str]:
        """Those that somebody deleted meanwhile."""
        present: set[str] = set()
        for start in range(0, len(ids), 500):
            query = TaskQuery(ids=tuple(ids[start : start + 500]), order="created")
            present.update(task.id for task in self._gateway.tasks(query))
        return {run_id for run_id in ids if run_id not in present}


def _outcome(launch: Launch, run_id: str, answer: Enqueued, gone: set[str]) -> Outcome:
    if run_id in answer.succeeded:
        return Outcome(launch=launch, run_id=run_id, watched=answer.watched)
    if run_id in gone:
        return Outcome(launch=launch, run_id=run_id, note="somebody deleted it before it was enqueued")
    return Outcome(launch=launch, error=answer.failed.get(run_id, "it was not enqueued"))


def is_launched(runs: Runs, key: str) -> bool:
    """Whether a run key is on the server as more than a draft. A draft alone is still owed: its maker may have died."""
    return any(not is_draft(run) for run in runs.of_key(key))


def is_draft(run: Run) -> bool:
    """Whether it waits to be enqueued by us. Our own failed try leaves a mark; no dequeue or reset does."""
    task = run.task
    if run.reset is not None:  # a reused task is never a virgin: nobody has touched it since its reset
        return task.status == "created" and (task.status_changed == run.reset or task.status_reason == ENQUEUE_FAILED)
    return task.virgin or (task.status == "created" and task.status_reason == ENQUEUE_FAILED)

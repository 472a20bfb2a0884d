"""Fills a sandbox's database with example data of a team: projects, tasks, users, instances and weeks of runs.

Writes to the database directly, before the server starts, which takes seconds. The same seed gives the same data.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta, timezone
from itertools import chain
from pathlib import Path
from typing import Any

import attrs

from clearml_sched_widgets.codec import dumps
from clearml_sched_widgets.definition import Definition, Schedule, Trigger
from clearml_sched_widgets.engine.instance_task import abilities
from clearml_sched_widgets.engine.instance_task import task as instance_task
from clearml_sched_widgets.engine.instance_task.lease import PREFIX as LEASE_PREFIX
from clearml_sched_widgets.engine.instance_task.state_objects import texts as state_texts
from clearml_sched_widgets.policy.state import ItemState, ReadPosition, State, slot_text
from clearml_sched_widgets.records import INSTANCE_TAG, RUN_TAG, SECTION, run_tag
from clearml_sched_widgets.recurrence import occurrences
from clearml_sched_widgets.sandbox import identity, projects_tree, queueing, registry, task_fields
from clearml_sched_widgets.sandbox.clock import stored
from clearml_sched_widgets.sandbox.kinds import HIDDEN, PROJECTS, TASKS, USERS
from clearml_sched_widgets.sandbox.server import prepare
from clearml_sched_widgets.sandbox.store import Doc, Store
from clearml_sched_widgets.sandbox.store import dumps as store_text
from scripts.workspace_content import (
    AGENTS,
    BASES,
    INSTANCES,
    ME,
    PEOPLE,
    PROJECT,
    QUEUES,
    VARIANTS,
    InstanceSpec,
    definition_of,
)

WEEKS = 5
RENEWED_AHEAD = timedelta(minutes=30)  # the leases of running examples, for which no engine gives signs of life


@attrs.frozen
class Workspace:
    """What was created: the ids of base tasks and instances by name, and the number of runs."""

    tasks: dict[str, str]
    instances: dict[str, str]
    runs: int


def fill(folder: Path, *, now: datetime | None = None, seed: int = 7) -> Workspace:
    """Create the example data in an empty folder. `Sandbox.start(folder)` then serves it."""
    folder.mkdir(parents=True, exist_ok=True)
    with closing(Store(folder / "sandbox.sqlite")) as store:
        prepare(store)
        store.begin()
        workspace = Filler(store, now or datetime.now(timezone.utc), random.Random(seed)).fill()
        store.commit()
    return workspace


class Filler:
    """Inserts documents in the form in which the server stores them."""

    def __init__(self, store: Store, now: datetime, rng: random.Random) -> None:
        self._store = store
        self._now = now
        self._random = rng
        self._users = {ME: identity.USER_ID}
        self._runs = 0

    def fill(self) -> Workspace:
        self._add_users()
        queues = {name: self._queue_id(name) for name in ("default", "services", *QUEUES)}
        for worker, served in AGENTS.items():
            data = {"queues": [queues[name] for name in served], "timeout": 7 * 24 * 3600}
            registry.register(self._store, worker, "10.0.0.7", data)
        tasks = dict(self._add_base_tasks())
        instances = {spec.name: self._add_instance(spec, definition_of(spec, tasks)) for spec in INSTANCES}
        return Workspace(tasks, instances, self._runs)

    def _add_users(self) -> None:
        me = self._store.get(USERS, identity.USER_ID)
        assert me is not None
        self._store.save(USERS, {**me, "name": ME})
        for name in PEOPLE:
            self._users[name] = self._new_id()
            self._store.insert(USERS, {**me, "id": self._users[name], "name": name})

    def _queue_id(self, name: str) -> str:
        queue = queueing.by_name(self._store, name) or queueing.make(self._store, name)
        return str(queue["id"])

    def _new_id(self) -> str:
        return f"{self._random.getrandbits(128):032x}"

    def _project_id(self, name: str) -> str:
        return str(projects_tree.ensure(self._store, name, identity.USER_ID)["id"])

    # -- base tasks
    def _add_base_tasks(self) -> Iterator[tuple[str, str]]:
        """Yield the name and id of each base task. Also adds variants of it, as people leave them behind."""
        for project, names in BASES.items():
            for name in names:
                yield name, self._add_base_task(project, name, days=self._random.uniform(20, 90))
                for number in range(2, 2 + VARIANTS):
                    self._add_base_task(project, f"{name} v{number}", days=self._random.uniform(0, 60))

    def _add_base_task(self, project: str, name: str, days: float) -> str:
        rng = self._random
        began = self._now - timedelta(days=days)
        values = {
            "lr": f"{rng.choice((0.1, 0.03, 0.01, 0.001))}",
            "epochs": str(rng.choice((5, 10, 20, 50))),
            "batch_size": str(rng.choice((16, 32, 64, 128))),
            "dataset": f"{project.split('/', maxsplit=1)[0].lower()}-2026-{rng.randint(1, 11):02}",
        }
        tags = rng.sample(["production", "baseline", "experiment", "reviewed", "gpu"], rng.randint(0, 2))
        status = rng.choices(("completed", "published", "failed", "created"), (80, 10, 5, 5))[0]
        kind = "training" if name.startswith("train") else "data_processing"
        doc = self._new_task(name, project, rng.choice([ME, *PEOPLE]), began, type=kind, tags=sorted(tags))
        doc["hyperparams"] = {"Args": {key: parameter("Args", key, value) for key, value in values.items()}}
        self._set_status(doc, began, timedelta(minutes=rng.lognormvariate(3, 0.8)), status)
        self._store.insert(TASKS, doc)
        return str(doc["id"])

    def _new_task(self, name: str, project: str, user: str, created: datetime, **fields: Any) -> Doc:
        blank = task_fields.blank(self._users[user], stored(created))
        return {**blank, "id": self._new_id(), "name": name, "project": self._project_id(project), **fields}

    def _set_status(self, doc: Doc, began: datetime, length: timedelta, status: str) -> None:
        """Set a task's status and times. A task that would end in the future is still in progress."""
        ends = began + length
        if ends > self._now and status != "created":
            status = "in_progress"
        doc["status"] = status
        if status == "created":
            return
        last = stored(min(ends, self._now))
        doc.update(started=stored(began), status_changed=stored(began) if status == "in_progress" else last)
        doc.update(last_update=last, last_change=last)
        if status != "in_progress":
            doc.update(completed=last, active_duration=int(length.total_seconds()))
        if status == "failed":
            doc["status_reason"] = self._random.choice(FAILURES)

    # -- instances and their runs
    def _add_instance(self, spec: InstanceSpec, definition: Definition) -> str:
        created = self._now - timedelta(weeks=WEEKS, hours=3)
        doc = self._new_task(spec.name, PROJECT, spec.user, created, type="service", system_tags=[INSTANCE_TAG])
        ended = self._now - spec.ended_ago
        launched = [self._add_runs(doc, item, spec, ended) for item in definition.items]
        state = State(
            items={
                item.id: ItemState(watermark=self._now, runs=len(runs))
                for item, runs in zip(definition.items, launched, strict=True)
            },
            ends=ReadPosition(cursor=self._now),  # old failures are not retried
            runs_since=self._now,  # an engine that resumes the instance need not read older runs
            paused=spec.status == "paused",
            note=spec.note,
        )
        texts = {instance_task.DEFINITION: dumps(definition), instance_task.WHERE: spec.where, **state_texts(state)}
        texts |= abilities.dumps(abilities.own())
        doc["configuration"] = {name: {"name": name, "value": text, "type": "json"} for name, text in texts.items()}
        self._set_instance_status(doc, spec, created, ended)
        self._store.insert(TASKS, doc)
        self._add_log(doc["id"], sorted(chain(*launched)))
        return str(doc["id"])

    def _set_instance_status(self, doc: Doc, spec: InstanceSpec, created: datetime, ended: datetime) -> None:
        if spec.status == "draft":
            return
        alive = spec.status in ("running", "paused", "silent")
        doc["status"] = "in_progress" if alive else spec.status
        doc.update(
            started=stored(created), status_changed=stored(created if alive else ended), status_reason=spec.reason
        )
        doc.update(last_update=stored(ended), last_change=stored(ended))
        if alive:
            self._add_lease(doc["id"], ended if spec.status == "silent" else self._now + RENEWED_AHEAD)
        else:
            doc["completed"] = stored(ended)

    def _add_lease(self, instance: str, renewed: datetime) -> None:
        """Insert an instance's lease, by which its engine gives signs of life; the last one was at `renewed`."""
        lease = projects_tree.create(self._store, f"{LEASE_PREFIX}{instance}", identity.USER_ID, system_tags=[HIDDEN])
        self._store.save(PROJECTS, {**lease, "last_update": stored(renewed)})

    def _add_runs(
        self, doc: Doc, item: Schedule | Trigger, spec: InstanceSpec, ended: datetime
    ) -> list[tuple[datetime, str]]:
        """Insert an item's runs. Returns the log lines about them, each with its time."""
        if spec.status == "draft":
            return []
        base = self._store.get(TASKS, item.action.task)
        assert base is not None
        lines = []
        for slot in self._slots(item, ended):
            run = self._add_run(doc["id"], item, base, spec.user, slot)
            lines.append((slot, f"{item.title}: launched task {run['id']} for {slot_text(slot)}."))
            if run["status"] == "failed":
                lines.append((slot + timedelta(seconds=90), f"{item.title}: task {run['id']} failed."))
        return lines

    def _slots(self, item: Schedule | Trigger, ended: datetime) -> list[datetime]:
        began = ended - timedelta(weeks=WEEKS)
        if isinstance(item, Schedule):
            return list(occurrences(item.recurrence, began, ended))
        length = (ended - began).total_seconds()
        return sorted(began + timedelta(seconds=self._random.uniform(0, length)) for _ in range(90))

    def _add_run(self, instance: str, item: Schedule | Trigger, base: Doc, user: str, slot: datetime) -> Doc:
        self._runs += 1
        rng, manual = self._random, self._random.random() < 0.01
        cause = "manual" if manual else "schedule" if isinstance(item, Schedule) else "trigger"
        began = slot + timedelta(seconds=rng.uniform(0.4, 2))
        section = {
            **{"instance": instance, "item": item.id, "key": f"{item.id}@{slot_text(slot)}", "cause": cause},
            **{"scheduled": slot_text(slot), "object": base["id"] if cause == "trigger" else "", "lineage": item.id},
        }
        bad_day = slot.date() == (self._now - timedelta(days=9)).date()
        doc = self._new_task(
            item.action.name or base["name"], item.action.project or "Experiments", user, began,
            type=base["type"], tags=base["tags"], system_tags=[RUN_TAG, run_tag(instance)], parent=base["id"],
        )  # fmt: skip
        scheduler = {key: parameter(SECTION, key, value) for key, value in section.items()}
        doc["hyperparams"] = {**base["hyperparams"], SECTION: scheduler}
        typical = TYPICAL_MINUTES.get(item.title, 4.0)
        length = timedelta(minutes=typical * rng.lognormvariate(0, 0.35))
        weights = (50, 48, 2) if bad_day else (965, 28, 7)
        self._set_status(doc, began, length, rng.choices(("completed", "failed", "stopped"), weights)[0])
        self._store.insert(TASKS, doc)
        return doc

    def _add_log(self, task: str, lines: list[tuple[datetime, str]]) -> None:
        for moment, text in lines[-400:]:
            event = {
                **{"type": "log", "task": task, "level": "warning" if "failed" in text else "info", "msg": text},
                **{"timestamp": int(moment.timestamp() * 1000), "metric": "", "variant": "", "worker": "scheduler"},
            }
            insert_event(self._store, event)


TYPICAL_MINUTES = {  # by item; of a run
    "Refresh features": 6.0,
    "Train demand model": 95.0,
    "Retrain detector": 240.0,
    "Evaluate what was trained": 9.0,
    "Ingest orders": 3.0,
    "Check freshness": 1.0,
    "Forecast load": 12.0,
    "Weekly business report": 18.0,
}
FAILURES = (
    "CUDA out of memory",
    "ConnectionError: the data warehouse did not answer",
    "KeyError: 'price'",
    "ValueError: 3 of 412 rows have no customer",
)


def parameter(section: str, name: str, value: str) -> Doc:
    """A hyperparameter as the server stores it."""
    return {"section": section, "name": name, "value": value, "type": "str", "description": ""}


def insert_event(store: Store, event: Doc) -> None:
    """A console line as the server stores it."""
    row = [event[key] for key in ("task", "type", "metric", "variant", "timestamp")]
    sql = "INSERT INTO events (task, type, metric, variant, timestamp, body) VALUES (?, ?, ?, ?, ?, ?)"
    store.sql.execute(sql, (*row, store_text(event)))

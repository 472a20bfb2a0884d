"""Stores events (log lines, scalars, plots, images) and updates the task or model that they belong to."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable
from typing import Any

from clearml_sched_widgets.sandbox import clock, metrics
from clearml_sched_widgets.sandbox import status as st
from clearml_sched_widgets.sandbox.call import Call
from clearml_sched_widgets.sandbox.errors import EVENTS_NOT_ADDED, VALIDATION
from clearml_sched_widgets.sandbox.kinds import MODELS, TASKS
from clearml_sched_widgets.sandbox.lifecycle import touch_running
from clearml_sched_widgets.sandbox.store import Doc, Store, dumps

LOG, SCALAR, VECTOR, IMAGE, PLOT = (
    "log",
    "training_stats_scalar",
    "training_stats_vector",
    "training_debug_image",
    "plot",
)
TYPES = (LOG, SCALAR, VECTOR, IMAGE, PLOT)
SINGLE_VALUE_ITERATION = -(2**31)  # the iteration of a scalar without iterations
_ID_FIELDS = ("task", "iter", "metric", "variant", "key")


def add(call: Call, events: list[Doc]) -> Doc:
    """Store events and update their tasks and models.

    Raises:
        ApiError: 400/131 if none could be added, 400/12 for contradicting settings.
    """
    targets = _open_targets(call.store, events)
    errors: dict[str, int] = {}
    by_target: dict[str, list[Doc]] = {}
    for event in events:
        problem = _find_problem(event, targets)
        if problem:
            errors[problem] = errors.get(problem, 0) + 1
            continue
        _fill_in_fields(event, call.worker)
        _insert_event(call.store, event)
        by_target.setdefault(event["task"], []).append(event)
    for id_, added in by_target.items():
        _update_target(call, targets[id_], added)
    count = sum(len(added) for added in by_target.values())
    if not count:
        raise EVENTS_NOT_ADDED(None, instead=None, **errors)
    return {"added": count, "errors": sum(errors.values()), "errors_info": errors}


def _open_targets(store: Store, events: list[Doc]) -> dict[str, Doc]:
    """The tasks and models of these events that are not locked by publication, by id."""
    allowed: dict[str, tuple[bool, bool]] = {}
    for event in events:
        is_model = bool(event.setdefault("model_event", False))
        if is_model and event.get("model") is not None:
            event["task"] = event.pop("model")
        locked = bool(event.pop("allow_locked", False))
        id_ = event.get("task")
        if id_ and allowed.setdefault(id_, (is_model, locked)) != (is_model, locked):
            raise VALIDATION(f"Inconsistent allow_locked setting in the passed events for {id_}")
    tasks = store.get_many(TASKS, [id_ for id_, (is_model, _) in allowed.items() if not is_model])
    models = store.get_many(MODELS, [id_ for id_, (is_model, _) in allowed.items() if is_model])
    open_tasks = {id_: doc for id_, doc in tasks.items() if allowed[id_][1] or doc["status"] not in st.LOCKED}
    return {**open_tasks, **{id_: doc for id_, doc in models.items() if allowed[id_][1] or not doc["ready"]}}


def _find_problem(event: Doc, targets: dict[str, Doc]) -> str | None:
    if event.get("type") is None:
        return "Event must have a 'type' field"
    event["type"] = str(event["type"]).replace(" ", "_")
    if event["type"] not in TYPES:
        return f"Invalid event type {event['type']}"
    if event["model_event"] and event["type"] == LOG:
        return "Task log events are not supported for models"
    if event.get("task") is None:
        return "Event must have a 'task' field"
    if event["task"] not in targets:
        return f"Invalid {'model' if event['model_event'] else 'task'} id {event['task']}"
    return None


def _fill_in_fields(event: Doc, worker: str) -> None:
    event["@timestamp"] = clock.now().strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    if "ts" in event:
        event["timestamp"] = event.pop("ts")
    event.setdefault("timestamp", int(time.time() * 1000))
    event.setdefault("worker", worker)
    if event.get("iter") is not None:
        event["iter"] = int(event["iter"])
    if "values" in event:
        event["value"] = event.pop("values")
    event["metric"] = event.get("metric") or ""
    event["variant"] = event.get("variant") or ""
    if event["type"] == PLOT:
        event["plot_len"] = len(event.get("plot_str") or "")


def _insert_event(store: Store, event: Doc) -> None:
    uid = None
    if event["type"] != LOG:  # other events replace the one with the same series and iteration
        parts = [str(event[name]) for name in _ID_FIELDS if name in event]
        uid = hashlib.md5("-".join([event["type"], *parts]).encode(), usedforsecurity=False).hexdigest()
    body = {key: value for key, value in event.items() if key != "x_axis_label"}
    row = [event[key] for key in ("task", "type", "metric", "variant")]
    store.sql.execute(
        "INSERT OR REPLACE INTO events (uid, task, type, metric, variant, iter, timestamp, body)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (uid, *row, event.get("iter"), int(event["timestamp"]), dumps(body)),
    )


def _update_target(call: Call, target: Doc, added: list[Doc]) -> None:
    is_model = bool(added[0]["model_event"])
    last_metrics = target.setdefault("last_metrics", {})
    unique = target.setdefault("unique_metrics", [])
    for event in sorted(added, key=lambda item: (item.get("iter") or 0, item["timestamp"])):
        if event["type"] == SCALAR:
            metrics.add_scalar(last_metrics, unique, event)
    iterations = [event["iter"] for event in added if event.get("iter") is not None]
    target["last_iteration"] = max([target.get("last_iteration") or 0, *iterations])
    target["last_changed_by"] = call.user
    if is_model:
        target.update(dict.fromkeys(("last_update", "last_change"), clock.stored(clock.now())))
        call.store.save(MODELS, target)
        return
    target["metric_stats"] = _metric_stats(added)
    touch_running(target)
    call.store.save(TASKS, target)


def _metric_stats(added: list[Doc]) -> Doc:
    stats: Doc = {}
    for event in added:
        entry = stats.setdefault(metrics.key(event["metric"]), {"metric": event["metric"], "event_stats_by_type": {}})
        kinds = entry["event_stats_by_type"]
        last = kinds.get(event["type"], {}).get("last_update", 0)
        kinds[event["type"]] = {"last_update": max(last, int(event["timestamp"]))}
    return stats


def read(store: Store, where: str, params: Iterable[Any], order: str, limit: int = -1, offset: int = 0) -> list[Doc]:
    """Return the stored events that match an SQL condition."""
    sql = f"SELECT body FROM events WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?"
    return [json.loads(row[0]) for row in store.rows(sql, [*params, limit, offset])]


def count(store: Store, where: str, params: Iterable[Any]) -> int:
    """Count the stored events that match an SQL condition."""
    return int(store.rows(f"SELECT count(*) FROM events WHERE {where}", list(params))[0][0])

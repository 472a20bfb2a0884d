"""The endpoints `events.*` for scalars: curves, last values and names of metrics."""

from __future__ import annotations

from typing import Any

from clearml_sched_widgets.sandbox import events
from clearml_sched_widgets.sandbox.call import Call, endpoint
from clearml_sched_widgets.sandbox.services.events_read import (
    MAX_EVENTS,
    events_condition,
    get_owners,
    latest_events,
    scroll_batch,
)
from clearml_sched_widgets.sandbox.store import Doc

_DEFAULT_SAMPLES = 2000


def _series(call: Call, id_: str, variant_name: str | None = None) -> dict[str, dict[str, Doc]]:
    """Return all scalar series of a task: metric → variant → name, x, y.

    Long series are averaged down to the number of samples in the request.
    """
    where, params = events_condition(call, [id_], events.SCALAR)
    key = call.data.get("key") or "iter"
    column = "iter" if key == "iter" else "timestamp"
    sql = (
        f"SELECT metric, variant, {column}, json_extract(body, '$.value') FROM events"
        f" WHERE {where} AND iter IS NOT ? ORDER BY metric, variant, {column}, seq"
    )
    raw: dict[str, dict[str, list[tuple[float, float]]]] = {}
    for metric, variant, x, y in call.store.rows(sql, [*params, events.SINGLE_VALUE_ITERATION]):
        if y is not None:
            raw.setdefault(metric, {}).setdefault(variant, []).append((x or 0, y))
    samples = int(call.data.get("samples") or _DEFAULT_SAMPLES)
    return {
        metric: {variant: _curve(variant_name or variant, points, samples) for variant, points in variants.items()}
        for metric, variants in raw.items()
    }


def _curve(name: str, points: list[tuple[float, float]], samples: int) -> Doc:
    step = -(-len(points) // samples)
    groups = [points[start : start + step] for start in range(0, len(points), step)]
    return {
        "name": name,
        "x": [group[0][0] for group in groups],
        "y": [group[0][1] if step == 1 else sum(y for _, y in group) / len(group) for group in groups],
    }


_KEYS = {"key": ("iter", "timestamp", "iso_time")}


@endpoint("events.scalar_metrics_iter_histogram", required=("task",), choices=_KEYS)
def scalar_metrics_iter_histogram(call: Call) -> Doc:
    get_owners(call, [call.data["task"]])
    return dict(_series(call, call.data["task"]))


@endpoint("events.multi_task_scalar_metrics_iter_histogram", required=("tasks",), types={"tasks": (list, str)})
def multi_task_scalar_metrics_iter_histogram(call: Call) -> Doc:
    ids = call.data["tasks"]
    ids = [part.strip() for part in ids.split(",")] if isinstance(ids, str) else ids
    answer: dict[str, dict[str, dict[str, Doc]]] = {}
    for owner in get_owners(call, ids):
        for metric, variants in _series(call, owner["id"], owner["name"]).items():
            for variant, curve in variants.items():
                answer.setdefault(metric, {}).setdefault(variant, {})[owner["id"]] = curve
    return {"metrics": answer}


@endpoint("events.scalar_metrics_iter_raw", since="2.16", required=("task", "metric"), types={"metric": dict})
def scalar_metrics_iter_raw(call: Call) -> Doc:
    get_owners(call, [call.data["task"]])
    call.data["metrics"] = [call.data["metric"]]
    where, params = events_condition(call, [call.data["task"]], events.SCALAR)
    key = call.data.get("key") or "iter"
    field = "iter" if key == "iter" else "timestamp"
    answer = scroll_batch(call, where, params, f"{field}, seq", int(call.data.get("batch_size") or MAX_EVENTS))
    variants: dict[str, dict[str, list[Any]]] = {}
    for event in answer.pop("events"):
        series = variants.setdefault(event["variant"], {"y": [], key: []})
        series["y"].append(event.get("value"))
        series[key].append(event.get(field))
    return {**answer, "variants": variants}


@endpoint("events.get_task_latest_scalar_values", required=("task",))
def get_task_latest_scalar_values(call: Call) -> Doc:
    task = get_owners(call, [call.data["task"]])[0]
    last: dict[str, list[Doc]] = {}
    newest = 0
    for event in latest_events(call, [task["id"]], events.SCALAR, 1):
        value = event.get("value")
        last.setdefault(event["metric"], []).append(
            {"name": event["variant"], "last_value": value, "last_10_value": value}
        )
        newest = max(newest, int(event["timestamp"]))
    return {
        "metrics": [{"name": metric, "variants": variants} for metric, variants in last.items()],
        "last_iter": task["last_iteration"],
        "name": task["name"],
        "status": task["status"],
        "last_timestamp": newest,
    }


@endpoint("events.get_task_single_value_metrics", nonempty=("tasks",))
def get_task_single_value_metrics(call: Call) -> Doc:
    answer = []
    for owner in get_owners(call, call.data["tasks"]):
        where, params = events_condition(call, [owner["id"]], events.SCALAR)
        found = events.read(call.store, f"{where} AND iter = ?", [*params, events.SINGLE_VALUE_ITERATION], "seq")
        names = ("metric", "variant", "value", "timestamp")
        values = [{name: event.get(name) for name in names} for event in found]
        if values:
            answer.append({"task": owner["id"], "task_name": owner["name"], "values": values})
    return {"tasks": answer}


def _metric_names(call: Call, ids: list[str], kind: str) -> dict[str, list[str]]:
    where, params = events_condition(call, ids, kind)
    sql = f"SELECT DISTINCT metric, variant FROM events WHERE {where} ORDER BY metric, variant"
    names: dict[str, list[str]] = {}
    for metric, variant in call.store.rows(sql, params):
        names.setdefault(metric, []).append(variant)
    return names


@endpoint("events.get_scalar_metrics_and_variants", required=("task",))
def get_scalar_metrics_and_variants(call: Call) -> Doc:
    get_owners(call, [call.data["task"]])
    return {"metrics": _metric_names(call, [call.data["task"]], events.SCALAR)}


@endpoint("events.get_task_metrics", required=("event_type",), nonempty=("tasks",))
def get_task_metrics(call: Call) -> Doc:
    ids = [owner["id"] for owner in get_owners(call, call.data["tasks"])]
    kind = call.data["event_type"]
    return {"metrics": [{"task": id_, "metrics": list(_metric_names(call, [id_], kind))} for id_ in ids]}


@endpoint("events.get_multi_task_metrics", nonempty=("tasks",))
def get_multi_task_metrics(call: Call) -> Doc:
    ids = [owner["id"] for owner in get_owners(call, call.data["tasks"])]
    names = _metric_names(call, ids, call.data.get("event_type") or "all")
    return {"metrics": [{"metric": metric, "variants": variants} for metric, variants in names.items()]}

"""The endpoints `events.*` that read logs, plots, images and single events."""

from __future__ import annotations

from typing import Any

from clearml_sched_widgets.sandbox import events, identity
from clearml_sched_widgets.sandbox.call import Call, endpoint
from clearml_sched_widgets.sandbox.errors import INVALID_MODEL_ID, INVALID_SCROLL_ID
from clearml_sched_widgets.sandbox.kinds import MODELS
from clearml_sched_widgets.sandbox.lifecycle import get_tasks
from clearml_sched_widgets.sandbox.store import Doc, dumps

MAX_EVENTS = 10_000


def get_owners(call: Call, ids: list[str]) -> list[Doc]:
    """Return the tasks with these ids, or the models if the request has `model_events`.

    Raises:
        ApiError: 400/101 or 400/201 if one does not exist.
    """
    if not call.data.get("model_events"):
        return get_tasks(call.store, ids)
    models = call.store.get_many(MODELS, ids)
    if len(models) != len(set(ids)):
        raise INVALID_MODEL_ID(ids=ids)
    return [models[id_] for id_ in dict.fromkeys(ids)]


def events_condition(call: Call, ids: list[str], kind: str) -> tuple[str, list[Any]]:
    """The SQL condition for events of these owners, of this type, and of the metrics in the request (if any)."""
    where, params = "task IN (SELECT value FROM json_each(?))", [dumps(ids)]
    if kind != "all":
        where, params = f"{where} AND type = ?", [*params, kind]
    chosen = []
    for item in call.data.get("metrics") or []:
        variants = item.get("variants")
        more = " AND variant IN (SELECT value FROM json_each(?))" if variants else ""
        chosen.append(f"(metric = ?{more})")
        params += [item["metric"], *([dumps(variants)] if variants else [])]
    return (f"{where} AND ({' OR '.join(chosen)})" if chosen else where), params


def _batch_size(call: Call, default: int) -> int:
    return min(int(call.data.get("batch_size") or default), MAX_EVENTS)


def scroll_batch(call: Call, where: str, params: list[Any], order: str, size: int) -> Doc:
    """Return the next batch of a scroll, and the id to request the one after it."""
    given = call.data.get("scroll_id")
    if given and given not in call.state.scrolls:
        raise INVALID_SCROLL_ID(scroll_id=given)
    scroll = given or identity.new_id()
    start = call.state.scrolls.get(scroll, 0)
    found = events.read(call.store, where, params, order, size, start)
    call.state.save_scroll(scroll, start + len(found))
    total = events.count(call.store, where, params)
    return {"events": found, "returned": len(found), "total": total, "scroll_id": scroll}


@endpoint("events.get_task_log", required=("task",))
def get_task_log_1_5(call: Call) -> Doc:
    get_owners(call, [call.data["task"]])
    where, params = events_condition(call, [call.data["task"]], events.LOG)
    order = "DESC" if call.data.get("order", "desc") == "desc" else "ASC"
    return scroll_batch(call, where, params, f"timestamp {order}, seq {order}", _batch_size(call, 500))


@endpoint("events.get_task_log", since="1.7", required=("task",))
def get_task_log_1_7(call: Call) -> Doc:
    get_owners(call, [call.data["task"]])
    where, params = events_condition(call, [call.data["task"]], events.LOG)
    forward = (call.data.get("from") or "head") == "head"
    direction = "ASC" if forward else "DESC"
    answer = scroll_batch(call, where, params, f"timestamp {direction}, seq {direction}", _batch_size(call, 500))
    if forward != (call.data.get("order", "desc") == "asc"):
        answer["events"].reverse()
    return answer


@endpoint("events.get_task_log", since="2.9", required=("task",), choices={"order": ("asc", "desc")})
def get_task_log(call: Call) -> Doc:
    data = call.data
    get_owners(call, [data["task"]])
    where, params = events_condition(call, [data["task"]], events.LOG)
    earlier = data.get("navigate_earlier", True)
    total = events.count(call.store, where, params)
    batch, limits = where, list(params)
    if data.get("from_timestamp"):
        batch += f" AND timestamp {'<' if earlier else '>'} ?"
        limits.append(data["from_timestamp"])
    direction = "DESC" if earlier else "ASC"
    order = f"timestamp {direction}, seq {direction}"
    found = events.read(call.store, batch, limits, order, _batch_size(call, 5000))
    if found:  # add all events with the last timestamp, so no event is lost between two calls
        last = found[-1]["timestamp"]
        in_batch = sum(event["timestamp"] == last for event in found)
        found += events.read(call.store, f"{batch} AND timestamp = ?", [*limits, last], order, -1, in_batch)
    if data.get("order") and (data["order"] == "asc") == bool(earlier):
        found.reverse()
    return {"events": found, "returned": len(found), "total": total}


@endpoint("events.download_task_log", required=("task",))
def download_task_log(call: Call) -> Doc:
    get_owners(call, [call.data["task"]])
    where, params = events_condition(call, [call.data["task"]], events.LOG)
    lines = []
    for event in events.read(call.store, where, params, "timestamp, seq"):
        shown = {key: value for key, value in event.items() if key not in ("type", "task", "timestamp")}
        lines.append(dumps({**shown, "asctime": event["timestamp"]}) + "\n")
    call.raw = ("".join(lines), "text/plain")
    return {}


@endpoint("events.get_task_events", required=("task",), choices={"order": ("asc", "desc")})
def get_task_events(call: Call) -> Doc:
    get_owners(call, [call.data["task"]])
    where, params = events_condition(call, [call.data["task"]], call.data.get("event_type") or "all")
    direction = "DESC" if call.data.get("order") == "desc" else "ASC"
    return scroll_batch(
        call, where, params, f"iter {direction}, timestamp {direction}, seq {direction}", _batch_size(call, 500)
    )


@endpoint("events.get_scalar_metric_data", required=("task", "metric"))
def get_scalar_metric_data(call: Call) -> Doc:
    get_owners(call, [call.data["task"]])
    call.data["metrics"] = [{"metric": call.data["metric"]}]
    where, params = events_condition(call, [call.data["task"]], events.SCALAR)
    return scroll_batch(call, where, params, "iter DESC, seq DESC", 500)


def latest_events(call: Call, ids: list[str], kind: str, iters: int) -> list[Doc]:
    """Return the events of the newest `iters` iterations of each series."""
    where, params = events_condition(call, ids, kind)
    found = events.read(call.store, where, params, "metric, variant, iter DESC, seq DESC", MAX_EVENTS)
    seen: dict[tuple[str, str, str], set[Any]] = {}
    kept = []
    for event in found:
        iterations = seen.setdefault((event["task"], event["metric"], event["variant"]), set())
        if event.get("iter") in iterations or len(iterations) < iters:
            iterations.add(event.get("iter"))
            kept.append(event)
    return kept


@endpoint("events.get_task_plots", required=("task",))
def get_task_plots(call: Call) -> Doc:
    get_owners(call, [call.data["task"]])
    plots = latest_events(call, [call.data["task"]], events.PLOT, int(call.data.get("iters") or 1))
    return {"plots": plots, "returned": len(plots), "total": len(plots), "scroll_id": None}


@endpoint("events.get_multi_task_plots", nonempty=("tasks",))
def get_multi_task_plots(call: Call) -> Doc:
    names = {owner["id"]: owner["name"] for owner in get_owners(call, call.data["tasks"])}
    plots = latest_events(call, list(names), events.PLOT, int(call.data.get("iters") or 1))
    tree: dict[str, Any] = {}
    for plot in plots:
        by_task = tree.setdefault(plot["metric"], {}).setdefault(plot["variant"], {}).setdefault(plot["task"], {})
        leaf = by_task.setdefault(str(plot.get("iter")), {"name": names[plot["task"]], "plots": []})
        leaf["plots"].append(plot)
    return {"plots": tree, "returned": len(plots), "total": len(plots), "scroll_id": None}


@endpoint("events.debug_images", required=("task",))
def debug_images_of_task(call: Call) -> Doc:
    get_owners(call, [call.data["task"]])
    images = latest_events(call, [call.data["task"]], events.IMAGE, int(call.data.get("iters") or 1))
    shown = {"images": images, "returned": len(images), "total": len(images), "scroll_id": None}
    return {"task": call.data["task"], **shown}


def _by_iteration(call: Call, kind: str) -> Doc:
    answer = []
    for id_ in dict.fromkeys(item["task"] for item in call.data["metrics"]):
        get_owners(call, [id_])
        wanted = [item for item in call.data["metrics"] if item["task"] == id_ and item.get("metric")]
        task_call = Call(call.name, call.version, call.state, {**call.data, "metrics": wanted})
        by_iter: dict[Any, list[Doc]] = {}
        for event in latest_events(task_call, [id_], kind, int(call.data.get("iters") or 1)):
            by_iter.setdefault(event.get("iter"), []).append(event)
        iterations = [{"iter": number, "events": found} for number, found in sorted(by_iter.items(), reverse=True)]
        answer.append({"task": id_, "iterations": iterations})
    return {"metrics": answer, "scroll_id": identity.new_id()}


@endpoint("events.debug_images", since="2.7", nonempty=("metrics",))
def debug_images(call: Call) -> Doc:
    return _by_iteration(call, events.IMAGE)


@endpoint("events.plots", nonempty=("metrics",))
def plots(call: Call) -> Doc:
    return _by_iteration(call, events.PLOT)

"""The endpoints `events.*` that add and delete events."""

from __future__ import annotations

import time

from clearml_sched_widgets.sandbox import events
from clearml_sched_widgets.sandbox import status as st
from clearml_sched_widgets.sandbox.call import Call, endpoint
from clearml_sched_widgets.sandbox.cleanup import delete_events
from clearml_sched_widgets.sandbox.errors import EMPTY_BATCH, INVALID_MODEL_ID, INVALID_TASK_ID
from clearml_sched_widgets.sandbox.identity import COMPANY_ID
from clearml_sched_widgets.sandbox.kinds import MODELS
from clearml_sched_widgets.sandbox.lifecycle import get_task
from clearml_sched_widgets.sandbox.store import Doc, dumps


@endpoint("events.add")
def add(call: Call) -> Doc:
    return events.add(call, [dict(call.data)])


@endpoint("events.add_batch")
def add_batch(call: Call) -> Doc:
    if not call.batch:
        raise EMPTY_BATCH()
    return events.add(call, call.batch)


def _unlocked_task(call: Call) -> str:
    task = get_task(call.store, call.data["task"])
    if not call.data.get("allow_locked") and task["status"] in st.LOCKED:
        text = "Cannot update events for a published task"
        raise INVALID_TASK_ID(instead=text, company=COMPANY_ID, id=task["id"])
    return str(task["id"])


@endpoint("events.delete_for_task", required=("task",))
def delete_for_task(call: Call) -> Doc:
    return {"deleted": delete_events(call.store, [_unlocked_task(call)])}


@endpoint("events.delete_for_model", required=("model",))
def delete_for_model(call: Call) -> Doc:
    model = call.store.get(MODELS, call.data["model"])
    if model is None:
        raise INVALID_MODEL_ID(ids=[call.data["model"]])
    if model["ready"] and not call.data.get("allow_locked"):
        text = "Cannot update events for a published model"
        raise INVALID_MODEL_ID(instead=text, company=COMPANY_ID, id=model["id"])
    return {"deleted": delete_events(call.store, [model["id"]])}


@endpoint("events.clear_task_log", required=("task",))
def clear_task_log(call: Call) -> Doc:
    data = call.data
    where, params = "task = ? AND type = ?", [_unlocked_task(call), events.LOG]
    if data.get("threshold_sec"):
        where += " AND timestamp < ?"
        params.append(str(int((time.time() - data["threshold_sec"]) * 1000)))
    for name, word in (("include_metrics", "IN"), ("exclude_metrics", "NOT IN")):
        if data.get(name):
            where += f" AND metric {word} (SELECT value FROM json_each(?))"
            params.append(dumps(data[name]))
    return {"deleted": call.store.sql.execute(f"DELETE FROM events WHERE {where}", params).rowcount}


@endpoint("events.clear_scroll", since="2.18")
def clear_scroll(call: Call) -> Doc:
    call.state.scrolls.pop(call.data.get("scroll_id") or "", None)
    return {}

"""The endpoints `tasks.*` for hyperparameters, configuration, artifacts, models, runtime and requirements."""

from __future__ import annotations

from typing import Any

from clearml_sched_widgets.sandbox import clock
from clearml_sched_widgets.sandbox.call import Call, endpoint
from clearml_sched_widgets.sandbox.errors import FIELDS_CONFLICT, VALIDATION
from clearml_sched_widgets.sandbox.lifecycle import get_editable, get_task, get_tasks, touch_running
from clearml_sched_widgets.sandbox.lifecycle import save as save_task
from clearml_sched_widgets.sandbox.store import Doc

_PROPERTIES = "properties"


def _checked_items(data: Doc, field: str, keys: tuple[str, ...]) -> list[Doc]:
    items = data[field]
    for item in items:
        for key in keys:
            if not isinstance(item, dict) or not isinstance(item.get(key), str):
                raise VALIDATION(f"error for field '{key}'. field is required!")
    return list(items)


def _read_params(call: Call, keys: tuple[str, ...]) -> tuple[list[Doc], Doc, bool]:
    """Return the request's hyperparameters, their task, and whether all of them are user properties.

    User properties can be edited in any status.
    """
    params = _checked_items(call.data, "hyperparams", keys)
    for item in params:
        if item["section"].lower() == _PROPERTIES:
            item["section"] = _PROPERTIES
    properties = all(item["section"] == _PROPERTIES for item in params)
    force = bool(call.data.get("force"))
    return params, get_editable(call.store, call.data["task"], force=force, any_status=properties), properties


@endpoint("tasks.get_hyper_params", nonempty=("tasks",))
def get_hyper_params(call: Call) -> Doc:
    answer = []
    for task in get_tasks(call.store, call.data["tasks"]):
        items = [item for section in task["hyperparams"].values() for item in section.values()]
        items.sort(key=lambda item: (item["section"], item["name"]))
        answer.append({"task": task["id"], "hyperparams": items})
    return {"params": answer}


@endpoint(
    "tasks.edit_hyper_params",
    required=("task",),
    nonempty=("hyperparams",),
    choices={"replace_hyperparams": ("none", "section", "all")},
)
def edit_hyper_params(call: Call) -> Doc:
    params, task, properties = _read_params(call, ("section", "name", "value"))
    sections: dict[str, dict[str, Any]] = {}
    for item in params:
        sections.setdefault(item["section"], {})[item["name"]] = item
    replace = call.data.get("replace_hyperparams", "none")
    if replace == "all":
        task["hyperparams"] = sections
    for name, section in sections.items():
        kept = task["hyperparams"].get(name, {}) if replace == "none" else {}
        task["hyperparams"][name] = {**kept, **section}
    return {"updated": save_task(call, task, update=not properties)}


@endpoint("tasks.delete_hyper_params", required=("task",), nonempty=("hyperparams",))
def delete_hyper_params(call: Call) -> Doc:
    params, task, properties = _read_params(call, ("section",))
    whole = {item["section"] for item in params if not item.get("name")}
    if any(item.get("name") and item["section"] in whole for item in params):
        raise FIELDS_CONFLICT("Cannot delete section field if the whole section was scheduled for deletion")
    for item in params:
        if item["section"] in whole:
            task["hyperparams"].pop(item["section"], None)
        else:
            task["hyperparams"].get(item["section"], {}).pop(item["name"], None)
    return {"deleted": save_task(call, task, update=not properties)}


@endpoint("tasks.get_configurations", nonempty=("tasks",))
def get_configurations(call: Call) -> Doc:
    names = call.data.get("names")
    answer = []
    for task in get_tasks(call.store, call.data["tasks"]):
        items = sorted(task["configuration"].values(), key=lambda item: item["name"])
        chosen = [item for item in items if not names or item["name"] in names]
        answer.append({"task": task["id"], "configuration": chosen})
    return {"configurations": answer}


@endpoint("tasks.get_configuration_names", nonempty=("tasks",))
def get_configuration_names(call: Call) -> Doc:
    skip = call.data.get("skip_empty", True)
    answer = []
    for task in get_tasks(call.store, call.data["tasks"]):
        names = sorted(name for name, item in task["configuration"].items() if item.get("value") or not skip)
        if names:
            answer.append({"task": task["id"], "names": names})
    return {"configurations": answer}


@endpoint("tasks.edit_configuration", required=("task",), nonempty=("configuration",), types={"configuration": list})
def edit_configuration(call: Call) -> Doc:
    items = _checked_items(call.data, "configuration", ("name", "value"))
    task = get_editable(call.store, call.data["task"], force=bool(call.data.get("force")))
    kept = {} if call.data.get("replace_configuration") else task["configuration"]
    task["configuration"] = {**kept, **{item["name"]: item for item in items}}
    return {"updated": save_task(call, task)}


@endpoint("tasks.delete_configuration", required=("task",), nonempty=("configuration",), types={"configuration": list})
def delete_configuration(call: Call) -> Doc:
    task = get_editable(call.store, call.data["task"], force=bool(call.data.get("force")))
    for name in call.data["configuration"]:
        task["configuration"].pop(name, None)
    return {"deleted": save_task(call, task)}


@endpoint("tasks.edit_runtime", required=("task",))
def edit_runtime(call: Call) -> Doc:
    task = get_editable(call.store, call.data["task"], force=True)
    add, remove = call.data.get("add_or_update") or {}, call.data.get("remove") or []
    if not add and not remove:
        return {"updated": 0}
    task["runtime"].update(add)
    for name in remove:
        task["runtime"].pop(name, None)
    return {"updated": save_task(call, task)}


@endpoint("tasks.set_requirements", required=("task", "requirements"), types={"requirements": dict})
def set_requirements(call: Call) -> Doc:
    task = get_task(call.store, call.data["task"])
    task["script"]["requirements"] = call.data["requirements"]
    return {"updated": save_task(call, task), "fields": {}}


def _artifact_key(item: Doc) -> tuple[str, str]:
    return item["key"], item.get("mode") or "output"


@endpoint("tasks.add_or_update_artifacts", since="2.10", required=("task",), nonempty=("artifacts",))
def add_or_update_artifacts(call: Call) -> Doc:
    items = _checked_items(call.data, "artifacts", ("key", "type"))
    task = get_editable(call.store, call.data["task"], force=True)
    artifacts = {_artifact_key(item): item for item in task["execution"]["artifacts"]}
    artifacts.update({_artifact_key(item): {**item, "mode": item.get("mode") or "output"} for item in items})
    task["execution"]["artifacts"] = [artifacts[key] for key in sorted(artifacts)]
    return {"updated": save_task(call, task)}


@endpoint("tasks.delete_artifacts", since="2.10", required=("task",), nonempty=("artifacts",))
def delete_artifacts(call: Call) -> Doc:
    gone = {_artifact_key(item) for item in _checked_items(call.data, "artifacts", ("key",))}
    task = get_editable(call.store, call.data["task"], force=True)
    kept = [item for item in task["execution"]["artifacts"] if _artifact_key(item) not in gone]
    task["execution"]["artifacts"] = kept
    return {"deleted": save_task(call, task)}


@endpoint(
    "tasks.add_or_update_model",
    since="2.13",
    required=("task", "name", "model", "type"),
    types={"type": str},
    choices={"type": ("input", "output")},
)
def add_or_update_model(call: Call) -> Doc:
    data = call.data
    task = get_editable(call.store, data["task"], force=True)
    side = task["models"][data["type"]]
    item = {"name": data["name"], "model": data["model"], "updated": clock.stored(clock.now())}
    found = [index for index, other in enumerate(side) if other["name"] == data["name"]]
    if found:
        side[found[0]] = item
    else:
        side.append(item)
    if data.get("iteration") is not None:
        task["last_iteration"] = max(task["last_iteration"], int(data["iteration"]))
    touch_running(task)
    return {"updated": save_task(call, task)}


@endpoint("tasks.delete_models", since="2.13", required=("task",), nonempty=("models",))
def delete_models(call: Call) -> Doc:
    gone = {(item["type"], item["name"]) for item in _checked_items(call.data, "models", ("name", "type"))}
    task = get_editable(call.store, call.data["task"], force=True)
    for side, items in task["models"].items():
        task["models"][side] = [item for item in items if (side, item["name"]) not in gone]
    return {"updated": save_task(call, task, update=False)}

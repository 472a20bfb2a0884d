"""`tasks.clone`: creates a draft from a task. A field in the request replaces the whole field of the task."""

from __future__ import annotations

from clearml_sched_widgets.sandbox import clock, projects_tree, task_fields
from clearml_sched_widgets.sandbox.call import Call
from clearml_sched_widgets.sandbox.errors import INVALID_PROJECT_ID, INVALID_TASK_ID
from clearml_sched_widgets.sandbox.kinds import ARCHIVED, PROJECTS, TASKS
from clearml_sched_widgets.sandbox.lifecycle import DELETED_PREFIX
from clearml_sched_widgets.sandbox.store import Doc


def clone(call: Call) -> Doc:
    """Create the clone; returns its id, and the project if the request has `new_project_name`.

    Raises:
        ApiError: 400/101 for an unknown task or parent, 400/401 for an unknown project.
    """
    data, store = call.data, call.store
    task_fields.check_tags(data.get("new_task_tags"), data.get("new_task_system_tags"))
    base = store.get(TASKS, data["task"])
    if base is None:
        raise INVALID_TASK_ID(id=data["task"])
    project, answer = _project(call, base)
    moment = clock.stored(clock.now())
    new: Doc = {
        **task_fields.blank(call.user, moment),
        "type": base["type"],
        "script": base["script"],
        "name": task_fields.checked_name(data.get("new_task_name") or base["name"]),
        "parent": _parent(call, base),
        "tags": sorted(set(data.get("new_task_tags") or base["tags"])),
        "system_tags": sorted(set(data.get("new_task_system_tags") or _inherited_system_tags(base["system_tags"]))),
        **_content(call, base, moment),
    }
    comment = data.get("new_task_comment") or base.get("comment")
    new.update({"comment": comment} if comment else {})
    new.update({"project": project} if project else {})
    store.insert(TASKS, new)
    projects_tree.touch(store, project)
    return {"id": new["id"], **answer}


def _inherited_system_tags(tags: list[str]) -> list[str]:
    return [tag for tag in tags if tag not in ("development", ARCHIVED)]


def _project(call: Call, base: Doc) -> tuple[str | None, Doc]:
    given, name = call.data.get("new_task_project"), call.data.get("new_project_name")
    if given:
        if call.store.get(PROJECTS, given) is None:
            raise INVALID_PROJECT_ID(id=given)
        return str(given), {}
    if name:
        project_id = str(projects_tree.ensure(call.store, name, call.user)["id"])
        return project_id, {"new_project": {"id": project_id, "name": name}}
    return base.get("project"), {}


def _parent(call: Call, base: Doc) -> str:
    given = call.data.get("new_task_parent")
    if given:
        if not given.startswith(DELETED_PREFIX) and call.store.get(TASKS, given) is None:
            raise INVALID_TASK_ID("invalid parent", parent=given)
        return str(given)
    inherited = base.get("parent") or ""
    return str(inherited if inherited and not inherited.startswith(DELETED_PREFIX) else base["id"])


def _content(call: Call, base: Doc, moment: str) -> Doc:
    data = call.data
    overrides = dict(data.get("execution_overrides") or {})
    models = [{**item, "updated": moment} for item in data.get("new_task_input_models") or []]
    if overrides.get("model") and not models:
        models = [{"name": "Input Model", "model": overrides["model"], "updated": moment}]
    overrides.pop("model", None)
    container = data.get("new_task_container")
    command = overrides.pop("docker_cmd", None)
    if command and not container:
        image, _, arguments = command.partition(" ")
        container = {"image": image, "arguments": arguments}
    fields: Doc = {
        "execution": overrides,
        "hyperparams": data.get("new_task_hyperparams") or {},
        "configuration": data.get("new_task_configuration") or {},
    }
    task_fields.read_legacy(call, fields)
    task_fields.check_items(fields)
    if models:
        task_fields.check_input_models(call.store, models)
    execution = {**base["execution"], **fields["execution"]}
    execution.pop("queue", None)
    execution["artifacts"] = [item for item in execution["artifacts"] if item.get("mode", "output") != "output"]
    destination = base["output"].get("destination")
    return {
        "execution": execution,
        "hyperparams": fields["hyperparams"] or base["hyperparams"],
        "configuration": fields["configuration"] or base["configuration"],
        "container": container or base["container"],
        "models": {"input": models or base["models"]["input"], "output": []},
        "output": {} if destination is None else {"destination": destination},
    }

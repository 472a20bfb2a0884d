"""Checks and converts the fields of tasks, from requests to documents, and back for older clients."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from clearml_sched_widgets.sandbox import clock, identity
from clearml_sched_widgets.sandbox.call import Call
from clearml_sched_widgets.sandbox.errors import DATA_VALIDATION, FIELD_VALUE, INVALID_MODEL_ID, VALIDATION
from clearml_sched_widgets.sandbox.kinds import MODELS, PROJECTS, TASKS
from clearml_sched_widgets.sandbox.status import CREATED
from clearml_sched_widgets.sandbox.store import Doc, Store

TYPES = (
    "training",
    "testing",
    "inference",
    "data_processing",
    "application",
    "monitor",
    "controller",
    "report",
    "optimizer",
    "service",
    "qc",
    "custom",
)
USER_FIELDS = frozenset(("name", "status_message", "comment", "created", "project", "tags", "system_tags"))
_EMBEDDED = ("execution", "script", "output", "models")  # an edit merges these fields and replaces all others
_CREATE_FIELDS: dict[str, type | None] = {
    "name": None,
    "tags": list,
    "system_tags": list,
    "type": None,
    "comment": None,
    "parent": None,
    "project": None,
    "models": dict,
    "container": dict,
    "output_dest": None,
    "execution": dict,
    "hyperparams": dict,
    "configuration": dict,
    "script": dict,
    "runtime": dict,
}
_SCRIPT_STRIPPED = ("binary", "repository", "tag", "branch", "version_num", "entry_point", "working_dir")


def blank(user: str, moment: str) -> Doc:
    """The initial fields of a new draft. `moment`: the time of creation, as `clock.stored` formats it."""
    return {
        "id": identity.new_id(),
        "company": identity.COMPANY_ID,
        "user": user,
        "status": CREATED,
        **dict.fromkeys(("created", "last_update", "last_change"), moment),
        "last_changed_by": user,
        "report_assets": [],
        "output": {},
        "execution": {"test_split": 0, "parameters": {}, "model_desc": {}, "model_labels": {}, "artifacts": []},
        "tags": [],
        "system_tags": [],
        "script": {"binary": "python", "repository": "", "entry_point": "", "requirements": {}},
        "last_iteration": 0,
        "last_metrics": {},
        "unique_metrics": [],
        "metric_stats": {},
        "hyperparams": {},
        "configuration": {},
        "runtime": {},
        "models": {"input": [], "output": []},
        "container": {},
    }


def check_tags(*lists: Iterable[str] | None) -> None:
    """Refuse tags that look like filter operators.

    Raises:
        ApiError: 400/16.
    """
    bad = [tag for tags in lists for tag in tags or () if str(tag).startswith("__$")]
    if bad:
        raise FIELD_VALUE("unsupported tag prefix", values=bad)


def read(call: Call, data: Doc, more: Iterable[str] = ()) -> Doc:
    """Check a request's task fields and convert them to their stored form.

    Raises:
        ApiError: 400/16 for a wrong type or an unknown project or parent, 400/12 or 400/800 for bad content.
    """
    fields: Doc = {}
    for name, expected in {**_CREATE_FIELDS, **dict.fromkeys(more)}.items():
        value = data.get(name)
        if value is None:
            continue
        if expected is not None and not isinstance(value, expected):
            raise FIELD_VALUE(f"expecting {expected.__name__}", field=name)
        fields[name] = value
    _check_references(call.store, fields)
    check_tags(fields.get("tags"), fields.get("system_tags"))
    for name in ("tags", "system_tags"):
        if name in fields:
            fields[name] = sorted(set(fields[name]))
    if "name" in fields:
        fields["name"] = checked_name(fields["name"])
    if "output_dest" in fields:
        fields["output"] = {"destination": fields.pop("output_dest")}
    if "script" in fields:
        fields["script"] = _strip_script(fields["script"])
    if "models" in fields:
        fields["models"] = _stamp_models(fields["models"])
    read_legacy(call, fields)
    check_items(fields)
    return fields


def _check_references(store: Store, fields: Doc) -> None:
    parent = fields.get("parent")
    if parent and not str(parent).startswith("__DELETED__") and store.get(TASKS, str(parent)) is None:
        raise FIELD_VALUE("expecting Task id", id=parent, field="parent")
    if fields.get("project") and store.get(PROJECTS, str(fields["project"])) is None:
        raise FIELD_VALUE("expecting Project id", id=fields["project"], field="project")


def checked_name(name: Any) -> str:
    """Return a task's name without leading and trailing spaces.

    Raises:
        ApiError: 400/800 if it is shorter than three characters.
    """
    stripped = str(name).strip()
    if len(stripped) < 3:
        raise DATA_VALIDATION(name="String value is too short")
    return stripped


def _strip_script(script: Doc) -> Doc:
    return {
        key: value.strip() if key in _SCRIPT_STRIPPED and isinstance(value, str) else value
        for key, value in script.items()
    }


def _stamp_models(models: Doc) -> Doc:
    moment = clock.stored(clock.now())
    return {side: [{**item, "updated": moment} for item in models.get(side) or []] for side in ("input", "output")}


def check_items(fields: Doc) -> None:
    """Refuse hyperparameters and configuration objects that lack required keys.

    Raises:
        ApiError: 400/12 for an empty name, 400/800 for a missing key.
    """
    for section, params in (fields.get("hyperparams") or {}).items():
        if not section or not isinstance(params, dict) or "" in params:
            raise VALIDATION("Empty section name is not allowed")
        for item in params.values():
            _require_keys(item, ("section", "name", "value"), "hyperparams")
    for name, item in (fields.get("configuration") or {}).items():
        if not name:
            raise VALIDATION("Empty configuration name is not allowed")
        _require_keys(item, ("name", "value"), "configuration")


def _require_keys(item: Any, keys: tuple[str, ...], field: str) -> None:
    missing = [key for key in keys if not isinstance(item, dict) or item.get(key) is None]
    if missing:
        raise DATA_VALIDATION(**{field: f"Field is required: {missing}"})
    wrong = [key for key in keys if not isinstance(item[key], str)]
    if wrong:
        raise DATA_VALIDATION(**{field: f"StringField only accepts string values: {wrong}"})


def merged(task: Doc, fields: Doc) -> Doc:
    """The fields of an edit, with embedded fields merged into those of the task."""
    return {
        name: {**task[name], **value} if name in _EMBEDDED and isinstance(task.get(name), dict) else value
        for name, value in fields.items()
    }


def read_legacy(call: Call, fields: Doc) -> None:
    """Convert fields of older clients (flat parameters, docker command, single models) to the current ones."""
    execution = fields.get("execution")
    if execution is None:
        return
    execution = dict(execution)
    fields["execution"] = execution
    parameters = execution.pop("parameters", None) or {}
    for full, value in parameters.items():
        section, _, rest = full.partition("/")
        section, name = ("TF_DEFINE", rest) if section == "TF_DEFINE" else ("Args", full)
        item = {"section": section, "name": name, "value": str(value), "type": "legacy"}
        fields.setdefault("hyperparams", {}).setdefault(section, {})[name] = item
    for name, value in (execution.pop("model_desc", None) or {}).items():
        fields.setdefault("configuration", {})[name] = {"name": name, "value": str(value), "type": "legacy"}
    if call.api_older_than("2.13"):
        command = execution.pop("docker_cmd", None)
        if command is not None:
            image, _, arguments = command.partition(" ")
            fields["container"] = {"image": image, "arguments": arguments}
        model = execution.pop("model", None)
        if model:
            fields["models"] = _stamp_models({"input": [{"name": "Input Model", "model": model}]})


def adapt_to_version(call: Call, tasks: list[Doc]) -> None:
    """Convert tasks to the form that the client's API version expects."""
    for task in tasks:
        if call.api_older_than("2.13"):
            _add_legacy_docker(task)
        if call.api_older_than("2.9"):
            _add_legacy_parameters(task)
        if call.api_older_than("2.3") and task.get("system_tags"):
            task["tags"] = sorted({*task.get("tags", ()), *task["system_tags"]})


def _add_legacy_docker(task: Doc) -> None:
    container = task.get("container") or {}
    command = " ".join(filter(None, (container.get("image"), container.get("arguments"))))
    if container.get("image") and command:
        task.setdefault("execution", {})["docker_cmd"] = command
    for side, path in (("input", "execution"), ("output", "output")):
        models = (task.get("models") or {}).get(side)
        if models:
            task.setdefault(path, {})["model"] = models[0 if side == "input" else -1].get("model")


def _add_legacy_parameters(task: Doc) -> None:
    items = [item for params in (task.get("hyperparams") or {}).values() for item in params.values()]
    legacy = [item for item in items if item.get("type") == "legacy"]
    if legacy:
        names = {
            "/".join((item["section"], item["name"])) if item["section"] == "TF_DEFINE" else item["name"]: item["value"]
            for item in legacy
        }
        task.setdefault("execution", {})["parameters"] = names


def check_input_models(store: Store, models: list[Doc]) -> None:
    """Refuse input models that do not exist.

    Raises:
        ApiError: 400/201.
    """
    wanted = {item["model"] for item in models if item.get("model")}
    missing = wanted - set(store.get_many(MODELS, wanted))
    if missing:
        raise INVALID_MODEL_ID(models=sorted(missing))

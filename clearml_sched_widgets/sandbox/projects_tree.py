"""Creates projects and their parents: the project `a/b/c` has the parents `a` and `a/b`."""

from __future__ import annotations

from typing import Any

from clearml_sched_widgets.sandbox import clock, identity
from clearml_sched_widgets.sandbox.errors import INVALID_PROJECT_NAME, NOT_UNIQUE, PROJECT_TOO_DEEP, VALIDATION
from clearml_sched_widgets.sandbox.kinds import PROJECTS
from clearml_sched_widgets.sandbox.store import Doc, Store, dumps

MAX_DEPTH = 10
MIN_NAME = 3


def clean_name(name: str) -> str:
    """Remove superfluous slashes and spaces from a project path.

    Raises:
        ApiError: 400/407 if nothing is left.
    """
    parts = [part.strip() for part in name.split("/") if part]
    if not parts:
        raise INVALID_PROJECT_NAME(name=name)
    return "/".join(parts)


def by_name(store: Store, name: str) -> Doc | None:
    """Return the project with exactly this name, or None."""
    found = store.find(PROJECTS, "name = ?", [name])
    return found[0] if found else None


def create(store: Store, name: str, user: str, **fields: Any) -> Doc:
    """Create a project and its missing parents.

    Raises:
        ApiError: 400/801 if the name is taken, and whatever `clean_name` raises.
    """
    name = clean_name(name)
    if name.count("/") + 1 > MAX_DEPTH:
        raise PROJECT_TOO_DEEP(max_depth=MAX_DEPTH)
    if by_name(store, name):
        company = identity.COMPANY_ID
        raise NOT_UNIQUE(instead="Project with the same name already exists", name=name, company=company)
    return _insert(store, name, user, fields)


def ensure(store: Store, name: str, user: str) -> Doc:
    """Return the project with this name. Creates it if missing."""
    name = clean_name(name)
    return by_name(store, name) or _insert(store, name, user, {})


def _insert(store: Store, name: str, user: str, fields: dict[str, Any]) -> Doc:
    location, _, basename = name.rpartition("/")
    if len(basename) < MIN_NAME:
        raise VALIDATION("Project name cannot be blank")
    moment = clock.stored(clock.now())
    parent = ensure(store, location, user) if location else None
    doc: Doc = {
        "id": identity.new_id(),
        "company": identity.COMPANY_ID,
        "user": user,
        "name": name,
        "basename": basename,
        "description": fields.get("description") or "",
        "created": moment,
        "tags": sorted(fields.get("tags") or []),
        "system_tags": sorted(fields.get("system_tags") or []),
        "last_update": moment,
        "featured": 9999,
        "path": [*parent["path"], parent["id"]] if parent else [],
    }
    if parent:
        doc["parent"] = parent["id"]
    if fields.get("default_output_destination"):
        doc["default_output_destination"] = fields["default_output_destination"]
    store.insert(PROJECTS, doc)
    if parent:
        touch(store, parent["id"])
    return doc


def touch(store: Store, project_id: str | None) -> None:
    """Set the project's `last_update` to now."""
    project = store.get(PROJECTS, project_id) if project_id else None
    if project:
        project["last_update"] = clock.stored(clock.now())
        store.save(PROJECTS, project)


def with_children(store: Store, ids: list[str]) -> list[str]:
    """Return the ids of these projects and of all projects below them."""
    below = "kind = 'projects' AND field = 'path' AND value IN (SELECT value FROM json_each(?))"
    sql = f"SELECT owner FROM labels WHERE {below}"
    return sorted({*ids, *(row[0] for row in store.rows(sql, [dumps(ids)]))})

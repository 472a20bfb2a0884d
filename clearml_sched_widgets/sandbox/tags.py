"""Edits the tags of tasks and models, and lists the tags in use."""

from __future__ import annotations

from clearml_sched_widgets.sandbox import clock, projects_tree, task_fields
from clearml_sched_widgets.sandbox.call import Call
from clearml_sched_widgets.sandbox.errors import VALIDATION
from clearml_sched_widgets.sandbox.kinds import Kind
from clearml_sched_widgets.sandbox.store import Doc, Store, dumps

# Goes through the index from one value to the next, so the number of tagged objects does not matter.
_DISTINCT = """
WITH RECURSIVE hop(value) AS (
    SELECT min(value) FROM labels WHERE kind = ? AND field = ?
    UNION ALL
    SELECT (SELECT min(value) FROM labels WHERE kind = ? AND field = ? AND value > hop.value)
    FROM hop WHERE hop.value IS NOT NULL)
SELECT value FROM hop WHERE value IS NOT NULL
"""


def update_tags(call: Call, kind: Kind) -> Doc:
    """Add and remove tags on several documents.

    Raises:
        ApiError: 400/12 if the request has no tags to add or remove.
    """
    add, remove = call.data.get("add_tags") or [], call.data.get("remove_tags") or []
    if not (add or remove):
        raise VALIDATION("Either add tags or remove tags should be provided")
    task_fields.check_tags(add)
    updated = 0
    for doc in call.store.get_many(kind, call.data["ids"]).values():
        doc["tags"] = sorted(({*doc["tags"], *add}) - set(remove))
        doc.update(last_change=clock.stored(clock.now()), last_changed_by=call.user)
        call.store.save(kind, doc)
        projects_tree.touch(call.store, doc.get("project"))
        updated += 1
    return {"updated": updated}


def distinct(store: Store, kind: Kind, field: str, projects: list[str] | None = None) -> set[str]:
    """Return the tags in use, everywhere or in these projects."""
    if not projects:
        return {str(row[0]) for row in store.rows(_DISTINCT, [kind.name, field, kind.name, field])}
    sql = (
        "SELECT DISTINCT value FROM labels WHERE kind = ? AND field = ? AND owner IN"
        f" (SELECT id FROM {kind.name} WHERE project IN (SELECT value FROM json_each(?)))"
    )
    return {str(row[0]) for row in store.rows(sql, [kind.name, field, dumps(projects)])}


def tag_lists(store: Store, kinds: list[Kind], data: Doc, projects: list[str] | None = None) -> Doc:
    """Return the answer to a `get_tags` request: `tags`, and `system_tags` if requested."""
    answer = {"tags": sorted(set().union(*(distinct(store, kind, "tags", projects) for kind in kinds)))}
    if data.get("include_system"):
        system_tags = (distinct(store, kind, "system_tags", projects) for kind in kinds)
        answer["system_tags"] = sorted(set().union(*system_tags))
    return answer

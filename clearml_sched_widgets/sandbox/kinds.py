"""The kinds of documents (tasks, models, projects, queues, users): fields, columns, references and filters."""

from __future__ import annotations

from dataclasses import dataclass, field

ARCHIVED = "archived"
HIDDEN = "hidden"


@dataclass(frozen=True)
class Filters:
    """The request keys that filter a list, by type of filter. A trailing `*` stands for any sub-field."""

    pattern: tuple[str, ...]
    lists: tuple[str, ...]
    ranges: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kind:
    """One kind of document (a table)."""

    name: str  # name of the table, and of the list in answers
    title: str  # its name in error messages
    fields: frozenset[str]
    columns: tuple[str, ...]  # paths that have their own column
    never_null: frozenset[str]
    labels: tuple[str, ...]  # list fields whose members are indexed
    refs: dict[str, str]  # path -> kind
    filters: Filters
    hidden_fields: frozenset[str] = field(default_factory=frozenset)  # left out unless requested
    text: tuple[str, ...] = ("name", "id", "comment")  # fields that search_text searches

    @property
    def bodies(self) -> str:
        """The name of the table that holds the JSON documents."""
        return f"{self.name}_bodies"

    def column(self, path: str) -> str | None:
        """The column that holds `path`, or None."""
        return path.replace(".", "_") if path in self.columns or path == "id" else None


def _ordered(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _names(text: str) -> frozenset[str]:
    return frozenset(_ordered(text))


DATE_FIELDS = frozenset(
    ("created", "started", "completed", "published", "status_changed", "last_update", "last_change")
)

TASKS = Kind(
    name="tasks",
    title="Task",
    fields=_names(
        """
        id company user name type status status_reason status_message status_changed comment report
        report_assets created started completed published active_duration parent project output execution
        tags system_tags script last_worker last_worker_report last_update last_change last_iteration
        last_metrics unique_metrics metric_stats company_origin duration hyperparams configuration runtime
        models container enqueue_status last_changed_by
        """
    ),
    columns=_ordered(
        """
        name type status user project parent created started completed status_changed last_update
        last_change last_iteration active_duration execution.queue
        """
    ),
    never_null=frozenset(("id", "name", "type", "status", "created", "last_update", "last_change")),
    labels=("tags", "system_tags", "models.input.model"),
    refs={
        "company": "companies",
        "user": "users",
        "parent": "tasks",
        "project": "projects",
        "execution.queue": "queues",
        "models.input.model": "models",
        "models.output.model": "models",
    },
    filters=Filters(
        pattern=("name", "comment", "report"),
        lists=(
            "id",
            "user",
            "tags",
            "system_tags",
            "type",
            "status",
            "project",
            "parent",
            "hyperparams.*",
            "execution.queue",
            "models.input.model",
        ),
        ranges=("created", "started", "active_duration", "last_metrics.*", "last_iteration"),
        dates=("status_changed", "last_update", "last_change"),
        plain=("runtime.*",),
    ),
    hidden_fields=frozenset(("unique_metrics", "company_origin", "enqueue_status")),
    text=("name", "id", "comment", "report", "script.repository", "script.entry_point"),
)

MODELS = Kind(
    name="models",
    title="Model",
    fields=_names(
        """
        id company user name parent project created task comment tags system_tags uri framework design
        labels ready last_update last_change last_changed_by ui_cache company_origin metadata
        last_iteration last_metrics unique_metrics
        """
    ),
    columns=_ordered(
        """
        name user project task parent framework uri ready created last_update last_change last_iteration
        """
    ),
    never_null=frozenset(("id", "created", "last_update", "last_change", "ready")),
    labels=("tags", "system_tags"),
    refs={"company": "companies", "user": "users", "parent": "models", "project": "projects", "task": "tasks"},
    filters=Filters(
        pattern=("name", "comment"),
        lists=(
            "tags",
            "system_tags",
            "framework",
            "uri",
            "id",
            "user",
            "project",
            "task",
            "parent",
            "metadata.*",
        ),
        ranges=("created", "last_metrics.*", "last_iteration"),
        dates=("last_update", "last_change"),
        plain=("ready",),
    ),
    hidden_fields=frozenset(("unique_metrics", "company_origin", "ui_cache")),
)

PROJECTS = Kind(
    name="projects",
    title="Project",
    fields=_names(
        """
        id company user name basename description created tags system_tags default_output_destination
        last_update featured logo_url logo_blob company_origin parent path
        """
    ),
    columns=("name", "basename", "user", "parent", "created", "last_update", "featured"),
    never_null=frozenset(("id", "name", "created", "last_update")),
    labels=("tags", "system_tags", "path"),
    refs={"company": "companies", "user": "users", "parent": "projects"},
    filters=Filters(
        pattern=("name", "basename", "description"),
        lists=("tags", "system_tags", "id", "parent", "path"),
        ranges=("last_update",),
    ),
    hidden_fields=frozenset(("logo_blob", "company_origin", "path")),
    text=("name", "id", "description"),
)

QUEUES = Kind(
    name="queues",
    title="Queue",
    fields=_names(
        """
        id name display_name company created tags system_tags entries last_update metadata resources
        """
    ),
    columns=("name", "created", "last_update"),
    never_null=frozenset(("id", "name", "created", "last_update")),
    labels=("tags", "system_tags"),
    refs={"company": "companies", "entries.task": "tasks"},
    filters=Filters(pattern=("name",), lists=("tags", "system_tags", "id", "metadata.*")),
    text=("name", "id"),
)

USERS = Kind(
    name="users",
    title="User",
    fields=_names(
        """
        id company name family_name given_name avatar preferences created
        """
    ),
    columns=("name", "created"),
    never_null=frozenset(("id", "name", "created")),
    labels=(),
    refs={"company": "companies"},
    filters=Filters(pattern=("name",), lists=("id",)),
    hidden_fields=frozenset(("preferences",)),
    text=("name", "id"),
)

KINDS = {kind.name: kind for kind in (TASKS, MODELS, PROJECTS, QUEUES, USERS)}

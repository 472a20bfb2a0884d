"""Decides which objects a trigger selects, and gives the names that users see."""

from __future__ import annotations

from collections.abc import Iterator

from clearml_sched_widgets.definition import Select
from clearml_sched_widgets.errors import SchedulerError
from clearml_sched_widgets.records import Entity

HIDDEN_FOLDER = ".datasets"  # ClearML keeps the versions of a dataset in "<its project>/.datasets/<its name>"
DEVELOPMENT_TAG = "development"

MAX_SEARCH_SECONDS = 0.25

Tags = tuple[str, ...]


class SlowPattern(SchedulerError):
    """A `name_regex` takes too long on an object's name."""

    def __init__(self, pattern: str, entity: Entity) -> None:
        what = f"its name_regex {pattern!r} takes longer than {MAX_SEARCH_SECONDS} s on the name {entity.name!r}"
        super().__init__(f"{what}; the {entity.entity} {entity.id} was left out. Expected a simpler expression")


def selects(select: Select, entity: Entity) -> bool:
    """True if the object meets everything that `select` asks for. Raises SlowPattern.

    The project of a dataset is the one that users see; its name is the dataset's own or that of the version's task.
    `exclude_development` applies to tasks only, because ClearML tags datasets made outside of an agent in the same
    way. Archived objects are selected too: archiving does not undo what happened before.
    """
    return (
        not (select.exclude_development and entity.entity == "task" and DEVELOPMENT_TAG in entity.system_tags)
        and (not select.users or entity.user_id in select.users)
        and tags_match(entity.tags, select.tags_any, select.tags_all, select.tags_none)
        and (not select.projects or _in_projects(select, entity))
        and (select.name is None or _name_contains(select, entity))
        and (select.name_regex is None or _name_matches(select.name_regex, entity))
    )


def shown_project(entity: Entity) -> str:
    """The project that users see; without the hidden folder for a dataset."""
    return _dataset_path(entity)[0]


def shown_name(entity: Entity) -> str:
    """The name that users see; for a dataset its own name, not that of the version's task."""
    return _dataset_path(entity)[1] or entity.name


def _dataset_path(entity: Entity) -> tuple[str, str]:
    if entity.entity == "dataset":
        project, separator, name = f"/{entity.project}".partition(f"/{HIDDEN_FOLDER}/")
        if separator:
            return project.lstrip("/"), name
    return entity.project, ""


def tags_match(tags: Tags, any_of: Tags, all_of: Tags, none_of: Tags) -> bool:
    """True if the tags contain one of `any_of` (unless it is empty), all of `all_of` and none of `none_of`."""
    return (
        (not any_of or any(tag in tags for tag in any_of))
        and all(tag in tags for tag in all_of)
        and not any(tag in tags for tag in none_of)
    )


def _in_projects(select: Select, entity: Entity) -> bool:
    wanted = frozenset(project.strip("/") for project in select.projects)
    return any(path in wanted for path in _project_names(entity, select.subprojects))


def _project_names(entity: Entity, subprojects: bool) -> Iterator[str]:
    """The full names of the object's projects; with `subprojects` those of their parents too."""
    yield shown_project(entity)
    yield entity.project
    if subprojects:
        parts = entity.project.split("/")
        yield from ("/".join(parts[:length]) for length in range(1, len(parts)))


def _name_contains(select: Select, entity: Entity) -> bool:
    part = (select.name or "").casefold()
    return part in entity.name.casefold() or part in shown_name(entity).casefold()


def _name_matches(pattern: str, entity: Entity) -> bool:
    """Raises SlowPattern. The `re` module has no timeout: a slow pattern would block the kernel, for hours at worst."""
    import regex

    try:
        names = (entity.name, shown_name(entity))
        return any(regex.search(pattern, name, timeout=MAX_SEARCH_SECONDS, concurrent=True) for name in names)
    except TimeoutError:
        raise SlowPattern(pattern, entity) from None

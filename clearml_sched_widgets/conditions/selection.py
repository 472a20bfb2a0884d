"""Which objects a trigger looks at, and what they are called."""

from __future__ import annotations

from collections.abc import Iterator

from clearml_sched_widgets.definition import Select
from clearml_sched_widgets.errors import SchedulerError
from clearml_sched_widgets.records import Entity

HIDDEN = ".datasets"  # ClearML keeps the versions of a dataset in "<its project>/.datasets/<its name>"
DEVELOPMENT = "development"

LONGEST_SEARCH = 0.25  # seconds

Tags = tuple[str, ...]


class SlowPattern(SchedulerError):
    """A `name_regex` did not come to an end on an object's name."""

    def __init__(self, pattern: str, entity: Entity) -> None:
        what = f"its name_regex {pattern!r} takes longer than {LONGEST_SEARCH} s on the name {entity.name!r}"
        super().__init__(f"{what}; the {entity.entity} {entity.id} was left out. Expected a simpler expression")


def selects(select: Select, entity: Entity) -> bool:
    """Whether all that `select` asks for holds of the object.

    A dataset is in the project that a user sees it in, and its name is its own or that of the version's task. Only
    tasks can be excluded as development: ClearML marks the datasets that somebody makes at a desk in the same way.
    Archived objects are not left out: to archive is to tidy up, and does not undo what happened before.
    """
    return (
        not (select.exclude_development and entity.entity == "task" and DEVELOPMENT in entity.system_tags)
        and (not select.users or entity.user_id in select.users)
        and carries(entity.tags, select.tags_any, select.tags_all, select.tags_none)
        and (not select.projects or _in_projects(select, entity))
        and (select.name is None or _is_called(select, entity))
        and (select.name_regex is None or _name_matches(select.name_regex, entity))
    )


def shown_project(entity: Entity) -> str:
    """The project that a user sees the object in: for a dataset, without the hidden part."""
    return _dataset_path(entity)[0]


def shown_name(entity: Entity) -> str:
    """The name that a user knows the object by: for a dataset, its own and not that of the version's task."""
    return _dataset_path(entity)[1] or entity.name


def _dataset_path(entity: Entity) -> tuple[str, str]:
    if entity.entity == "dataset":
        owner, found, name = f"/{entity.project}".partition(f"/{HIDDEN}/")
        if found:
            return owner.lstrip("/"), name
    return entity.project, ""


def carries(tags: Tags, any_of: Tags, all_of: Tags, none_of: Tags) -> bool:
    """Whether the tags hold one of the first (if there are any), all of the second, and none of the third."""
    return (
        (not any_of or any(tag in tags for tag in any_of))
        and all(tag in tags for tag in all_of)
        and not any(tag in tags for tag in none_of)
    )


def _in_projects(select: Select, entity: Entity) -> bool:
    wanted = frozenset(project.strip("/") for project in select.projects)
    return any(path in wanted for path in _places(entity, select.subprojects))


def _places(entity: Entity, subprojects: bool) -> Iterator[str]:
    """The full names of the projects that the object is in; with those above them if subprojects count."""
    yield shown_project(entity)
    yield entity.project
    if subprojects:
        parts = entity.project.split("/")
        yield from ("/".join(parts[:length]) for length in range(1, len(parts)))


def _is_called(select: Select, entity: Entity) -> bool:
    part = (select.name or "").casefold()
    return part in entity.name.casefold() or part in shown_name(entity).casefold()


def _name_matches(pattern: str, entity: Entity) -> bool:
    """Raises SlowPattern: the standard library's own search would hold up the whole kernel, for hours at worst."""
    import regex

    try:
        names = (entity.name, shown_name(entity))
        return any(regex.search(pattern, name, timeout=LONGEST_SEARCH, concurrent=True) for name in names)
    except TimeoutError:
        raise SlowPattern(pattern, entity) from None

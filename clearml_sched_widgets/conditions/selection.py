"""Decides which objects a trigger selects, and gives the names that users see."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from clearml_sched_widgets.definition import Select
from clearml_sched_widgets.errors import SchedulerError
from clearml_sched_widgets.records import Entity

HIDDEN_FOLDER = ".datasets"  # ClearML keeps the versions of a dataset in "<its project>/.datasets/<its name>"
DEVELOPMENT_TAG = "development"

MAX_SEARCH_SECONDS = 0.25

Tags = tuple[str, ...]
Search = Callable[[str, str], bool]  # (pattern, name) -> whether it matches; raises TimeoutError, which says why


class SlowPattern(SchedulerError):
    """A `name_regex` takes too long on an object's name. `why` says so, such as "takes longer than 0.25 s"."""

    def __init__(self, pattern: str, entity: Entity, why: str) -> None:
        what = f"its name_regex {pattern!r} {why} on the name {entity.name!r}"
        super().__init__(f"{what}; the {entity.entity} {entity.id} was left out. Expected a simpler expression")


def search_name(pattern: str, name: str, seconds: float = MAX_SEARCH_SECONDS, *, let_others_run: bool = True) -> bool:
    """Whether the pattern matches somewhere in the name. Raises TimeoutError after `seconds`.

    The `re` module has no timeout: a slow pattern would block the kernel, for hours at worst.
    `let_others_run` gives other threads the interpreter's lock meanwhile. While they are busy, getting it back takes
    thousands of times as long as a usual search.
    """
    import regex

    try:
        return regex.search(pattern, name, timeout=seconds, concurrent=let_others_run) is not None
    except TimeoutError:
        raise TimeoutError(f"takes longer than {seconds:g} s") from None


def selects(select: Select, entity: Entity, search: Search = search_name) -> bool:
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
        and (select.name_regex is None or _name_matches(select.name_regex, entity, search))
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


def _name_matches(pattern: str, entity: Entity, search: Search) -> bool:
    """Raises SlowPattern."""
    try:
        return any(search(pattern, name) for name in dict.fromkeys((entity.name, shown_name(entity))))
    except TimeoutError as error:
        raise SlowPattern(pattern, entity, str(error)) from None

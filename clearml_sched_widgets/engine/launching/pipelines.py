"""Where the clone of a pipeline goes, so that ClearML's web page lists it among the pipelines."""

from __future__ import annotations

import re
from collections.abc import Iterable

from clearml_sched_widgets.errors import RetryableError
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.gateway.pipelines import FOLDER
from clearml_sched_widgets.records import Task

RUN_NUMBER = re.compile(r" #\d+$")  # the SDK adds it to the name of a pipeline that is run again


def target_project(base: Task, project: str | None) -> str | None:
    """The project of a clone: `<project>/.pipelines/<name of the base task>` for a pipeline, else `project` itself.

    The name is without the number of its run: all runs of a pipeline belong to one project. The SDK's own scheduler
    does the same, but keeps the number (`get_resolved_target_project` in `clearml/automation/scheduler.py`).
    A target that is below a folder `.pipelines` already stays, as does None: the clone is made in its base's project.
    """
    if not project or not base.is_pipeline:
        return project
    parts = [part.strip() for part in project.split("/") if part.strip()]
    if FOLDER in parts[:-1]:
        return project
    folder = parts if parts[-1:] == [FOLDER] else [*parts, FOLDER]
    return "/".join([*folder, RUN_NUMBER.sub("", base.name)])


class PipelineProjects:
    """Makes the projects of pipelines before the first clone. Remembers them: later clones cost no request."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._made: set[str] = set()

    def make(self, clones: Iterable[tuple[Task, str | None]]) -> None:
        """Make the projects of clones, which are given as the base task and the action's target project.

        Without its tags a project only stands in another list of the web page, so a failure holds up no launch: the
        clone makes the project if need be, and the next launch tries again.
        """
        wanted = {name for base, project in clones if base.is_pipeline and (name := target_project(base, project))}
        for name in sorted(wanted - self._made):
            try:
                self._gateway.make_pipeline_project(name)
            except RetryableError:
                return  # the server is away: asking for the others would hold up the launches
            except Exception:  # noqa: BLE001 - it holds up no launch
                continue
            self._made.add(name)

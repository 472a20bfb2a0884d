"""The projects that hold a pipeline, and their system tags.

The SDK's `PipelineController` puts each pipeline into `<project>/.pipelines/<name>` and sets these tags itself when it
is made (`_create_pipeline_projects` in `clearml/automation/controller.py`); the server sets none, whoever makes a
project. The web page lists as pipelines the projects with the tag `pipeline` below a folder `.pipelines`. A clone in
another project would be missing there until its controller starts, and its folder would stay among the user's projects.
"""

from __future__ import annotations

from clearml_sched_widgets.records import PIPELINE_TAG

FOLDER = ".pipelines"


def pipeline_projects(name: str) -> dict[str, tuple[str, ...]]:
    """The system tags of the project with this name and of the folder above it, by their names, the folder first."""
    parts = [part.strip() for part in name.split("/") if part.strip()]
    folder = parts[: parts.index(FOLDER) + 1] if FOLDER in parts else []
    both = {"/".join(folder): ("hidden",), "/".join(parts): ("hidden", PIPELINE_TAG)}
    return {project: tags for project, tags in both.items() if project}

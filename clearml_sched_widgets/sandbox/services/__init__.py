"""The handlers of all endpoints.

auth            auth.*
tasks           tasks.*: create, list, edit, clone and move; also models.update_tags
tasks_content   tasks.*: hyperparameters, configuration objects, artifacts, models, runtime, requirements
tasks_status    tasks.*: changes of status
tasks_removal   tasks.*: reset and delete
events_write    events.*: add and delete
events_read     events.*: logs, plots, images and single events
events_scalars  events.*: scalars as curves and as last values, names of metrics
models          models.*
projects        projects.*
queues          queues.*
workers         workers.*
misc            users.*, organization.*, server.* and debug.*
"""

from __future__ import annotations

from importlib import import_module

_MODULES = (
    "auth",
    "events_read",
    "events_scalars",
    "events_write",
    "misc",
    "models",
    "projects",
    "queues",
    "tasks",
    "tasks_content",
    "tasks_removal",
    "tasks_status",
    "workers",
)


def load() -> None:
    """Register every endpoint."""
    for name in _MODULES:
        import_module(f"{__name__}.{name}")

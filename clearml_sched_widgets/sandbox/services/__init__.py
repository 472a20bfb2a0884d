"""The endpoints, one module per service."""

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

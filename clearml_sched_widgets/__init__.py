"""A Jupyter-native task scheduler and trigger manager for ClearML.

Every public name can be imported from here. Its module is imported on first use, so importing the package is cheap and
the engine never loads pandas, clearml or a widget.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clearml_sched_widgets.definition import (
        Action,
        AllOf,
        AnyOf,
        Archived,
        Created,
        Cron,
        Daily,
        DatasetTrigger,
        Definition,
        Interval,
        Latest,
        ModelTrigger,
        Monthly,
        Not,
        Once,
        Policies,
        Published,
        Schedule,
        Select,
        StatusChanged,
        Tagged,
        TaskTrigger,
        Untagged,
        Weekly,
    )
    from clearml_sched_widgets.errors import InvalidDefinition, SchedulerError
    from clearml_sched_widgets.instances.instance import Instance
    from clearml_sched_widgets.manager import Manager
    from clearml_sched_widgets.next_runs import preview
    from clearml_sched_widgets.recurrence import next_after, occurrences
    from clearml_sched_widgets.recurrence.sentences import describe
    from clearml_sched_widgets.simulation import simulate
    from clearml_sched_widgets.widgets import Dashboard, SchedulerApp, Wizard

    __version__: str

# The module of each public name. It repeats the imports above for the run time; a test compares the two.
_HOME: dict[str, str] = {
    "Action": "definition",
    "AllOf": "definition",
    "AnyOf": "definition",
    "Archived": "definition",
    "Created": "definition",
    "Cron": "definition",
    "Daily": "definition",
    "DatasetTrigger": "definition",
    "Definition": "definition",
    "Interval": "definition",
    "Latest": "definition",
    "ModelTrigger": "definition",
    "Monthly": "definition",
    "Not": "definition",
    "Once": "definition",
    "Policies": "definition",
    "Published": "definition",
    "Schedule": "definition",
    "Select": "definition",
    "StatusChanged": "definition",
    "Tagged": "definition",
    "TaskTrigger": "definition",
    "Untagged": "definition",
    "Weekly": "definition",
    "InvalidDefinition": "errors",
    "SchedulerError": "errors",
    "Instance": "instances.instance",
    "Manager": "manager",
    "describe": "recurrence.sentences",
    "next_after": "recurrence",
    "occurrences": "recurrence",
    "preview": "next_runs",
    "simulate": "simulation",
    "Dashboard": "widgets",
    "SchedulerApp": "widgets",
    "Wizard": "widgets",
}

__all__ = [
    "Action",
    "AllOf",
    "AnyOf",
    "Archived",
    "Created",
    "Cron",
    "Daily",
    "Dashboard",
    "DatasetTrigger",
    "Definition",
    "Instance",
    "Interval",
    "InvalidDefinition",
    "Latest",
    "Manager",
    "ModelTrigger",
    "Monthly",
    "Not",
    "Once",
    "Policies",
    "Published",
    "Schedule",
    "SchedulerApp",
    "SchedulerError",
    "Select",
    "StatusChanged",
    "Tagged",
    "TaskTrigger",
    "Untagged",
    "Weekly",
    "Wizard",
    "describe",
    "next_after",
    "occurrences",
    "preview",
    "simulate",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        value: Any = version("clearml-sched-widgets")
    elif name in _HOME:
        value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, "__version__"})

"""Frozen classes that hold and validate a definition: what a user configures.

checks   how all problems are found at once      values   times, durations, zones, names
rules    recurrences; cron their expressions     when     conditions and selections of triggers
actions  what is launched; functions Python functions     items    schedules, triggers, the definition
latest   a base task that is looked for at each launch
"""

from clearml_sched_widgets.definition.actions import Action
from clearml_sched_widgets.definition.functions import Function
from clearml_sched_widgets.definition.items import (
    DatasetTrigger,
    Definition,
    ModelTrigger,
    Schedule,
    TaskTrigger,
    Trigger,
)
from clearml_sched_widgets.definition.latest import Latest
from clearml_sched_widgets.definition.policies import Policies
from clearml_sched_widgets.definition.rules import Cron, Daily, Interval, Monthly, Once, Rule, Weekly
from clearml_sched_widgets.definition.when import (
    AllOf,
    AnyOf,
    Archived,
    Condition,
    Created,
    Not,
    Published,
    Select,
    StatusChanged,
    Tagged,
    Untagged,
)

__all__ = [
    "Action",
    "AllOf",
    "AnyOf",
    "Archived",
    "Condition",
    "Created",
    "Cron",
    "Daily",
    "DatasetTrigger",
    "Definition",
    "Function",
    "Interval",
    "Latest",
    "ModelTrigger",
    "Monthly",
    "Not",
    "Once",
    "Policies",
    "Published",
    "Rule",
    "Schedule",
    "Select",
    "StatusChanged",
    "Tagged",
    "TaskTrigger",
    "Trigger",
    "Untagged",
    "Weekly",
]

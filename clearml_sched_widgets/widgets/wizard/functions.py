"""Python functions in a form: the page has only their names, and the kernel keeps the functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import attrs

from clearml_sched_widgets.definition import Definition, Schedule, Trigger
from clearml_sched_widgets.definition.functions import Function

Item = TypeVar("Item", Schedule, Trigger)


def functions_of(definition: Definition) -> dict[str, Function]:
    """The functions that a definition calls, by name."""
    functions = (item.action.function for item in definition.items)
    return {function.name: function for function in functions if function}


def with_functions(definition: Definition, functions: Mapping[str, Function]) -> Definition:
    """The definition with functions in place of their names. Names that are not in `functions` stay."""
    if not functions:
        return definition

    def with_function(item: Item) -> Item:
        reference = item.action.function
        if reference is None or reference.name not in functions:
            return item
        return attrs.evolve(item, action=attrs.evolve(item.action, function=functions[reference.name]))

    schedules = [with_function(schedule) for schedule in definition.schedules]
    triggers = [with_function(trigger) for trigger in definition.triggers]
    return attrs.evolve(definition, schedules=schedules, triggers=triggers)

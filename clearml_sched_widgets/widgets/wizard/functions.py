"""Python functions in a form: the page has their names alone, the kernel keeps the functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import attrs

from clearml_sched_widgets.definition import Definition, Schedule, Trigger
from clearml_sched_widgets.definition.functions import Function

Item = TypeVar("Item", Schedule, Trigger)


def functions_of(definition: Definition) -> dict[str, Function]:
    """The functions that a definition calls, by name."""
    found = (item.action.function for item in definition.items)
    return {function.name: function for function in found if function}


def with_functions(definition: Definition, functions: Mapping[str, Function]) -> Definition:
    """The definition with the functions themselves where it has but their names; unknown names stay names."""
    if not functions:
        return definition

    def bound(item: Item) -> Item:
        named = item.action.function
        if named is None or named.name not in functions:
            return item
        return attrs.evolve(item, action=attrs.evolve(item.action, function=functions[named.name]))

    schedules, triggers = [bound(each) for each in definition.schedules], [bound(each) for each in definition.triggers]
    return attrs.evolve(definition, schedules=schedules, triggers=triggers)

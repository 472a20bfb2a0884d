"""Definitions as Python objects: they compare, copy and pickle as what they say, and do not change."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import attrs
import numpy as np
import pytest

from clearml_sched_widgets.definition import Action, Daily, Definition, Schedule
from clearml_sched_widgets.errors import InvalidDefinition


def test_an_error_is_the_same_after_pickling() -> None:
    with pytest.raises(InvalidDefinition) as caught:
        Daily(times="25:00")
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.problems) == (str(caught.value), caught.value.problems)


def test_items_and_definitions_that_are_equal_are_one_in_a_set() -> None:
    item = Schedule(Action("base", parameters={"Args/lr": 0.1}), Daily("06:20"))
    other = attrs.evolve(item, name="other")
    assert {item, copy.deepcopy(item), other} == {item, other}
    assert len({Definition("plan", [item]), Definition("plan", [copy.deepcopy(item)])}) == 1


def test_numbers_of_numpy_are_numbers() -> None:
    found = Action("base", parameters={"Args/n": np.int64(3), "Args/lr": np.float32(0.5)})
    assert found.parameters == {"Args/n": "3", "Args/lr": "0.5"}


def test_definitions_do_not_change() -> None:
    definition = Definition("nightly")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        definition.name = "m"  # type: ignore[misc]


@pytest.mark.parametrize(
    "change",
    [
        lambda values: values.update({"Args/lr": "9"}),
        lambda values: values.__setitem__("Args/lr", "9"),
        lambda values: values.__ior__({"Args/lr": "9"}),
        lambda values: values.setdefault("Args/n", "9"),
        lambda values: values.pop("Args/lr"),
        lambda values: values.__delitem__("Args/lr"),
        lambda values: values.clear(),
    ],
)
def test_neither_do_the_mappings_in_them(change: Callable[[Any], object]) -> None:
    action = Action("base", parameters={"Args/lr": 0.1}, container="image", overrides={"script.branch": "main"})
    for copied in (action, copy.deepcopy(action), pickle.loads(pickle.dumps(action)), attrs.evolve(action)):
        assert copied == action
        for values in (copied.parameters, copied.container, copied.overrides, Action("base").overrides):
            with pytest.raises(TypeError, match="a definition does not change: make another one"):
                change(values)
    assert {**action.parameters, "Args/lr": "9"} == {"Args/lr": "9"}
    assert "parameters={'Args/lr': '0.1'}" in repr(action)

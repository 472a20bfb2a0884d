"""Every condition has a node, which is found by the condition and the kind of object."""

from __future__ import annotations

from clearml_sched_widgets.conditions.node import NODES, node_of
from clearml_sched_widgets.definition import Published
from clearml_sched_widgets.definition.when import CONDITIONS


def test_every_condition_has_a_node() -> None:
    assert set(NODES) == set(CONDITIONS.values())


def test_one_condition_may_be_another_node_on_another_kind_of_object() -> None:
    task, model = node_of(Published(), "task"), node_of(Published(), "model")
    assert [task.needs_inventory, model.needs_inventory] == [False, True]

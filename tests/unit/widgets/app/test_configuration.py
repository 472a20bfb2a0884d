"""A definition in sentences: what they say of each way to launch."""

from __future__ import annotations

import pytest

from clearml_sched_widgets import Action, Daily, Definition, Latest, Schedule
from clearml_sched_widgets.widgets.app.configuration import configuration_data

TASK = "a" * 32


def clean_up() -> None:
    """Never called here."""


@pytest.mark.parametrize(
    ("action", "subject", "sentence"),
    [
        (Action(TASK, "gpu"), "train", 'A clone goes to the queue "gpu".'),
        (Action(TASK, "gpu", reuse_task=True), "train", 'The task itself is reset and goes to the queue "gpu".'),
        (
            Action(latest=Latest(name="fit"), queue="gpu"),
            "the latest completed task “fit”",
            "A clone goes to the queue",
        ),
        (
            Action(function=clean_up),
            "clean_up",
            "It is a Python function, called in the kernel that launched this.",
        ),
    ],
)
def test_each_way_to_launch_has_its_sentence(action: Action, subject: str, sentence: str) -> None:
    data = configuration_data(Definition("Nightly", [Schedule(action, Daily(["06:20"]))]), {TASK: "train"})
    (item,) = data["items"]
    assert subject in item["task_name"]
    assert any(fact.startswith(sentence) for fact in item["facts"])
    assert '"version"' in data["text"]

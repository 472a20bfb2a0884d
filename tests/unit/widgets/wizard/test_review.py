"""What the form shows of a draft: problems by path, a sentence and the next runs of each item that is right."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from clearml_sched_widgets import InvalidDefinition, Wizard
from clearml_sched_widgets.widgets.wizard.review import review
from tests.steps import steps
from tests.unit.widgets.page import Page, memory_manager, schedule_data

NOW = datetime(2026, 10, 24, 12, 0, tzinfo=timezone.utc)
ACTION = {"task": "t1", "queue": "default"}


def test_a_schedule_has_a_sentence_and_ten_next_runs_on_its_own_clock() -> None:
    rule = {"type": "daily", "times": ["06:20"], "timezone": "Europe/Berlin"}
    found = review(schedule_data("t1", recurrence=rule), NOW)
    assert found["problems"] == []
    item = found["items"]["a1"]
    assert item["sentence"] == "Every day at 06:20 (Europe/Berlin)."
    assert [run["local"] for run in item["next"][:2]] == ["Sun 2026-10-25 06:20:00", "Mon 2026-10-26 06:20:00"]
    assert len(item["next"]) == 10
    # Berlin's clocks go back on the 25th at 3:00, so that both runs are at 5:20 UTC.
    assert item["next"][0]["at"] == datetime(2026, 10, 25, 5, 20, tzinfo=timezone.utc).timestamp() * 1000
    assert item["next"][0]["zone"] == "Europe/Berlin"


def test_what_launches_the_latest_task_says_so_in_words() -> None:
    action = {"latest": {"name": "train", "project": "Vision"}}
    found = review(schedule_data("", action=action), NOW)
    assert found["problems"] == []
    assert found["items"]["a1"]["launches"] == "the latest completed task “train” in Vision"
    assert "launches" not in review(schedule_data("t1"), NOW)["items"]["a1"]
    (problem,) = review(schedule_data("", action={"latest": {}}), NOW)["problems"]
    assert problem["path"] == "schedules[0].action.latest.name"


def test_what_has_fewer_than_ten_runs_shows_them_all() -> None:
    rule = {"type": "once", "date": "2026-12-01", "times": ["06:20", "18:20"]}
    assert len(review(schedule_data("t1", recurrence=rule), NOW)["items"]["a1"]["next"]) == 2


def test_a_wrong_item_does_not_take_the_preview_from_the_others() -> None:
    wrong = {"id": "b1", "action": ACTION, "recurrence": {"type": "daily", "times": ["25:00"]}}
    trigger = {"id": "c1", "entity": "task", "action": ACTION, "when": {"type": "status_changed", "to": ["failed"]}}
    data = schedule_data("t1")
    found = review({**data, "name": "", "schedules": [wrong, *data["schedules"]], "triggers": [trigger]}, NOW)
    assert sorted(problem["path"] for problem in found["problems"]) == ["name", "schedules[0].recurrence.times[0]"]
    assert set(found["items"]) == {"a1", "c1"}
    assert found["items"]["c1"] == {"sentence": "When a task becomes failed.", "next": []}


@pytest.mark.parametrize(
    "wrong",
    [
        {"action": {"task": "", "queue": ""}},
        {"action": 5},
        {"policies": {"retries": "many"}},
        {"nonsense": True},
        {"action": {"task": ""}, "policies": {"jitter": "x"}, "enabled": True},
    ],
)
def test_what_is_wrong_elsewhere_does_not_take_the_times_from_an_item(wrong: dict[str, object]) -> None:
    found = review(schedule_data("t1", **wrong), NOW)
    assert found["problems"]
    assert found["items"]["a1"]["sentence"] == "Every day at 06:20 and 18:20 (UTC)."
    trigger = {"id": "c1", "entity": "model", "action": {"task": ""}, "when": {"type": "published"}}
    found = review({"name": "", "triggers": [{**trigger, **wrong}]}, NOW)
    assert found["items"]["c1"]["sentence"] == "When a model is published."


def test_an_item_that_does_not_say_when_has_no_preview() -> None:
    assert review(schedule_data("t1", recurrence={"type": "daily", "times": []}), NOW)["items"] == {}
    selects_badly = {"id": "c1", "entity": "task", "when": {"type": "published"}, "select": {"name_regex": "("}}
    assert review({"name": "x", "triggers": [selects_badly]}, NOW)["items"] == {}


def test_a_disabled_schedule_and_one_that_ends_show_no_more_runs_than_they_have() -> None:
    assert review(schedule_data("t1", enabled=False), NOW)["items"]["a1"]["next"] == []
    ends = review(schedule_data("", policies={"max_runs": 3}), NOW)
    assert len(ends["items"]["a1"]["next"]) == 3


def test_a_review_of_thirty_dense_items_is_little_work() -> None:
    rules = [{"type": "cron", "expression": "* * * * *"}, {"type": "interval", "every": "1s"}]
    items = [{**schedule_data("t1")["schedules"][0], "id": str(n), "recurrence": rules[n % 2]} for n in range(30)]
    data = {"name": "many", "schedules": items}
    assert steps(lambda: review(data, NOW)) < 200_000  # 20 ms on a quiet machine


def test_data_that_is_no_definition_at_all_is_reviewed_too() -> None:
    found = review({"schedules": 5, "triggers": ["x"]}, NOW)
    assert found["items"] == {}
    assert "schedules" in {problem["path"] for problem in found["problems"]}


def test_an_older_draft_that_arrives_late_does_not_replace_a_newer_one() -> None:
    manager, task = memory_manager()
    wizard = Wizard(manager=manager)
    page = Page(wizard)
    page.ask("validate", revision=2, data={**schedule_data(task), "name": "newer"})
    answer = page.ask("validate", revision=1, data={**schedule_data(task), "name": "older"})
    assert answer["result"]["revision"] == 1
    assert wizard.definition.name == "newer"


def test_a_blank_wizard_has_no_definition_and_says_what_is_missing() -> None:
    with pytest.raises(InvalidDefinition) as refused:
        Wizard().definition  # noqa: B018 - reading it is what fails
    assert "name" in {problem.path for problem in refused.value.problems}


def test_a_prefilled_wizard_gives_its_definition_back() -> None:
    manager, task = memory_manager()
    page = Page(Wizard(manager=manager))
    page.ask("validate", revision=1, data=schedule_data(task))
    definition = page.widget.definition
    assert Wizard(definition).definition == definition

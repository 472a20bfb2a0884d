"""The manager: what it refuses, and how it changes instances. On the in-memory server."""

from __future__ import annotations

import threading
import time

import pytest

from clearml_sched_widgets import (
    Action,
    Daily,
    Definition,
    InvalidDefinition,
    Latest,
    Manager,
    Once,
    Policies,
    Schedule,
)
from clearml_sched_widgets.definition import Interval, StatusChanged, TaskTrigger
from clearml_sched_widgets.errors import InstanceStateError, NotFound, SchedulerError, Unavailable
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from clearml_sched_widgets.instances.instance import Instance
from tests.waiting import until


@pytest.fixture
def base(gateway: MemoryGateway) -> str:
    return gateway.add_task("train model", project="Vision")


def daily(base: str, **kwargs: object) -> Definition:
    return Definition("nightly", [Schedule(Action(base), Daily("06:20, 18:20"), name="train", **kwargs)])  # type: ignore[arg-type]


def test_a_launched_instance_shows_a_row_for_each_time(manager: Manager, base: str) -> None:
    instance = manager.launch(daily(base))
    assert (instance.status, instance.where) == ("running", "kernel")
    frame = instance.scheduled
    assert list(frame.name) == ["train", "train"]
    assert sorted(f"{moment:%H:%M}" for moment in frame.next_run) == ["06:20", "18:20"]
    assert list(frame.task_name) == ["train model"] * 2
    assert str(frame.next_run.dtype).endswith("UTC]")
    assert instance.executed.empty


def test_all_that_the_server_and_the_clock_say_is_wrong_is_told_at_once(manager: Manager, base: str) -> None:
    definition = Definition(
        "nightly",
        [
            Schedule(Action("0123456789abcdef", "nowhere"), Daily("06:20")),
            Schedule(Action(base), Once("2020-01-01", "06:20")),
            Schedule(Action(base), Daily("06:20", end="2020-01-01T00:00:00Z")),
        ],
        [TaskTrigger(Action(base, "elsewhere"), StatusChanged(to=["failed"]))],
    )
    with pytest.raises(InvalidDefinition) as caught:
        manager.launch(definition, where="service", queue="none")
    problems = {problem.path: str(problem) for problem in caught.value.problems}
    assert set(problems) == {
        "schedules[0].action.task",
        "schedules[0].action.queue",
        "schedules[1].recurrence.date",
        "schedules[2].recurrence.end",
        "triggers[0].action.queue",
        "service queue",
    }
    assert "choose one of: default, services" in problems["schedules[0].action.queue"]
    assert "pick one" in problems["schedules[0].action.task"]
    assert manager.instances() == []


def test_an_empty_definition_and_a_wrong_place_are_refused(manager: Manager) -> None:
    with pytest.raises(InvalidDefinition, match=r"where = 'moon'.*\n.*at least one schedule or trigger"):
        manager.launch(Definition("nothing to do"), where="moon")


def test_a_queue_that_no_agent_serves_is_a_warning(manager: Manager, base: str) -> None:
    definition = Definition("nightly", [Schedule(Action(base, "services"), Daily("06:20"))])
    assert [problem.path for problem in manager.warnings(definition)] == ["schedules[0].action.queue"]
    assert manager.warnings(daily(base)) == []


def test_a_run_now_and_its_end_show_in_the_frames(manager: Manager, gateway: MemoryGateway, base: str) -> None:
    instance = manager.launch(daily(base))
    instance.run_now(instance.definition.schedules[0])
    until(lambda: len(instance.executed) == 1)
    assert instance.executed.status[0] == "queued"
    run = str(instance.executed.run[0])
    gateway.start(run)
    gateway.finish(run)
    until(lambda: str(instance.executed.status[0]) == "completed")
    row = instance.executed.iloc[0]
    assert row.cause == "manual"
    assert row.finished >= row.started


def test_a_run_now_of_an_unknown_item_names_those_that_exist(manager: Manager, base: str) -> None:
    instance = manager.launch(daily(base))
    with pytest.raises(InvalidDefinition, match="train"):
        instance.run_now("nonsense")


def test_a_stopped_instance_is_resumed_and_keeps_its_history(manager: Manager, base: str) -> None:
    instance = manager.launch(daily(base))
    instance.run_now(instance.definition.schedules[0])
    until(lambda: len(instance.executed) == 1)
    instance.stop()
    assert instance.status == "stopped"
    again = manager.get(instance.id)
    assert len(again.executed) == 1
    again.resume()
    assert again.status == "running"
    assert len(again.executed) == 1
    assert "Resumed" in "\n".join(again.log.text)


def test_s20_an_item_added_to_a_running_instance_is_kept_and_effective_at_once(manager: Manager, base: str) -> None:
    instance = manager.launch(daily(base))
    kept = instance.definition.schedules[0]
    added = Schedule(Action(base), Interval(every="1s"), Policies(max_runs=2), name="often")
    instance.update(Definition("renamed", [kept, added]))
    until(lambda: len(instance.executed) == 2)
    assert [item.id for item in instance.definition.items] == [kept.id, added.id]
    assert manager.get(instance.id).name == "renamed"


def test_s21_an_invalid_update_is_refused_whole(manager: Manager, base: str) -> None:
    instance = manager.launch(daily(base))
    with pytest.raises(InvalidDefinition, match="no such task"):
        instance.update(Definition("renamed", [Schedule(Action("nonsense"), Daily("06:20"))]))
    assert manager.get(instance.id).definition == daily_of(instance)
    assert instance.name == "nightly"


def daily_of(instance: Instance) -> Definition:
    return instance.definition


def test_a_stopped_instance_can_be_updated_too(manager: Manager, base: str) -> None:
    instance = manager.launch(daily(base))
    instance.stop()
    instance.update(Definition("renamed", [Schedule(Action(base), Daily("07:00"))]))
    assert instance.status == "stopped"
    assert manager.get(instance.id).definition.name == "renamed"


def test_the_project_of_a_latest_task_must_exist_and_that_nothing_fits_now_is_only_a_warning(
    manager: Manager, gateway: MemoryGateway
) -> None:
    gateway.add_project("Vision")

    def latest(**what: object) -> Schedule:
        return Schedule(Action(latest=Latest(**what)), Daily("06:20"))  # type: ignore[arg-type]

    items = [latest(project="Vison", name="train"), latest(project="Vision", name="train"), latest(name="train")]
    definition = Definition("nightly", items)
    with pytest.raises(InvalidDefinition) as caught:
        manager.launch(definition)
    (problem,) = caught.value.problems
    assert (problem.path, problem.value) == ("schedules[0].action.latest.project", "Vison")
    assert problem.message == "there is no such project on the server; it has, recently used first: Vision"
    warnings = manager.warnings(definition)
    assert [warning.path for warning in warnings] == [f"schedules[{index}].action.latest" for index in range(3)]
    assert "there is no completed task “train” in Vision now" in warnings[1].message
    gateway.add_task("train", "Vision", status="completed")
    gateway.requests.clear()
    assert [warning.path for warning in manager.warnings(definition)] == ["schedules[0].action.latest"]
    assert gateway.requests == {"queues": 1, "project_ids": 1, "tasks": 2}
    manager.check(Definition("nightly", items[1:]))


def test_a_draft_is_saved_unchecked_listed_and_launched_later(manager: Manager, base: str) -> None:
    draft = manager.save(daily(base))
    assert draft.status == "draft"
    assert [instance.id for instance in manager.instances()] == [draft.id]
    draft.resume()
    assert draft.status == "running"


def test_a_clone_has_items_of_its_own(manager: Manager, base: str) -> None:
    instance = manager.launch(daily(base))
    copy = manager.clone(instance.id)
    assert copy.name == "nightly (copy)"
    assert {item.id for item in copy.items}.isdisjoint(item.id for item in instance.definition.items)
    assert copy.schedules[0].recurrence == instance.definition.schedules[0].recurrence


def test_a_running_instance_is_not_deleted_and_a_stopped_one_is(manager: Manager, base: str) -> None:
    instance = manager.launch(daily(base))
    with pytest.raises(InstanceStateError, match="stop it"):
        instance.delete()
    instance.stop()
    instance.delete()
    with pytest.raises(NotFound, match=instance.id):
        manager.get(instance.id)


def test_a_task_that_is_no_instance_is_refused(manager: Manager, base: str) -> None:
    with pytest.raises(SchedulerError, match="not a scheduler instance"):
        manager.get(base)


def test_pausing_what_does_not_run_says_so(manager: Manager, base: str) -> None:
    with pytest.raises(InstanceStateError, match="resume it first"):
        manager.save(daily(base)).pause()


def ran_at(instance: Instance) -> list[str]:
    return sorted(f"{moment:%H:%M}" for moment in instance.executed.scheduled)


@pytest.mark.parametrize("where", ["this kernel", "another one"])
def test_an_item_is_paused_resumed_and_backfilled_from_any_notebook(
    manager: Manager, base: str, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = manager.launch(daily(base))
    item = instance.definition.schedules[0]
    if where == "another one":
        monkeypatch.setattr("clearml_sched_widgets.instances.running._engines", {})
    instance.pause("broken data", item)
    until(lambda: set(instance.scheduled.state) == {"paused"})
    assert set(instance.scheduled.note) == {"broken data"}
    assert instance.scheduled.next_run.isna().all()
    assert instance.status == "running", "the others go on"
    instance.resume(item.id)
    until(lambda: set(instance.scheduled.state) == {"waiting"})
    assert instance.backfill(item, "2026-01-01T06:30:00Z", "2026-01-02T18:20:00Z") == 3
    until(lambda: len(instance.executed) == 3)
    assert ran_at(instance) == ["06:20", "18:20", "18:20"]
    assert set(instance.executed.cause) == {"backfill"}
    instance.backfill(item, "2026-01-01T00:00:00Z", "2026-01-02T18:20:00Z")
    until(lambda: len(instance.executed) == 4)
    instance.stop()
    assert ran_at(instance) == ["06:20", "06:20", "18:20", "18:20"]
    assert "1 run; 3 more had been launched already" in "\n".join(instance.log.text)


@pytest.mark.parametrize(
    ("start", "end", "path", "message"),
    [
        ("2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z", "end", "after the start"),
        ("2026-01-02T00:00:00", "nonsense", "start", "with its offset"),
        ("2026-01-02T00:00:00Z", "2126-01-01T00:00:00Z", "end", "that is past"),
        ("2020-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "start", "more than 1000 times"),
        ("2026-01-01T07:00:00Z", "2026-01-01T08:00:00Z", "start", "no times in this period"),
    ],
)
def test_a_backfill_of_a_wrong_period_is_refused_with_its_reason(
    manager: Manager, base: str, start: str, end: str, path: str, message: str
) -> None:
    instance = manager.launch(daily(base))
    with pytest.raises(InvalidDefinition, match=message) as caught:
        instance.backfill(instance.definition.schedules[0], start, end)
    assert caught.value.problems[0].path == path


def test_a_trigger_cannot_be_backfilled_and_an_unknown_item_not_paused(manager: Manager, base: str) -> None:
    trigger = TaskTrigger(Action(base), StatusChanged(to=["failed"]))
    instance = manager.launch(Definition("nightly", [], [trigger]))
    with pytest.raises(InvalidDefinition, match="a trigger has no times"):
        instance.backfill(trigger.id, "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")
    with pytest.raises(InvalidDefinition, match="no such item"):
        instance.pause(item="nonsense")


def test_s26_a_launch_as_a_service_returns_and_leaves_the_work_to_an_agent(
    manager: Manager, gateway: MemoryGateway, base: str
) -> None:
    instance = manager.launch(daily(base), where="service", queue="services")
    assert (instance.status, instance.where) == ("queued", "service")
    services = next(queue.id for queue in gateway.queues() if queue.name == "services")
    assert gateway.waiting(services) == [instance.id]
    assert not [thread for thread in threading.enumerate() if instance.id[:8] in thread.name]


def test_s27_an_instance_runs_in_a_thread_and_stops_pauses_and_resumes(manager: Manager, base: str) -> None:
    often = Schedule(Action(base), Interval(every="1s"), name="often")
    began = time.monotonic()
    instance = manager.launch(Definition("nightly", [often]))
    assert time.monotonic() - began < 30, "it returns"
    until(lambda: len(instance.executed) >= 1)
    instance.pause("lunch")
    until(lambda: instance.status == "paused")
    count = len(instance.executed)
    time.sleep(2.5)
    assert len(instance.executed) == count
    instance.resume()
    until(lambda: len(instance.executed) > count)
    instance.stop()
    assert instance.status == "stopped"
    assert not [thread for thread in threading.enumerate() if instance.id[:8] in thread.name]


def test_s15_an_item_that_is_removed_does_not_run_any_more(manager: Manager, base: str) -> None:
    often = Schedule(Action(base), Interval(every="1s"), name="often")
    kept = Schedule(Action(base), Daily("06:20"))
    instance = manager.launch(Definition("nightly", [often, kept]))
    until(lambda: len(instance.executed) >= 1)
    instance.update(Definition("nightly", [kept]))
    until(lambda: list(instance.scheduled.item) == [kept.id])
    count = len(instance.executed)
    time.sleep(2.5)
    assert len(instance.executed) == count


def test_a_stop_in_clearml_ends_the_engine(manager: Manager, gateway: MemoryGateway, base: str) -> None:
    instance = manager.launch(daily(base))
    gateway.set_status(instance.id, "stopped")
    until(lambda: instance.view().status == "stopped")
    assert gateway.task(instance.id).status == "stopped"


def test_a_server_that_is_down_at_the_launch_is_an_error_and_leaves_nothing_behind(
    manager: Manager, gateway: MemoryGateway, base: str
) -> None:
    def down(_method: str, _moment: str) -> None:
        raise Unavailable("The server does not answer")

    healthy, gateway.fault = gateway.fault, down
    with pytest.raises(Unavailable, match="does not answer"):
        manager.launch(daily(base))
    gateway.fault = healthy
    assert manager.instances() == []


def test_the_tables_are_plots_of_the_instances_task(manager: Manager, gateway: MemoryGateway, base: str) -> None:
    instance = manager.launch(daily(base))
    instance.stop()
    shown = gateway.tables(instance.id)
    assert shown["Scheduled Tasks"]["name"] == ["train", "train"]
    assert set(shown) == {"Scheduled Tasks", "Executed Tasks"}


def test_an_instance_shows_itself_as_tables_and_text_from_the_server_is_never_html(
    manager: Manager, gateway: MemoryGateway
) -> None:
    base = gateway.add_task("<script>alert(1)</script>")
    instance = manager.launch(Definition("<b>nightly</b>", [Schedule(Action(base), Daily("06:20"))]))
    shown = instance._repr_html_()
    assert "&lt;b&gt;nightly&lt;/b&gt;" in shown
    assert "Every day at 06:20 (UTC)." in shown
    assert "<script>" not in shown
    instance.stop()
    assert gateway.tables(instance.id)["Scheduled Tasks"]["name"] == ["&lt;script>alert(1)&lt;/script>"]

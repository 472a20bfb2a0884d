"""What happens to tasks on the sandbox: status, queues, clones, content, and how wrong requests are refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.server_thread import ThreadedServer

Doc = dict[str, Any]


@pytest.fixture(scope="module")
def running() -> Iterator[ThreadedServer]:
    started = ThreadedServer()
    yield started
    started.stop()


@pytest.fixture
def server(running: ThreadedServer) -> ThreadedServer:
    running.reset()
    return running


def create(server: ThreadedServer, **fields: Any) -> str:
    return str(server.call("tasks.create", **{"name": "a task", "type": "training", **fields})["id"])


def task(server: ThreadedServer, task_id: str) -> Doc:
    return dict(server.call("tasks.get_by_id", task=task_id)["task"])


def queue_of(server: ThreadedServer, name: str = "default") -> Doc:
    return dict(server.call("queues.get_all", name=f"^{name}$")["queues"][0])


def refusal(server: ThreadedServer, endpoint: str, **data: Any) -> tuple[int, int]:
    meta = server.post(endpoint, data).json()["meta"]
    return meta["result_code"], meta["result_subcode"]


def test_a_fresh_clone_has_no_status_changed_and_a_dequeued_one_has(server: ThreadedServer) -> None:
    clone = server.call("tasks.clone", task=create(server))["id"]
    assert "status_changed" not in task(server, clone)
    server.call("tasks.enqueue", task=clone)
    server.call("tasks.dequeue", task=clone)
    assert task(server, clone)["status"] == "created"
    assert "status_changed" in task(server, clone)


def test_a_clone_inherits_what_the_request_does_not_give(server: ThreadedServer) -> None:
    params = {"Args": {"lr": {"section": "Args", "name": "lr", "value": "1"}}}
    base = create(
        server,
        comment="why",
        tags=["t1"],
        system_tags=["development", "archived", "pipeline"],
        hyperparams=params,
        configuration={"c": {"name": "c", "value": "1"}},
        container={"image": "python:3"},
        runtime={"x": "1"},
        output_dest="s3://bucket",
    )
    server.call("tasks.add_or_update_artifacts", task=base, artifacts=[{"key": "a", "type": "dict"}])
    server.call("tasks.add_or_update_artifacts", task=base, artifacts=[{"key": "b", "type": "dict", "mode": "input"}])
    clone = task(server, server.call("tasks.clone", task=base)["id"])
    assert (clone["name"], clone["comment"], clone["tags"]) == ("a task", "why", ["t1"])
    assert clone["system_tags"] == ["pipeline"]
    assert (clone["hyperparams"], clone["runtime"]) == (params, {})
    assert clone["configuration"] == {"c": {"name": "c", "value": "1"}}
    assert (clone["container"], clone["output"]) == ({"image": "python:3"}, {"destination": "s3://bucket"})
    assert [item["key"] for item in clone["execution"]["artifacts"]] == ["b"]
    assert clone["parent"] == base
    assert task(server, server.call("tasks.clone", task=clone["id"])["id"])["parent"] == base


def test_what_a_clone_request_gives_replaces_the_whole_field(server: ThreadedServer) -> None:
    params = {"Args": {"lr": {"section": "Args", "name": "lr", "value": "1"}}}
    base = create(server, tags=["t1"], system_tags=["pipeline"], hyperparams=params)
    other = {"New": {"x": {"section": "New", "name": "x", "value": "2"}}}
    given = {"new_task_tags": ["t2"], "new_task_system_tags": ["s2"], "new_task_hyperparams": other}
    clone = task(server, server.call("tasks.clone", task=base, new_project_name="made/here", **given)["id"])
    assert (clone["tags"], clone["system_tags"], clone["hyperparams"]) == (["t2"], ["s2"], other)
    assert server.call("projects.get_by_id", project=clone["project"])["project"]["name"] == "made/here"


def test_enqueueing_a_queued_task_is_refused_and_disturbs_it(server: ThreadedServer) -> None:
    one = create(server)
    server.call("tasks.enqueue", task=one)
    answer = server.call("tasks.enqueue_many", ids=[one, "unknown"], queue=queue_of(server)["id"])
    assert [item["error"]["codes"] for item in answer["failed"]] == [[400, 706], [400, 101]]
    assert (task(server, one)["status"], task(server, one)["status_reason"]) == ("queued", "failed enqueueing")
    assert [entry["task"] for entry in queue_of(server)["entries"]] == [one]


def test_an_unknown_queue_id_is_refused_and_an_unknown_queue_name_is_made(server: ThreadedServer) -> None:
    one = create(server)
    assert refusal(server, "tasks.enqueue", task=one, queue="unknown") == (400, 701)
    assert task(server, one)["status"] == "created"
    assert refusal(server, "tasks.enqueue", task=one, queue="a", queue_name="b") == (400, 12)
    server.call("tasks.enqueue", task=one, queue_name="made")
    assert [entry["task"] for entry in queue_of(server, "made")["entries"]] == [one]


def test_a_queue_is_first_in_first_out_and_can_be_reordered(server: ThreadedServer) -> None:
    ids = [create(server, name=f"task {index}") for index in range(4)]
    queue = queue_of(server)["id"]
    server.call("tasks.enqueue_many", ids=ids, queue=queue)
    assert server.call("queues.move_task_to_front", queue=queue, task=ids[2]) == {"position": 0}
    assert server.call("queues.move_task_backward", queue=queue, task=ids[0], count=5) == {"position": 3}
    taken = [server.call("queues.get_next_task", queue=queue)["entry"]["task"] for _ in range(4)]
    assert taken == [ids[2], ids[1], ids[3], ids[0]]
    assert server.call("queues.get_next_task", queue=queue) == {}


def test_a_queue_is_watched_while_a_worker_is_registered_for_it(server: ThreadedServer) -> None:
    queue = queue_of(server)["id"]

    def watched() -> bool:
        answer = server.call("tasks.enqueue", task=create(server), queue=queue, verify_watched_queue=True)
        return bool(answer["queue_watched"])

    assert not watched()
    server.call("workers.register", worker="w1", queues=[queue], timeout=60)
    assert watched()
    server.call("workers.unregister", worker="w1")
    assert not watched()
    assert refusal(server, "workers.register", worker="w1", queues=["unknown"]) == (400, 701)


def test_a_queue_with_tasks_is_deleted_by_force_only(server: ThreadedServer) -> None:
    one, queue = create(server), server.call("queues.create", name="mine")["id"]
    server.call("tasks.enqueue", task=one, queue=queue)
    assert refusal(server, "queues.create", name="mine") == (400, 801)
    assert refusal(server, "queues.delete", queue=queue) == (400, 702)
    server.call("queues.delete", queue=queue, force=True)
    assert task(server, one)["status"] == "created"
    assert refusal(server, "queues.delete", queue=queue) == (400, 701)


@pytest.mark.parametrize(
    ("steps", "wrong"),
    [
        ((), "completed"),
        ((), "failed"),
        ((), "publish"),
        (("started", "completed"), "failed"),
        (("started", "completed"), "enqueue"),
        (("started",), "publish"),
        (("started", "completed", "publish"), "started"),
        (("started", "completed", "publish"), "reset"),
    ],
)
def test_a_status_change_that_the_machine_lacks_is_refused(
    server: ThreadedServer, steps: tuple[str, ...], wrong: str
) -> None:
    one = create(server)
    for step in steps:
        server.call(f"tasks.{step}", task=one)
    before = task(server, one)
    assert refusal(server, f"tasks.{wrong}", task=one) == (400, 110)
    assert task(server, one) == before


def test_started_on_a_running_task_is_accepted_and_keeps_its_start(server: ThreadedServer) -> None:
    one = create(server)
    server.call("tasks.started", task=one)
    first = task(server, one)["started"]
    assert server.call("tasks.started", task=one)["started"] == 1
    assert task(server, one)["started"] == first


def test_a_task_without_a_worker_is_stopped_at_once_and_one_with_a_worker_is_told(server: ThreadedServer) -> None:
    alone, tended = create(server), create(server)
    for one in (alone, tended):
        server.call("tasks.started", task=one)
    server.call("workers.status_report", worker="w1", timestamp=1, task=tended)
    server.call("tasks.stop_many", ids=[alone, tended])
    assert (task(server, alone)["status"], task(server, alone)["status_message"]) == (
        "stopped",
        "Stopped by Default User",
    )
    assert (task(server, tended)["status"], task(server, tended)["status_message"]) == ("in_progress", "stopping")


def test_a_reset_forgets_the_run_and_keeps_the_task(server: ThreadedServer) -> None:
    one = create(server, tags=["kept"])
    server.call("tasks.started", task=one)
    scalar = {"type": "training_stats_scalar", "task": one, "metric": "m", "variant": "v", "iter": 3, "value": 1}
    server.post("events.add_batch", [scalar, {"type": "log", "task": one, "msg": "text"}])
    server.call("tasks.edit_runtime", task=one, add_or_update={"x": "1"})
    assert task(server, one)["last_iteration"] == 3
    server.call("tasks.failed", task=one)
    server.call("tasks.reset", task=one)
    after = task(server, one)
    assert (after["status"], after["tags"], after["runtime"]) == ("created", ["kept"], {})
    assert (after["last_metrics"], after["last_iteration"]) == ({}, 0)
    assert not {"started", "completed"} & set(after)
    assert server.call("events.get_task_log", task=one)["total"] == 0


def test_configuration_is_edited_on_a_draft_or_by_force_on_a_running_task(server: ThreadedServer) -> None:
    one = create(server)
    item = {"name": "state", "value": "1", "type": "json"}
    assert server.call("tasks.edit_configuration", task=one, configuration=[item]) == {"updated": 1}
    server.call("tasks.started", task=one)
    assert refusal(server, "tasks.edit_configuration", task=one, configuration=[item]) == (400, 110)
    server.call("tasks.edit_configuration", task=one, configuration=[{**item, "value": "2"}], force=True)
    server.call("tasks.edit_configuration", task=one, configuration=[{**item, "name": "other"}], force=True)
    found = server.call("tasks.get_configurations", tasks=[one], names=["state"])["configurations"][0]
    assert found["configuration"] == [{**item, "value": "2"}]
    assert server.call("tasks.delete_configuration", task=one, configuration=["state"], force=True) == {"deleted": 1}
    assert [*task(server, one)["configuration"]] == ["other"]


def test_user_properties_are_editable_in_any_status(server: ThreadedServer) -> None:
    one = create(server)
    for step in ("started", "completed"):
        server.call(f"tasks.{step}", task=one)
    item = {"name": "version", "value": "1"}
    assert refusal(server, "tasks.edit_hyper_params", task=one, hyperparams=[{**item, "section": "Args"}]) == (400, 110)
    server.call("tasks.edit_hyper_params", task=one, hyperparams=[{**item, "section": "Properties"}])
    assert task(server, one)["hyperparams"]["properties"]["version"]["value"] == "1"


def test_an_edit_of_tags_moves_last_change_but_not_last_update(server: ThreadedServer) -> None:
    one = create(server)
    before = task(server, one)
    server.call("tasks.edit", task=one, tags=["new"])
    after = task(server, one)
    assert (after["last_update"], after["tags"]) == (before["last_update"], ["new"])
    assert after["last_change"] >= before["last_change"]
    server.call("tasks.started", task=one)
    assert refusal(server, "tasks.edit", task=one, tags=["x"]) == (400, 110)
    assert server.call("tasks.edit", task=one, tags=["x"], force=True)["updated"] == 1


def test_archiving_takes_a_task_out_of_its_queue(server: ThreadedServer) -> None:
    one = create(server)
    server.call("tasks.enqueue", task=one)
    assert server.call("tasks.archive", tasks=[one]) == {"archived": 1}
    assert queue_of(server)["entries"] == []
    assert (task(server, one)["status"], task(server, one)["system_tags"]) == ("created", ["archived"])
    server.call("tasks.unarchive_many", ids=[one])
    assert task(server, one)["system_tags"] == []


def test_a_finished_task_is_deleted_by_force_or_when_archived(server: ThreadedServer) -> None:
    one = create(server)
    for step in ("started", "completed"):
        server.call(f"tasks.{step}", task=one)
    child = create(server, parent=one)
    assert refusal(server, "tasks.delete", task=one) == (400, 123)
    assert server.call("tasks.delete", task=one, force=True)["deleted"] is True
    assert refusal(server, "tasks.get_by_id", task=one) == (400, 101)
    assert task(server, child)["parent"] == f"__DELETED__{one}"


def test_publishing_a_model_publishes_its_task(server: ThreadedServer) -> None:
    one = create(server)
    model = server.call("models.create", name="model", uri="file:///x", ready=False, task=one)["id"]
    for step in ("started", "completed"):
        server.call(f"tasks.{step}", task=one)
    assert server.call("models.set_ready", model=model)["published_task"]["id"] == one
    assert task(server, one)["status"] == "published"
    assert refusal(server, "models.set_ready", model=model) == (400, 203)


def test_events_for_published_or_unknown_tasks_are_not_added(server: ThreadedServer) -> None:
    one = create(server)
    for step in ("started", "completed", "publish"):
        server.call(f"tasks.{step}", task=one)
    line = {"type": "log", "msg": "late"}
    answer = server.post("events.add_batch", [{**line, "task": one}, {**line, "task": "unknown"}]).json()
    assert answer["meta"]["result_subcode"] == 131
    assert server.post("events.add_batch", [{**line, "task": one, "allow_locked": True}]).status_code == 200


@pytest.mark.parametrize(
    ("endpoint", "data", "codes"),
    [
        ("tasks.create", {"type": "training"}, (400, 12)),
        ("tasks.create", {"name": "a task", "type": "unheard of"}, (400, 12)),
        ("tasks.create", {"name": "a task", "type": "training", "project": "unknown"}, (400, 16)),
        ("tasks.create", {"name": "x", "type": "training"}, (400, 800)),
        ("tasks.create", {"name": "a task", "type": "training", "tags": ["__$all"]}, (400, 16)),
        ("tasks.clone", {"task": "unknown"}, (400, 101)),
        ("tasks.clone", {"task": 5}, (400, 12)),
        ("tasks.enqueue_many", {"ids": []}, (400, 12)),
        ("tasks.get_all_ex", {"tags": ["__$nonsense"]}, (400, 16)),
        ("tasks.get_all_ex", {"created": ["2026-01-01"]}, (400, 12)),
        ("projects.create", {}, (400, 12)),
        ("projects.create", {"name": "///"}, (400, 407)),
        ("projects.get_by_id", {"project": "unknown"}, (400, 401)),
        ("models.get_by_id", {"model": "unknown"}, (400, 201)),
        ("queues.get_by_id", {"queue": "unknown"}, (400, 701)),
        ("events.get_task_log", {"task": "unknown"}, (400, 101)),
    ],
)
def test_a_wrong_request_is_refused_with_the_servers_codes(
    server: ThreadedServer, endpoint: str, data: Doc, codes: tuple[int, int]
) -> None:
    assert refusal(server, endpoint, **data) == codes

"""What a real server answered, asked again: the same status and codes, the same message, the same keys and types.

Each recorded pair is replayed on an empty server that was brought into the state the answer speaks of.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.contract.seeding import Doc, World, complete_fields, implied, long_ago
from tests.contract.server_thread import ThreadedServer
from tests.contract.shape import differences, is_id
from tests.paths import RECORDED

PAIRS: list[Doc] = [json.loads(line) for line in RECORDED.read_text("utf-8").splitlines()]
_LISTS: dict[str, Callable[[World, Doc], None]] = {
    "tasks": World.like_task,
    "projects": World.like_project,
    "models": World.like_model,
    "queues": World.like_queue,
}


def label(index: int) -> str:
    pair = PAIRS[index]
    outcome = "" if pair["status"] == 200 else f"-{pair['status']}"
    return f"{index:03d}-{pair['endpoint']}{outcome}"


@pytest.fixture(scope="module")
def server() -> Iterator[ThreadedServer]:
    started = ThreadedServer()
    yield started
    started.stop()


def _objects(world: World, pair: Doc) -> None:
    """The objects that a reading answer shows."""
    service, _, action = pair["endpoint"].partition(".")
    data = pair["response"]["data"]
    if not action.startswith("get_") or service not in _LISTS:
        return
    shown = [item for item in data.get(service, ()) if isinstance(item, dict)]
    if isinstance(data.get(service[:-1]), dict):
        shown = [data[service[:-1]]]
    known = implied(pair["request"])
    world.recorded = {item["id"]: item for item in ({**known, **item} for item in shown) if "id" in item}
    for item in world.recorded.values():
        _LISTS[service](world, item)


def _status_before(pair: Doc) -> str | None:
    """The status that the request's task must have for the recorded answer."""
    endpoint, fails = pair["endpoint"], pair["status"] != 200
    if endpoint == "tasks.edit_configuration":
        return "stopped" if fails else "in_progress"
    if endpoint == "tasks.started" and "started" not in pair["response"]["data"]["fields"]:
        return "in_progress"
    return {
        "tasks.completed": "in_progress",
        "tasks.failed": "in_progress",
        "tasks.stopped": "in_progress",
        "tasks.publish": "completed",
        "tasks.reset": "failed",
        "tasks.dequeue": "queued",
    }.get(endpoint)


def _prepare(world: World, pair: Doc) -> None:
    request, data = pair["request"], pair["response"]["data"]
    endpoint, msg = pair["endpoint"], pair["response"]["meta"]["result_msg"]
    _objects(world, pair)
    status = _status_before(pair)
    if status:
        output = data.get("fields", {}).get("output", {})
        world.task(request["task"], status, output_dest=output.get("destination"))
    if endpoint == "projects.create" and "already exists" in msg:
        world.call("projects.create", name=request["name"])
    elif endpoint.startswith("projects.") and "Invalid project id" in msg:
        return
    elif endpoint == "tasks.enqueue_many":
        task = world.task(request["ids"][0], "queued" if data["failed"] else "created")
        if data["failed"]:
            world.queue(request["queue"])
        assert task
    elif endpoint == "queues.get_next_task":
        world.queue(request["queue"])
        world.task(data["entry"]["task"], "queued")
    elif endpoint == "workers.get_all":
        _worker(world, data["workers"][0])
    elif endpoint == "projects.get_task_tags":
        project = world.project(request["projects"][0])
        world.call("tasks.create", name="tagged", type="training", project=project, tags=data["tags"])
    elif endpoint.startswith("events.get") or endpoint == "events.scalar_metrics_iter_histogram":
        _events(world, pair)
    elif endpoint == "tasks.edit" and "script" in data["fields"]:
        world.task(request["task"], script={"requirements": data["fields"]["script"].get("requirements", {})})
    world.references(request[0] if isinstance(request, list) else request)


def _worker(world: World, recorded: Doc) -> None:
    queues = [world.queue(queue["id"], queue["name"]) for queue in recorded["queues"]]
    world.call("workers.register", worker=recorded["id"], queues=queues)
    world.call("workers.status_report", worker=recorded["id"], timestamp=1)


def _events(world: World, pair: Doc) -> None:
    request, data = pair["request"], pair["response"]["data"]
    task = world.task(request.get("task") or request["tasks"][0], "in_progress")
    scalar = {"type": "training_stats_scalar", "task": task, "iter": 1, "value": 0.5}
    events: list[Doc] = [{**event, "task": task} for event in data.get("events", ())]
    events += [{**scalar, **value, "iter": -(2**31)} for item in data.get("tasks", ()) for value in item["values"]]
    if pair["endpoint"].endswith("histogram"):
        for metric, variants in data.items():
            events += [{**scalar, "metric": metric, "variant": variant} for variant in variants]
    if events:
        assert world.server.post("events.add_batch", events).status_code == 200


def _send(world: World, pair: Doc) -> tuple[int, Doc]:
    request = pair["request"]
    if pair["endpoint"] == "events.add_batch" and request:
        request = request if isinstance(request, list) else [request]
    if isinstance(request, dict):
        request = long_ago(complete_fields(request, pair["response"]["data"]))
    answer = world.server.post(pair["endpoint"], world.mapped(request), pair["version"])
    return answer.status_code, answer.json()


def _learn_new_ids(world: World, recorded: Any, ours: Any) -> None:
    """Ids that the answers themselves bring up, in the same places."""
    if isinstance(recorded, dict) and isinstance(ours, dict):
        for key in set(recorded) & set(ours):
            _learn_new_ids(world, recorded[key], ours[key])
    elif is_id(recorded) and is_id(ours):
        world.ids.setdefault(recorded, ours)


@pytest.mark.parametrize("index", range(len(PAIRS)), ids=label)
def test_a_request_is_answered_as_the_real_server_did(server: ThreadedServer, index: int) -> None:
    pair = PAIRS[index]
    server.reset()
    world = World(server)
    _prepare(world, pair)
    status, body = _send(world, pair)
    meta, recorded = body["meta"], pair["response"]["meta"]
    assert (status, meta["result_msg"]) == (pair["status"], world.mapped(recorded["result_msg"]))
    assert {key: meta[key] for key in recorded if key != "result_msg"} == {
        key: value for key, value in recorded.items() if key != "result_msg"
    }
    _learn_new_ids(world, pair["response"]["data"], body["data"])
    assert differences(pair["response"]["data"], body["data"], world.ids) == []


def test_the_recording_is_whole() -> None:
    assert len(PAIRS) == 141
    assert len({pair["endpoint"] for pair in PAIRS}) == 56
    assert all(re.fullmatch(r"[a-z]+\.\w+", pair["endpoint"]) for pair in PAIRS)

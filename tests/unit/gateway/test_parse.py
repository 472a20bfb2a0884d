"""What the gateway reads from answers and writes into requests, tried on what a real server said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from clearml_sched_widgets.gateway import bodies, fields, parse
from clearml_sched_widgets.records import Param, TaskQuery
from tests.paths import RECORDED


def recorded(endpoint: str, field: str) -> Iterator[dict[str, Any]]:
    """The whole objects in the real server's answers of one endpoint."""
    for line in RECORDED.read_text(encoding="utf-8").splitlines():
        pair = json.loads(line)
        if pair["endpoint"] == endpoint and pair["status"] == 200:
            yield from (row for row in pair["response"]["data"][field] if isinstance(row, dict) and "id" in row)


def test_the_real_servers_tasks_are_read() -> None:
    tasks = [parse.task(row) for row in recorded("tasks.get_all_ex", "tasks")]
    whole = [task for task in tasks if task.created]
    assert len(tasks) > 20
    assert whole
    for task in whole:
        assert task.created is not None
        assert task.created.utcoffset() == timedelta(0)
    assert {task.status for task in tasks} >= {"created", "completed", "in_progress"}
    assert any(task.hyperparams.get("Scheduler", {}).get("key") for task in tasks)
    assert any(task.parent for task in tasks)


def test_the_real_servers_models_queues_and_lines_are_read() -> None:
    models = [parse.entity("model", row) for row in recorded("models.get_all_ex", "models")]
    assert [(m.status, m.tags) for m in models] == [("published", ("m1", "m2"))]
    assert all(model.changed and model.project_id and model.user_id for model in models)
    queues = [parse.queue(set(), row) for row in recorded("queues.get_all_ex", "queues")]
    assert [(queue.name, queue.waiting, queue.watched) for queue in queues] == [("default", 1, False)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-22T01:20:22.123000+00:00", datetime(2026, 11, 22, 1, 20, 22, 123000, timezone.utc)),
        ("2026-11-22T01:20:22+02:00", datetime(2026, 11, 21, 23, 20, 22, 0, timezone.utc)),
        ("2026-11-22T01:20:22", datetime(2026, 11, 22, 1, 20, 22, 0, timezone.utc)),
        ("2026-11-22T01:20:22Z", datetime(2026, 11, 22, 1, 20, 22, 0, timezone.utc)),
        ("", None),
        (None, None),
        ("yesterday", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("1969-12-31T23:59:59Z", None),
    ],
)
def test_times_are_in_utc_whatever_the_server_says(text: str | None, expected: datetime | None) -> None:
    assert fields.utc_time(text) == expected


def test_what_is_missing_or_null_is_empty() -> None:
    row = dict.fromkeys([*bodies.TASK_FIELDS, "project", "user", "execution", "hyperparams", "configuration"])
    task = parse.task({**row, "id": "t"})
    assert task == parse.task({"id": "t"})
    assert (task.name, task.project_id, task.tags, task.created, task.hyperparams) == ("", None, (), None, {})
    changed = "2026-01-01T00:00:00Z"
    assert parse.entity("model", {"id": "m", "user": "u", "project": "p", "last_change": changed}).project_id == "p"
    parameter = {"Args": {"lr": {"section": "Args", "name": "lr", "value": None}}}
    assert parse.task({"id": "t", "hyperparams": parameter}).hyperparams == {"Args": {"lr": Param(value="")}}


def test_an_event_of_several_lines_is_as_many_lines() -> None:
    events = [{"timestamp": 1500, "level": "WARNING", "msg": "one\ntwo\n"}, {"timestamp": 2000, "msg": "three"}]
    lines = [
        ((line.time - parse.EPOCH).total_seconds(), line.level, line.text)
        for e in events
        for line in parse.log_lines(e)
    ]
    assert lines == [(1.5, "warning", "one"), (1.5, "warning", "two"), (2.0, "info", "three")]


def test_a_time_is_sent_in_utc() -> None:
    berlin = timezone(timedelta(hours=2))
    query = TaskQuery(since=datetime(2026, 7, 1, 12, 0, tzinfo=berlin), order="last_change")
    assert bodies.task_query(query)["last_change"] == [">=2026-07-01T10:00:00+00:00"]


def test_no_more_is_asked_for_than_the_server_gives() -> None:
    body = bodies.task_query(TaskQuery(limit=10_000, page=3))
    assert (body["page"], body["page_size"]) == (3, 500)


def test_what_a_table_holds_becomes_json() -> None:
    moment = datetime(2026, 1, 2, 3, 4, tzinfo=timezone.utc)
    cells = [moment, moment.date(), timedelta(seconds=90), float("nan"), float("inf"), None, True, 1, 2.5, "<b>"]
    event = bodies.table_event("t", "Executed", {"cell": cells}, moment)
    figure = json.loads(event["plot_str"], parse_constant=pytest.fail)
    assert figure["data"][0]["cells"]["values"] == [
        ["2026-01-02T03:04:00+00:00", "2026-01-02", "0:01:30", None, None, None, True, 1, 2.5, "<b>"]
    ]
    assert (event["metric"], event["timestamp"]) == ("Executed", 1767323040000)

"""Whatever JSON a server sends: a gateway returns what its methods declare, or raises a GatewayError."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearml_sched_widgets.errors import GatewayError
from clearml_sched_widgets.gateway import answers, parse
from clearml_sched_widgets.gateway.answers import Data, Envelope
from clearml_sched_widgets.gateway.clearml import ClearMLGateway
from clearml_sched_widgets.gateway.http import Account, Connection
from clearml_sched_widgets.gateway.nonsense import LeftOut, Nonsense
from clearml_sched_widgets.records import TaskQuery
from tests.unit.gateway.calls import CALLS, MOMENT, OTHER, TASK, wrong_values

TIME = MOMENT.isoformat()
numbers = st.integers() | st.floats() | st.sampled_from([10**400, -(10**400)])
values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
# What is often right, so that the rest of a row is looked at, too.
ids = st.sampled_from([TASK, OTHER]) | values
times = st.just(TIME) | st.datetimes().map(lambda moment: moment.isoformat()) | values
references = ids | st.fixed_dictionaries({"id": ids}, optional={"name": st.just("P") | values})
texts = st.text(max_size=8) | values
tags = st.lists(st.text(max_size=8), max_size=2) | st.lists(values, max_size=2) | values
items = st.fixed_dictionaries({}, optional=dict.fromkeys(("value", "type", "description"), texts)) | values
sections = st.dictionaries(st.sampled_from(["Scheduler", "Args"]), st.dictionaries(st.text(max_size=3), items) | values)
FIELDS: Mapping[str, st.SearchStrategy[object]] = {
    **dict.fromkeys(("created", "started", "completed", "status_changed", "last_update", "last_change"), times),
    **dict.fromkeys(("project", "user", "parent"), references),
    **dict.fromkeys(("name", "type", "status", "status_message", "description", "msg", "level"), texts),
    **dict.fromkeys(("tags", "system_tags"), tags),
    "execution": st.fixed_dictionaries({"queue": references}) | values,
    "hyperparams": sections | values,
    "configuration": st.dictionaries(st.text(max_size=3), items) | values,
    "entries": st.lists(values, max_size=2) | values,
    "queues": st.lists(references, max_size=2) | values,
    "timestamp": numbers | values,
    "ready": st.booleans() | values,
}
rows = st.fixed_dictionaries({"id": ids}, optional=FIELDS) | values
LISTS = ("tasks", "models", "projects", "queues", "workers", "events", "succeeded", "failed")
data = st.fixed_dictionaries(
    {}, optional={**dict.fromkeys(LISTS, st.lists(rows, max_size=3) | values), "id": ids, "user": rows}
) | st.dictionaries(st.text(max_size=5), values, max_size=3)

READERS: Mapping[str, Callable[[object], object]] = {
    "tasks": lambda row: [parse.task_reader(TaskQuery(since=MOMENT, order="created"))(row)],
    "changed task": lambda row: [parse.entity_reader("task", MOMENT, None)(row)],
    "changed_at model": lambda row: [parse.entity_reader("model", MOMENT, MOMENT)(row)],
    "queues": lambda row: [parse.queue({TASK}, row)],
    "projects": lambda row: [parse.project(row)],
    "leases": lambda row: [parse.lease("P", row)],
    "log": parse.log_lines,
}
# Calls that look at the data of an answer.
READING = (
    *("server", "tasks", "tasks by one id", "tasks by ids", "tasks since", "changed dataset", "changed model"),
    *("queues watched", "projects", "log", "leases", "clone", "enqueue", "delete_drafts", "delete_task"),
    *("create_instance in a new project", "create_lease"),
)


class AnyServer:
    """In place of a connection: answers every request with the same data."""

    account = Account(api_url="http://localhost")

    def __init__(self, answer: Data) -> None:
        self._answer = answer

    def read(self, *_request: object, **_timeout: object) -> Data:
        return self._answer

    write = write_lines = read


@pytest.mark.parametrize(("name", "read"), READERS.items(), ids=READERS)
@settings(max_examples=60)
@given(row=rows)
def test_k3_any_row_is_read_or_makes_no_sense(name: str, read: Callable[[object], object], row: object) -> None:
    with contextlib.suppress(Nonsense):
        assert wrong_values(name, read(row)) == []


@given(row=rows)
def test_the_queues_of_any_worker_are_ids(row: object) -> None:
    with contextlib.suppress(Nonsense):
        assert all(isinstance(queue_id, str) for queue_id in parse.served_queues(row))


@pytest.mark.parametrize("name", READING)
@settings(max_examples=40)
@given(answer=data)
def test_k3_any_data_is_read_or_raises_a_gateway_error(name: str, answer: Data) -> None:
    gateway = ClearMLGateway()
    gateway._api._connection = cast(Connection, AnyServer(answer))
    with contextlib.suppress(GatewayError):
        assert wrong_values(name, CALLS[name](gateway)) == []
    assert wrong_values("left_out", gateway.left_out()) == []


@given(body=st.binary() | values.map(lambda value: json.dumps(value).encode()))
def test_k3_any_body_is_an_envelope_or_none(body: bytes) -> None:
    assert isinstance(answers.envelope(body), Envelope | None)


@given(meta=values, answer=values)
def test_k3_any_meta_is_read_or_is_none(meta: Any, answer: Any) -> None:
    body = json.dumps({"meta": meta, "data": answer}).encode()
    envelope = answers.envelope(body)
    assert envelope is None or type(envelope.meta.result_code) is int


@given(found=st.lists(rows, max_size=5))
def test_the_sentences_about_any_rows_are_short(found: list[object]) -> None:
    left_out = LeftOut()
    read = partial(parse.entity_reader("task", MOMENT, None))
    kept = left_out.read_rows("tasks.get_all_ex", found, read)
    assert len(kept) + len(left_out.sentences()) <= len(found)
    assert all(len(sentence) < 300 and sentence.isprintable() for sentence in left_out.sentences())

"""Rows of lists that make no sense are left out and told once. No list ends early because of them, or never ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from typing import Any, cast

import pytest

from clearml_sched_widgets.errors import NotFound, OutcomeUnknown, Unavailable
from clearml_sched_widgets.gateway.answers import Data
from clearml_sched_widgets.gateway.clearml import ClearMLGateway
from clearml_sched_widgets.gateway.http import Account, Connection
from clearml_sched_widgets.gateway.nonsense import MORE, LeftOut, Nonsense
from clearml_sched_widgets.gateway.paging import PAGE, pages
from clearml_sched_widgets.records import TaskQuery
from tests.unit.gateway.calls import CLONE, MOMENT, OTHER, QUEUE, TASK

Row = dict[str, Any]
NONSENSE: Mapping[str, object] = {
    "id": 5,
    "name": ["a"],
    "status": 1e400,
    "tags": "red",
    "system_tags": ["a", 5],
    "project": {"id": 5},
    "user": True,
    "execution": [],
    "created": 1767323045,
    "last_change": "yesterday",
    "hyperparams": [],
    "configuration": {"definition": "{}"},
}


def iso(seconds: float) -> str:
    return (MOMENT + timedelta(seconds=seconds)).isoformat()


def row(number: int, **fields: object) -> Row:
    """A task that was made and changed `number` seconds after a moment. The server has these times right."""
    time = iso(number)
    return {"id": f"{number:032x}", "name": "n", "created": time, "last_change": time, "is at": time, **fields}


class Lists:
    """In place of a connection: answers as the server does, with pages of the rows at or after the time asked for."""

    account = Account(api_url="http://localhost")

    def __init__(self, *rows: Row) -> None:
        self.rows = [*rows]
        self.requests = 0
        self.answer: Data | None = None  # of every request, instead

    def read(self, endpoint: str, body: Mapping[str, Any]) -> Data:
        self.requests += 1
        if self.answer is not None:
            return self.answer
        since = str((body.get("created") or body.get("last_change") or [""])[0]).removeprefix(">=")
        found = [row for row in self.rows if row["is at"] >= since and row["id"] in body.get("id", [row["id"]])]
        size = body.get("page_size", PAGE)
        start = body.get("page", 0) * size
        return {endpoint.partition(".")[0]: found[start : start + size]}

    def write(self, *_request: object, **_timeout: object) -> Data:
        assert self.answer is not None
        return self.answer


def connected(server: Lists) -> ClearMLGateway:
    gateway = ClearMLGateway()
    gateway._api._connection = cast(Connection, server)
    return gateway


@pytest.mark.parametrize("field", NONSENSE)
def test_k3_a_row_that_makes_no_sense_is_left_out_and_told_once(field: str) -> None:
    server = Lists(row(0), row(1, **{field: NONSENSE[field]}), row(2))
    gateway = connected(server)
    for _ in range(3):
        assert [task.id for task in gateway.tasks(TaskQuery())] == [server.rows[0]["id"], server.rows[2]["id"]]
    (sentence,) = gateway.left_out()
    assert sentence.startswith("tasks.get_all_ex: ")
    assert f"it makes no sense that {field} is " in sentence
    assert field == "id" or server.rows[1]["id"] in sentence


def test_what_the_rows_hold_is_told_only_if_it_cannot_be_a_secret() -> None:
    secret = {"section": "Args", "name": "password", "value": ["hunter2"]}
    gateway = connected(Lists(row(0, tags="x" * 500), row(1, hyperparams={"Args": {"password": secret}})))
    assert gateway.tasks(TaskQuery(hyperparams="all")) == []
    tags, params = gateway.left_out()
    assert len(tags) < 200
    assert params.endswith("it makes no sense that hyperparams is a list")


def test_at_most_a_hundred_sentences_are_told_and_one_that_there_are_more() -> None:
    left_out = LeftOut()

    def refuse(value: object) -> None:
        raise Nonsense("tags", value)

    told: list[tuple[str, ...]] = []
    for number in range(130):
        left_out.read_rows("tasks.get_all_ex", [{"id": str(number)}], refuse)
        told.append(left_out.sentences())
    assert [len(sentences) for sentences in told] == [*range(1, 101), *[101] * 30]
    assert all(later[: len(earlier)] == earlier for earlier, later in pairwise(told))
    assert told[-1][-1] == MORE


def test_an_own_connection_tells_into_the_same_list() -> None:
    gateway = connected(Lists())
    own = gateway.own_connection()
    own._api._connection = cast(Connection, Lists(row(0, tags=5)))
    assert own.tasks(TaskQuery()) == []
    assert len(gateway.left_out()) == 1


def test_numbers_are_texts_only_where_other_clients_write_them_so() -> None:
    params = {"Args": {name: {"value": value} for name, value in (("a", 5), ("b", 0.5), ("c", True), ("d", None))}}
    (task,) = connected(Lists(row(0, hyperparams=params))).tasks(TaskQuery(hyperparams="all"))
    assert {name: param.value for name, param in task.hyperparams["Args"].items()} == {
        "a": "5",
        "b": "0.5",
        "c": "True",
        "d": "",
    }


# -- what was asked for
@pytest.mark.parametrize(
    ("query", "fields"),
    [
        (TaskQuery(ids=(TASK, OTHER), order="created"), {"id": "somebody else's"}),
        (TaskQuery(statuses=("created",)), {"status": "queued"}),
        (TaskQuery(types=("service",)), {"type": "training"}),
        (TaskQuery(system_tags=("a",)), {"system_tags": ["b"]}),
        (TaskQuery(without_system_tags=("a",)), {"system_tags": ["a"]}),
        (TaskQuery(since=MOMENT, order="last_change"), {"last_change": None}),
        (TaskQuery(since=MOMENT, order="last_change"), {"last_change": iso(-1)}),
        (TaskQuery(since=MOMENT, order="created", bare=True), {"created": None}),
    ],
)
def test_a_row_that_was_not_asked_for_is_left_out(query: TaskQuery, fields: Row) -> None:
    server = Lists()
    server.answer = {"tasks": [{"id": TASK, "type": "service", "status": "created", "system_tags": [], **fields}]}
    gateway = connected(server)
    assert gateway.tasks(query) == []
    assert len(gateway.left_out()) == 1


def test_a_time_within_the_same_millisecond_was_asked_for() -> None:
    since = MOMENT + timedelta(microseconds=700)  # the server cuts it off
    gateway = connected(Lists())
    cast(Lists, gateway._api._connection).answer = {"tasks": [row(0)]}
    assert len(gateway.changed("task", since)) == 1
    assert len(gateway.tasks(TaskQuery(since=since, order="created"))) == 1


def test_k3_the_only_task_that_was_asked_for_does_not_seem_to_be_gone() -> None:
    gateway = connected(Lists(row(0, status=5)))
    with pytest.raises(Unavailable, match="its 'status' is missing or wrong"):
        gateway.tasks(TaskQuery(ids=(f"{0:032x}",), order="created"))
    assert gateway.tasks(TaskQuery(ids=("f" * 32,), order="created")) == []


def test_no_task_is_deleted_that_was_not_asked_for() -> None:
    server = Lists()
    server.answer = {"tasks": [row(0), {**row(1), "status": "in_progress"}, {**row(2), "status": "created"}]}
    connected(server).delete_drafts([f"{1:032x}", f"{3:032x}"])
    assert server.requests == 1  # only the look at them


# -- pages
def numbered(gateway: ClearMLGateway, read: Callable[[ClearMLGateway], list[str]]) -> list[int]:
    return sorted({int(found, 16) for found in read(gateway)})


def by_creation(gateway: ClearMLGateway) -> list[str]:
    return [task.id for page in pages(gateway, TaskQuery(order="created")) for task in page]


def by_change(gateway: ClearMLGateway) -> list[str]:
    """As a poll reads."""
    since, found = MOMENT, list[str]()
    while True:
        page = gateway.changed("task", since, PAGE)
        found += [entity.id for entity in page]
        if len(page) < PAGE:
            return found
        assert page[-1].changed is not None
        assert page[-1].changed > since
        since = page[-1].changed


@pytest.mark.parametrize("read", [by_creation, by_change])
@pytest.mark.parametrize(
    "bad", [{0}, {499}, {498, 499}, {0, 1, 2, 499, 500, 501}, {*range(0, 1200, 3)}, {*range(490)}], ids=str
)
def test_k3_a_full_page_with_rows_left_out_is_not_the_last(
    read: Callable[[ClearMLGateway], list[str]], bad: set[int]
) -> None:
    server = Lists(*(row(n, **{"created": 5, "last_change": None} if n in bad else {}) for n in range(1200)))
    found = numbered(connected(server), read)
    assert found == [number for number in range(1200) if number not in bad]
    assert server.requests <= 8


def test_pages_of_one_time_are_filled_up_too() -> None:
    server = Lists(*({**row(0), "id": f"{n:032x}", "tags": 5 if n < 10 else []} for n in range(700)))
    gateway = connected(server)
    first, second = gateway.changed_at("task", MOMENT, 0), gateway.changed_at("task", MOMENT, 1)
    assert len(first) == PAGE
    assert {entity.id for entity in (*first, *second)} == {f"{n:032x}" for n in range(10, 700)}


def test_a_list_of_nothing_but_nonsense_is_unavailable() -> None:
    server = Lists(*(row(n, tags=5) for n in range(20_000)))
    gateway = connected(server)
    with pytest.raises(Unavailable, match="makes no sense"):
        gateway.changed("task", MOMENT)
    assert server.requests == 11


@pytest.mark.parametrize(
    "read",
    [by_creation, lambda gateway: gateway.queues(), lambda gateway: gateway.leases("n")],
)
def test_a_server_that_always_sends_the_same_page_is_unavailable(read: Callable[[ClearMLGateway], object]) -> None:
    server = Lists()
    for seconds in (0, 1):
        page = [row(n * seconds) for n in range(PAGE)]
        server.answer = {"tasks": page, "queues": page, "projects": page}
        with pytest.raises(Unavailable, match="makes no sense"):
            read(connected(server))
    assert server.requests <= 20


def test_lines_that_are_left_out_are_not_the_beginning_of_a_log() -> None:
    server = Lists()
    events = [{"timestamp": 1000 * n, "msg": f"line {n}", "level": 5 if n % 4 == 0 else "info"} for n in range(100)]

    def read(_endpoint: str, body: Mapping[str, Any]) -> Data:
        server.requests += 1
        return {"events": events[-body["batch_size"] :]}

    server.read = read  # type: ignore[method-assign, assignment]
    gateway = connected(server)
    lines = gateway.log(TASK, 20)
    assert [line.text for line in lines] == [f"line {n}" for n in range(100) if n % 4][-20:]
    assert server.requests == 2
    assert len(gateway.log(TASK, 90)) == 75  # there are no more


@pytest.mark.parametrize("timestamp", [None, "5", -1, True, 10**15, 10**400, float("inf"), float("nan"), [5]])
def test_a_line_without_a_time_that_can_be_is_left_out(timestamp: object) -> None:
    server = Lists()
    server.answer = {"events": [{"timestamp": timestamp, "msg": "odd"}, {"timestamp": 1500.5, "msg": "good"}]}
    (line,) = connected(server).log(TASK)
    assert (line.text, line.time) == ("good", datetime(1970, 1, 1, 0, 0, 1, 500500, timezone.utc))


# -- writes
@pytest.mark.parametrize("answer", [{}, {"id": None}, {"id": 5}, {"id": ""}, {"id": ["x"]}, {"ids": ["x"]}])
def test_k3_a_write_whose_answer_lacks_the_id_has_an_unknown_outcome(answer: Data) -> None:
    server = Lists()
    server.answer = answer
    with pytest.raises(OutcomeUnknown, match="Whether it was carried out is not known"):
        connected(server).clone(CLONE)
    with pytest.raises(OutcomeUnknown, match="Whether it was carried out is not known"):
        connected(server).create_lease("name", "text")


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"succeeded": None, "failed": []},
        {"succeeded": [{"id": TASK}], "failed": []},
        {"succeeded": [{"id": TASK}, {"id": 5}], "failed": []},
        {"succeeded": [{"id": TASK}], "failed": [OTHER]},
        {"succeeded": {"id": TASK}, "failed": {"id": OTHER}},
        {"succeeded": [{"id": TASK}], "failed": [{"id": OTHER, "error": {"codes": 706}}]},
    ],
)
def test_k3_an_enqueueing_that_does_not_tell_of_every_task_has_an_unknown_outcome(answer: Data) -> None:
    server = Lists()
    server.answer = answer
    with pytest.raises(OutcomeUnknown):
        connected(server).enqueue([TASK, OTHER], QUEUE)


def test_an_enqueueing_tells_of_each_task() -> None:
    server = Lists()
    failed = {"id": OTHER, "error": {"codes": [400, 706], "msg": "queued already"}}
    server.answer = {"succeeded": [{"id": TASK}], "failed": [failed], "queue_watched": None}
    outcome = connected(server).enqueue([TASK, OTHER], QUEUE)
    assert (outcome.succeeded, outcome.failed, outcome.watched) == ((TASK,), {OTHER: "queued already"}, None)
    server.answer = {
        "succeeded": [],
        "failed": [{"id": each, "error": {"codes": [400, 701]}} for each in (TASK, OTHER)],
    }
    with pytest.raises(NotFound):
        connected(server).enqueue([TASK, OTHER], QUEUE)

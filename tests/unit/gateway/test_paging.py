"""Lists longer than one answer: every row is read, whatever happens to the others meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone
from functools import partial

from clearml_sched_widgets import Manager
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from clearml_sched_widgets.gateway.paging import PAGE, pages
from clearml_sched_widgets.records import INSTANCE_TAG, TaskQuery

BEGIN = datetime(2026, 1, 1, tzinfo=timezone.utc)
TAG = "of-this-test"


class Served(MemoryGateway):
    """A server on which time passes with each look at its clock, but while it is told to stand still."""

    def __init__(self) -> None:
        self.at, self.step = BEGIN, timedelta(seconds=1)
        super().__init__(now=self._now)

    def _now(self) -> datetime:
        self.at += self.step
        return self.at

    def fill(self, count: int) -> list[str]:
        return [self.add_task(f"task {number}", system_tags=(TAG,)) for number in range(count)]


def read(gateway: Served, order: str, between: Sequence[Callable[[], object]] = ()) -> tuple[set[str], int]:
    """The ids that were found, and in how many requests; what is to be done after the first page, the second, ..."""
    found: set[str] = set()
    acts, count = iter(between), 0
    for tasks in pages(gateway, TaskQuery(system_tags=(TAG,), order=order)):
        found.update(task.id for task in tasks)
        next(acts, lambda: None)()
        count += 1
    return found, count


def test_all_are_read_in_few_requests() -> None:
    gateway = Served()
    for count, requests in ((0, 1), (499, 1), (1, 2), (999, 4)):
        gateway.fill(count)
        found, asked = read(gateway, "created")
        assert (len(found), asked) == (len(gateway._tasks), requests)


def test_what_others_delete_meanwhile_hides_no_row() -> None:
    gateway = Served()
    ids = gateway.fill(1500)
    found, _ = read(gateway, "created", [partial(delete, gateway, ids[:100]), partial(delete, gateway, ids[300:400])])
    assert found >= {*ids[400:], *ids[100:300]}


def delete(gateway: Served, ids: list[str]) -> None:
    for one in ids:
        gateway.delete_task(one)


def touch(gateway: Served, ids: list[str]) -> None:
    for one in ids:
        gateway.ping(one)


def test_what_moves_meanwhile_is_read_again_and_hides_no_row() -> None:
    gateway = Served()
    ids = gateway.fill(1500)
    moves = [partial(touch, gateway, ids[:200]), partial(touch, gateway, ids[600:700])]
    found, requests = read(gateway, "last_change", moves)
    assert found == set(ids)
    assert requests <= 5


def test_rows_of_one_time_are_read_to_the_last() -> None:
    gateway = Served()
    gateway.fill(10)
    gateway.step = timedelta(0)
    gateway.fill(1200)
    gateway.step = timedelta(seconds=1)
    gateway.fill(600)
    found, _ = read(gateway, "created")
    assert len(found) == 1810


def test_a_bare_reading_gives_the_id_and_the_time_and_nothing_else() -> None:
    gateway = Served()
    (one,) = gateway.fill(1)
    (task,) = gateway.tasks(TaskQuery(ids=(one,), order="created", bare=True))
    assert (task.id, task.name, task.last_change) == (one, "", None)
    assert task.created is not None


def test_a_manager_knows_all_instances_the_latest_first() -> None:
    gateway = Served()
    ids = [gateway.create_instance(f"number {number}", "Many", {"definition": "{}"}) for number in range(PAGE + 100)]
    gateway.ping(ids[7])
    before = gateway.requests["tasks"]
    found = [instance.id for instance in Manager(gateway=gateway).instances()]
    assert gateway.requests["tasks"] - before == 2
    assert found[:2] == [ids[7], ids[-1]]
    assert sorted(found) == sorted(ids)
    assert all(INSTANCE_TAG in instance.task.system_tags for instance in Manager(gateway=gateway).instances())

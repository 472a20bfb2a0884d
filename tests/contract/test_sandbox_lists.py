"""Lists as the real server makes them: filters, order, pages, scroll, projection, hidden and archived objects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from clearml_sched_widgets.sandbox.metrics import key
from tests.contract.server_thread import ThreadedServer


@pytest.fixture(scope="module")
def running() -> Iterator[ThreadedServer]:
    started = ThreadedServer()
    yield started
    started.stop()


@pytest.fixture
def server(running: ThreadedServer) -> ThreadedServer:
    running.reset()
    return running


def create(server: ThreadedServer, name: str, **fields: Any) -> str:
    return str(server.call("tasks.create", **{"name": name, "type": "training", **fields})["id"])


def names(server: ThreadedServer, **filters: Any) -> list[str]:
    found = server.call("tasks.get_all_ex", only_fields=["name"], **filters)["tasks"]
    return [task["name"] for task in found]


def refusal(server: ThreadedServer, endpoint: str, **data: Any) -> tuple[int, int]:
    meta = server.post(endpoint, data).json()["meta"]
    return meta["result_code"], meta["result_subcode"]


TAGGED = {"red": ["red"], "blue": ["blue"], "both": ["red", "blue"], "none": []}


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (["red"], ["red", "both"]),
        (["red", "blue"], ["red", "blue", "both"]),
        (["__$all", "red", "blue"], ["both"]),
        (["__$and", "red", "__$not", "blue"], ["red"]),
        (["-red"], ["blue", "none"]),
        (["__$not", "red"], ["blue", "none"]),
        (["blue", "-red"], ["blue"]),
        (["__$or", "blue", "__$not", "red"], ["blue", "both", "none"]),
        ([None], ["none"]),
        (["red", None], ["red", "both", "none"]),
        ("blue", ["blue", "both"]),
    ],
)
def test_a_list_filter_means_any_unless_it_is_marked(server: ThreadedServer, tags: Any, expected: list[str]) -> None:
    for name, own in TAGGED.items():
        create(server, f"{name} task", tags=own)
    assert names(server, tags=tags) == [f"{name} task" for name in expected]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"any": {"include": ["red"], "exclude": ["blue"]}}, ["red", "both", "none"]),
        ({"all": {"include": ["red"], "exclude": ["blue"]}}, ["red"]),
        ({"any": {"include": ["red"]}, "all": {"exclude": ["blue"]}, "op": "or"}, ["red", "both", "none"]),
        ({"any": {"include": [None]}}, ["none"]),
    ],
)
def test_structured_filters(server: ThreadedServer, filters: Any, expected: list[str]) -> None:
    for name, own in TAGGED.items():
        create(server, f"{name} task", tags=own)
    assert names(server, filters={"tags": filters}) == [f"{name} task" for name in expected]


def test_a_status_and_a_type_are_lists_too(server: ThreadedServer) -> None:
    create(server, "draft")
    service = create(server, "service", type="service")
    server.call("tasks.started", task=service)
    assert names(server, status=["in_progress", "failed"]) == ["service"]
    assert names(server, type=["__$not", "service"]) == ["draft"]


def test_a_name_is_a_regular_expression(server: ThreadedServer) -> None:
    for name in ("run 1", "run 2", "Run 1", "my run 1"):
        create(server, name)
    assert names(server, name="^run [12]$") == ["run 1", "run 2"]
    assert names(server, name=r"^run\ 1$") == ["run 1"]
    assert names(server, name="run 1") == ["run 1", "my run 1"]
    assert names(server, _any_={"fields": ["name", "id"], "pattern": "^RUN"}) == ["run 1", "run 2", "Run 1"]
    assert refusal(server, "tasks.get_all_ex", name="(") == (400, 21)


def test_times_are_compared_and_ranges_include_both_ends(server: ThreadedServer) -> None:
    ids = [create(server, f"task {index}") for index in range(3)]
    times = [server.call("tasks.get_by_id", task=task)["task"]["created"] for task in ids]
    assert names(server, last_update=f">{times[0]}", order_by=["name"])[-1] == "task 2"
    assert "task 0" not in names(server, last_update=f">{times[0]}")
    assert "task 0" in names(server, last_update=[f">={times[0]}"])
    assert names(server, created=[times[0], times[2]]) == ["task 0", "task 1", "task 2"]
    assert "task 2" in names(server, created=[times[2], None])
    either = {"fields": ["last_update", "last_change"], "datetime": [f">={times[2]}"]}
    assert "task 2" in names(server, _or_=either)
    assert names(server, _or_={**either, "datetime": [">2999-01-01T00:00:00"]}) == []


def test_what_has_no_status_changed_matches_no_comparison(server: ThreadedServer) -> None:
    create(server, "fresh")
    started = create(server, "started")
    server.call("tasks.started", task=started)
    assert names(server, status_changed=">2000-01-01T00:00:00") == ["started"]


def test_a_metric_range_without_a_lower_end_also_finds_what_lacks_the_metric(server: ThreadedServer) -> None:
    low, high = create(server, "low"), create(server, "high")
    create(server, "silent")
    for task, value in ((low, 0.1), (high, 0.9)):
        event = {"type": "training_stats_scalar", "metric": "acc", "variant": "val", "iter": 1}
        assert server.post("events.add_batch", [{**event, "task": task, "value": value}]).status_code == 200
    path = f"last_metrics.{key('acc')}.{key('val')}.value"
    assert names(server, **{path: [0.5, None]}) == ["high"]
    assert names(server, **{path: [None, 0.5]}) == ["low", "silent"]
    assert names(server, **{path: ["0.5", "1"]}) == ["high"]


def test_hyperparameters_are_filtered_by_their_path(server: ThreadedServer) -> None:
    for value in ("1", "2"):
        item = {"section": "Args", "name": "a.b", "value": value}
        create(server, f"lr {value}", hyperparams={"Args": {"a.b": item}})
    assert names(server, **{"hyperparams.Args.a%2Eb.value": ["2"]}) == ["lr 2"]


def test_pages_are_clamped_and_ordered_to_the_end(server: ThreadedServer) -> None:
    for index in range(7):
        create(server, f"task {index}")
    pages = [names(server, order_by=["-name"], page=page, page_size=3) for page in range(4)]
    assert [len(page) for page in pages] == [3, 3, 1, 0]
    assert [name for page in pages for name in page] == [f"task {index}" for index in reversed(range(7))]
    assert refusal(server, "tasks.get_all_ex", page=-1, page_size=3) == (400, 12)
    assert refusal(server, "tasks.get_all_ex", page_size=0) == (400, 12)


def test_a_scroll_goes_on_where_it_was(server: ThreadedServer) -> None:
    for index in range(5):
        create(server, f"task {index}")
    answer = server.call("tasks.get_all_ex", scroll_id=None, size=3, order_by=["name"], only_fields=["name"])
    rest = server.call(
        "tasks.get_all_ex", scroll_id=answer["scroll_id"], size=3, order_by=["name"], only_fields=["name"]
    )
    assert [task["name"] for task in rest["tasks"]] == ["task 3", "task 4"]
    assert refusal(server, "tasks.get_all_ex", scroll_id=None) == (400, 12)


def test_what_lacks_the_field_comes_last_in_ascending_order(server: ThreadedServer) -> None:
    create(server, "fresh")
    for name in ("first", "second"):
        server.call("tasks.started", task=create(server, name))
    assert names(server, order_by=["started"]) == ["first", "second", "fresh"]
    assert names(server, order_by=["-started"]) == ["second", "first", "fresh"]
    assert refusal(server, "tasks.get_all_ex", order_by=["bogus"]) == (400, 14)


def test_fields_are_chosen_at_any_depth_and_through_references(server: ThreadedServer) -> None:
    project = server.call("projects.create", name="Some/place")["id"]
    params = {"Args": {"lr": {"section": "Args", "name": "lr", "value": "1"}}, "Other": {}}
    parent = create(server, "parent", project=project)
    create(server, "child", project=project, parent=parent, hyperparams=params)
    only = ["project.name", "parent.name", "parent.project.name", "hyperparams.Args", "status_changed"]
    task = server.call("tasks.get_all_ex", name="^child$", only_fields=only)["tasks"][0]
    place = {"id": project, "name": "Some/place"}
    assert set(task) == {"id", "project", "parent", "hyperparams"}
    assert task["project"] == place
    assert task["parent"] == {"id": parent, "name": "parent", "project": place}
    assert task["hyperparams"] == {"Args": params["Args"]}
    assert refusal(server, "tasks.get_all_ex", only_fields=["bogus"]) == (400, 14)


def test_a_plain_list_keeps_references_as_ids(server: ThreadedServer) -> None:
    parent = create(server, "parent")
    create(server, "child", parent=parent)
    assert server.call("tasks.get_all", name="^child$", only_fields=["parent"])["tasks"] == [{"parent": parent}]


def test_hidden_tasks_are_shown_on_request_and_archived_ones_always(server: ThreadedServer) -> None:
    create(server, "hidden", system_tags=["hidden"])
    archived = create(server, "archived")
    server.call("tasks.archive", tasks=[archived])
    assert names(server) == ["archived"]
    assert names(server, search_hidden=True) == ["hidden", "archived"]
    assert names(server, system_tags=["-archived"], search_hidden=True) == ["hidden"]


def test_projects_form_a_tree(server: ThreadedServer) -> None:
    leaf = server.call("projects.create", name="top/middle/leaf")["id"]
    top = server.call("projects.get_all", name="^top$")["projects"][0]
    found = server.call("projects.get_all", parent=[top["id"]], order_by=["name"])["projects"]
    assert [project["name"] for project in found] == ["top/middle", "top/middle/leaf"]
    shallow = server.call("projects.get_all", shallow_search=True)["projects"]
    assert [project["name"] for project in shallow] == ["top"]
    create(server, "deep", project=leaf)
    assert names(server, project=[top["id"]]) == []
    assert names(server, project=[top["id"]], include_subprojects=True) == ["deep"]
    server.call("projects.update", project=top["id"], name="renamed")
    assert server.call("projects.get_by_id", project=leaf)["project"]["name"] == "renamed/middle/leaf"


def test_hidden_projects_are_found_by_id_and_on_request(server: ThreadedServer) -> None:
    hidden = server.call("projects.create", name="leases/.mine", system_tags=["hidden"])["id"]
    assert server.call("projects.get_all_ex", name="mine")["projects"] == []
    assert server.call("projects.get_all_ex", id=[hidden])["projects"][0]["id"] == hidden
    assert server.call("projects.get_all_ex", name="mine", search_hidden=True)["projects"][0]["hidden"] is True


def test_the_tags_in_use_are_listed_once(server: ThreadedServer) -> None:
    create(server, "one", tags=["b", "a"])
    create(server, "two", tags=["a"], system_tags=["sys"])
    server.call("models.create", name="model", uri="file:///x", tags=["c"])
    assert server.call("organization.get_tags")["tags"] == ["a", "b", "c"]
    assert server.call("organization.get_tags", include_system=True)["system_tags"] == ["sys"]

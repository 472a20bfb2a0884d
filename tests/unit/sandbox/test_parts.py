"""The sandbox's pure parts: times, regular expressions, status machine, metrics, tokens, projection, the store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime, timezone

import pytest

from clearml_sched_widgets.sandbox import clock, metrics, status, tokens
from clearml_sched_widgets.sandbox.errors import INVALID_TASK_ID, ApiError
from clearml_sched_widgets.sandbox.filters import literal
from clearml_sched_widgets.sandbox.kinds import PROJECTS, TASKS
from clearml_sched_widgets.sandbox.list_filters import read_list
from clearml_sched_widgets.sandbox.projection import select, split_references
from clearml_sched_widgets.sandbox.store import Doc, Store, lookup


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-22T01:15:03.687905", "2026-11-22T01:15:03.687000+00:00"),
        ("2026-11-22T01:15:03Z", "2026-11-22T01:15:03.000000+00:00"),
        ("2026-11-22T03:15:03.5+02:00", "2026-11-22T01:15:03.500000+00:00"),
        ("2026-11-22T01:15:03.1234567Z", "2026-11-22T01:15:03.123000+00:00"),
        ("2026-11-22", "2026-11-22T00:00:00.000000+00:00"),
    ],
)
def test_times_are_read_with_any_offset_and_stored_in_milliseconds(text: str, expected: str) -> None:
    assert clock.stored(clock.parse(text)) == expected


def test_stored_times_sort_as_the_times_do() -> None:
    moments = [datetime(2026, 1, 1, 0, 0, second, micro, timezone.utc) for second in (0, 9) for micro in (0, 5000)]
    assert sorted(map(clock.stored, moments)) == [clock.stored(moment) for moment in moments]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("^job$", "job"),
        (r"^smoke\-5f\.5$", "smoke-5f.5"),
        ("^a b$", "a b"),
        ("job", None),
        ("^job", None),
        ("^jo.b$", None),
        (r"^\d$", None),
        ("^(a|b)$", None),
    ],
)
def test_a_pattern_for_one_string_is_recognised(pattern: str, expected: str | None) -> None:
    assert literal(pattern) == expected


def test_a_list_filter_is_sorted_into_actions() -> None:
    assert read_list("tags", ["a", "-b", None]) == ("AND", True, {"in": ["a"], "nin": ["b"]})
    assert read_list("tags", ["__$or", "a", "__$not", "-b"]) == ("OR", False, {"in": ["a"], "nin": ["-b"]})
    assert read_list("tags", ["__$all", "a", "__$nop", "b"]) == ("AND", False, {"all": ["a"], "in": ["b"]})


@pytest.mark.parametrize("data", [["__$not"], ["__$not", "__$all"], ["-"], [5]])
def test_a_malformed_list_filter_is_refused(data: list[object]) -> None:
    with pytest.raises(ApiError) as caught:
        read_list("tags", data)
    assert (caught.value.code, caught.value.subcode) == (400, 16)


def test_the_status_machine_allows_no_way_out_of_published() -> None:
    for new in status.STATUSES:
        with pytest.raises(ApiError):
            status.check_change(status.PUBLISHED, new)
    status.check_change(status.FAILED, status.QUEUED)


def test_an_error_lists_its_values_as_the_server_does() -> None:
    assert INVALID_TASK_ID(ids=["a", "b"]).msg == "Invalid task id: ids=(a, b)"
    assert INVALID_TASK_ID("invalid parent", parent="p").msg == "Invalid task id (invalid parent): parent=p"


def test_scalars_are_summarised() -> None:
    last: Doc = {}
    unique: list[str] = []
    for iteration, value in enumerate((0.5, 0.9, 0.1)):
        metrics.add_scalar(last, unique, {"metric": "acc", "variant": "val", "value": value, "iter": iteration})
    metrics.add_scalar(last, unique, {"metric": "acc", "variant": "val", "value": None})
    assert unique == ["acc/val"]
    assert last[metrics.key("acc")][metrics.key("val")] == {
        "metric": "acc",
        "variant": "val",
        "value": 0.1,
        "first_value": 0.5,
        "first_value_iteration": 0,
        "min_value": 0.1,
        "min_value_iteration": 2,
        "max_value": 0.9,
        "max_value_iteration": 1,
        "count": 3,
        "mean_value": 0.5,
    }


def test_only_a_token_of_the_same_key_is_accepted() -> None:
    token = tokens.sign({"a": 1}, b"key")
    assert tokens.unsign(token, b"key") == {"a": 1}
    for wrong in (token[:-2], token + "x", "x", ""):
        with pytest.raises(ValueError, match="Signature"):
            tokens.unsign(wrong, b"key")
    with pytest.raises(ValueError, match="Signature"):
        tokens.unsign(token, b"other")


def test_fields_are_selected_and_excluded() -> None:
    doc: Doc = {"id": "1", "name": "nightly", "unique_metrics": [], "script": {"diff": "x", "binary": "p"}}
    assert select(TASKS, doc, []) == {"id": "1", "name": "nightly", "script": {"diff": "x", "binary": "p"}}
    assert select(TASKS, doc, ["script.diff", "comment"]) == {"script": {"diff": "x"}}
    assert select(TASKS, doc, ["-script.diff", "-name"]) == {"id": "1", "script": {"binary": "p"}}
    assert "diff" in doc["script"]


def test_fields_of_references_are_told_from_fields_of_the_document() -> None:
    own, inner = split_references(TASKS, ["project.name", "execution.queue.name", "hyperparams.Args", "models.*"])
    assert sorted(own) == ["execution.queue", "hyperparams.Args", "id", "models", "project"]
    assert inner == {"project": ["name"], "execution.queue": ["name"]}


def test_a_path_goes_through_lists() -> None:
    doc = {"models": {"input": [{"model": "a"}, {"model": "b"}]}}
    assert lookup(doc, "models.input.model") == ["a", "b"]
    assert lookup(doc, "models.output.model") is None


@pytest.fixture
def store() -> Iterator[Store]:
    made = Store(":memory:")
    yield made
    made.close()


def project(name: str, tags: list[str]) -> Doc:
    return {"id": name, "name": name, "tags": tags, "system_tags": [], "path": []}


def test_a_saved_document_has_its_new_columns_and_labels(store: Store) -> None:
    doc = project("one", ["a", "b"])
    store.insert(PROJECTS, doc)
    store.save(PROJECTS, {**doc, "name": "renamed", "tags": ["b", "c"]})
    assert store.find(PROJECTS, "name = 'renamed'")[0]["tags"] == ["b", "c"]
    assert [row[0] for row in store.rows("SELECT value FROM labels ORDER BY value")] == ["b", "c"]
    assert store.delete(PROJECTS, ["one", "unknown"]) == 1
    assert store.rows("SELECT * FROM labels") == store.rows("SELECT * FROM projects_bodies") == []


def test_names_of_projects_are_unique(store: Store) -> None:
    store.insert(PROJECTS, project("one", []))
    with pytest.raises(sqlite3.IntegrityError):
        store.insert(PROJECTS, {**project("two", []), "name": "one"})

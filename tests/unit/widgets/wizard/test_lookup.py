"""What the form looks up: tasks by text, id and web address, parameters with their types, and projects."""

from __future__ import annotations

import attrs
import pytest

from clearml_sched_widgets import Action, Daily, Definition, Schedule, Wizard
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from clearml_sched_widgets.instances import preflight
from clearml_sched_widgets.manager import Manager
from clearml_sched_widgets.records import Param, Server
from clearml_sched_widgets.widgets.host.page_values import millis
from clearml_sched_widgets.widgets.wizard import lookup
from tests.unit.widgets.page import Page, memory_manager, schedule_data

ID = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f" {ID} ", (ID, "")),
        ("anything else", ("anything else", "")),
        (f"https://app.clear.ml/projects/p/experiments/{ID}/output/log", (ID, "app.clear.ml")),
        (f"https://app.clear.ml/projects/*/tasks/{ID}/execution?columns=name&order=-last_update", (ID, "app.clear.ml")),
        (f"http://ME:secret@Host:8080/tasks/{ID}", (ID, "host:8080")),
        (f"https://app.clear.ml/pipelines/p/experiments/{ID};tab=log", (ID, "app.clear.ml")),
        (f"https://host/#/projects/p/experiments/{ID}/info", (ID, "host")),
        (f"https://host/projects/{ID}/overview", ("", "host")),
        (f"https://host/projects/p/compare-tasks;ids={ID}", ("", "host")),
        (f"https://host/projects/p/tasks/{ID}0", ("", "host")),
        ("http://[vision] train", ("http://[vision] train", "")),
    ],
)
def test_an_id_and_the_address_of_a_tasks_page_name_a_task(text: str, found: tuple[str, str]) -> None:
    assert attrs.astuple(lookup.reference(text)) == found


class Served(MemoryGateway):
    """A server with web pages."""

    def server(self) -> Server:
        return Server(api_url="http://api.host:8008", web_url="https://app.host", user_id="u", user="Ann")


def test_an_address_of_another_server_is_named_as_such() -> None:
    gateway = Served()
    task = gateway.add_task("train", project="Vision", tags=["nightly"])
    ours = lookup.resolve(gateway, f"https://app.host/projects/x/experiments/{task}/output/log")
    assert (ours["id"], ours["task"]["name"], ours["task"]["tags"], ours["problem"]) == (task, "train", ["nightly"], "")
    theirs = lookup.resolve(gateway, f"https://app.clear.ml/projects/x/experiments/{ID}/output/log")
    assert theirs["task"] is None
    assert "another server, app.clear.ml; you are connected to app.host" in theirs["problem"]
    assert "no task" in lookup.resolve(gateway, "https://app.host/projects/x")["problem"]
    assert "no task of this id" in lookup.resolve(gateway, ID)["problem"]


def test_what_is_no_plain_task_is_said_to_be_so() -> None:
    gateway = MemoryGateway()
    old = gateway.add_task("old")
    gateway.archive(old)
    data = gateway.add_dataset("images")
    assert lookup.resolve(gateway, old)["task"]["archived"] is True
    assert lookup.resolve(gateway, data)["task"]["kind"] == "dataset"


def test_tasks_are_found_by_name_tag_project_and_id_but_not_what_nobody_runs() -> None:
    gateway = MemoryGateway()
    named = gateway.add_task("train model", project="Vision")
    tagged = gateway.add_task("other", project="Audio", tags=["trained nightly"])
    inside = gateway.add_task("third", project="Vision/Train")
    archived = gateway.add_task("train old")
    gateway.archive(archived)
    gateway.add_dataset("train data")
    found, more = lookup.search(gateway, " TRAIN ", 0)
    assert ({task.id for task in found}, more) == ({named, tagged, inside}, False)
    assert [task.id for task in lookup.search(gateway, tagged, 0)[0]] == [tagged]


def test_parameters_come_with_their_types_and_without_those_of_a_scheduler() -> None:
    gateway = MemoryGateway()
    long = "x" * (lookup.LONGEST_VALUE + 5)
    task = gateway.add_task(
        hyperparams={
            "Args": {"lr": Param(value="0.1", type="float", description="the rate"), "notes": Param(value=long)},
            "Scheduler": {"instance": Param(value="i1")},
        }
    )
    first, second = Page(Wizard(manager=Manager(gateway=gateway))).ask("parameters", id=task)["result"]["parameters"]
    assert first == {"name": "Args/lr", "value": "0.1", "length": 3, "type": "float", "description": "the rate"}
    assert (len(second["value"]), second["length"]) == (lookup.LONGEST_VALUE, len(long))
    assert lookup.parameters(gateway, ID) == []


@pytest.mark.parametrize(
    ("kind", "value", "fits"),
    [
        ("int", "3", True), ("int", "-3", True), ("int", "3.5", False), ("int", "many", False), ("int", "", False),
        ("float", "1e-3", True), ("float", "nan", True), ("float", "0,1", False),
        ("bool", "True", True), ("bool", "0", True), ("bool", "maybe", False),
        ("int", "${task.id}", True), ("str", "anything", True), ("", "anything", True), ("list", "[1", True),
    ],
)  # fmt: skip
def test_a_value_is_compared_with_the_type_of_the_base_tasks_own(kind: str, value: str, fits: bool) -> None:
    assert (lookup.expected_format(kind, value) == "") is fits


def test_a_value_of_another_type_is_warned_of_beside_its_parameter() -> None:
    gateway = MemoryGateway()
    task = gateway.add_task(hyperparams={"Args": {"epochs": Param(value="3", type="int")}})
    gateway.add_queue("default")
    schedule = Schedule(Action(task, parameters={"Args/epochs": "many", "Args/new": "x"}), Daily(["06:20"]))
    definition = Definition("Nightly", [schedule])
    [problem] = lookup.type_mismatches(definition, preflight.base_tasks(gateway, definition))
    assert problem.path == "schedules[0].action.parameters['Args/epochs']"
    assert "expected a whole number" in problem.message
    page = Page(Wizard(manager=Manager(gateway=gateway)))
    data = schedule_data(task, action={"task": task, "parameters": {"Args/epochs": "many"}})
    [warning] = page.ask("check", revision=1, data=data)["result"]["warnings"]
    assert warning["path"] == problem.path


def test_the_form_asks_which_task_is_the_latest_now_and_compares_the_types_with_it() -> None:
    manager, _ = memory_manager()
    gateway = manager.gateway
    assert isinstance(gateway, MemoryGateway)
    page = Page(Wizard(manager=manager))
    what = {"project": "Vision", "name": "train", "tags": "prod, gpu", "status": "completed"}
    nothing = {"task": None, "completed": None}
    assert page.ask("latest", **what)["result"] == {**nothing, "asked": True}
    assert page.ask("latest", **{**what, "name": "x"})["result"] == {**nothing, "asked": False}
    params = {"Args": {"epochs": Param(value="3", type="int")}}
    task = gateway.add_task("train", "Vision", status="completed", tags=("gpu", "prod"), hyperparams=params)
    found = page.ask("latest", **what)["result"]
    assert (found["task"]["id"], found["task"]["name"]) == (task, "train")
    assert found["completed"] == millis(gateway.task(task).completed)
    action = {"latest": {**what, "tags": ["prod"]}, "parameters": {"Args/epochs": "many"}}
    [warning] = page.ask("check", revision=1, data=schedule_data("", action=action))["result"]["warnings"]
    assert warning["path"] == "schedules[0].action.parameters['Args/epochs']"


def test_whether_a_project_exists_is_told_where_it_is_known() -> None:
    gateway = MemoryGateway()
    gateway.add_project("Vision/nightly")
    assert lookup.projects(gateway, "Vision/nightly") == {"projects": ["Vision/nightly"], "exists": True}
    assert lookup.projects(gateway, "vision")["exists"] is False
    assert lookup.projects(gateway, "Visi", limit=1)["exists"] is None


def test_a_definition_is_exported_as_json_or_yaml_and_refused_in_another_format() -> None:
    manager, task = memory_manager()
    page = Page(Wizard(manager=manager))
    text = page.ask("export", data=schedule_data(task), format="yaml")["result"]["text"]
    assert text.startswith("version: 1\nname: Nightly\n")
    assert page.ask("import", text=text)["result"]["data"]["name"] == "Nightly"
    [problem] = page.ask("import", text="{ not: [json")["error"]["problems"]
    assert problem["path"] == "line 1, column 3"
    assert "expected json or yaml" in page.ask("export", data=schedule_data(task), format="xml")["error"]["message"]


def report() -> None:
    """What a schedule may call."""


def test_a_function_of_python_survives_the_form_and_is_called_by_what_is_launched() -> None:
    manager, task = memory_manager()
    given = Definition(
        "Calls", [Schedule(Action(function=report), Daily(["06:20"])), Schedule(Action(task), Daily("7:00"))]
    )
    wizard = Wizard(given, manager)
    page = Page(wizard)
    page.ask("validate", revision=2**50, data=wizard.draft | {"name": "Calls twice"})
    assert wizard.definition.name == "Calls twice"
    function = wizard.definition.schedules[0].action.function
    assert function is not None
    assert function.call is report
    assert wizard.definition.schedules[1].action.task == task
    refused = page.ask("export", data=wizard.draft)["error"]["problems"]
    assert [problem["path"] for problem in refused] == ["schedules[0].action.function"]

"""How definitions and their parts show themselves: as the calls that make them, and as tables."""

from __future__ import annotations

import re

import pytest

from clearml_sched_widgets.definition import (
    Action,
    AllOf,
    AnyOf,
    Archived,
    Daily,
    DatasetTrigger,
    Definition,
    Interval,
    Latest,
    Monthly,
    Not,
    Once,
    Policies,
    Published,
    Schedule,
    Select,
    StatusChanged,
    Tagged,
    TaskTrigger,
    Untagged,
)

ACTION = Action("abc")
HOURLY = Interval("1h")


@pytest.mark.parametrize(
    ("part", "shown"),
    [
        (
            Daily(times="18:20,6:20", timezone="Europe/Berlin"),
            "Daily(timezone='Europe/Berlin', times=['06:20', '18:20'])",
        ),
        (Once(date="2026-12-01", times="6:00:30"), "Once(date='2026-12-01', times=['06:00:30'])"),
        (Interval("90s", anchor="2026-01-01T01:00+01:00"), "Interval(every='90s', anchor='2026-01-01T00:00:00Z')"),
        (
            Monthly(days=[1, "last"], times="6:00", months="mar"),
            "Monthly(days=[1, 'last'], times=['06:00'], months=[3])",
        ),
        (StatusChanged(to="failed", from_="queued"), "StatusChanged(to=['failed'], from_=['queued'])"),
        (
            AllOf([Archived(), Not(Tagged(any="a")), AnyOf(Untagged(all="b"))]),
            "AllOf(Archived(), Not(condition=Tagged(any=['a'])), AnyOf(Untagged(all=['b'])))",
        ),
        (Published(), "Published()"),
        (Policies(), "Policies()"),
        (Select(projects="p", subprojects=False), "Select(projects=['p'], subprojects=False)"),
        (
            Action(latest=Latest(name="train", tags="prod")),
            "Action(latest=Latest(name='train', tags=['prod']))",
        ),
        (Action("a", parameters={"A/b": 1}), "Action(task='a', parameters={'A/b': '1'})"),
        (
            Schedule(ACTION, HOURLY, name="x", id="i"),
            "Schedule(action=Action(task='abc'), recurrence=Interval(every='1h'), name='x', id='i')",
        ),
        (
            DatasetTrigger(ACTION, Tagged(any="a"), id="i"),
            "DatasetTrigger(action=Action(task='abc'), when=Tagged(any=['a']), id='i')",
        ),
    ],
)
def test_a_part_is_shown_as_the_call_that_makes_it(part: object, shown: str) -> None:
    assert repr(part) == shown
    assert eval(shown) == part


def test_a_definition_is_shown_in_a_line() -> None:
    definition = Definition("nightly", [Schedule(ACTION, HOURLY)], poll_every="90s")
    assert repr(definition) == "<Definition 'nightly': 1 schedule, 0 triggers, polled every 90s>"


def test_a_definition_is_a_table_in_a_notebook_and_nothing_in_it_is_html() -> None:
    evil = "<script>alert('x')</script>\"&"
    definition = Definition(
        evil,
        [Schedule(Action(evil, queue=evil), Daily(times="6:20"), name=evil)],
        [TaskTrigger(ACTION, Tagged(any=[evil]), enabled=False, name="watch")],
    )
    html = definition._repr_html_()
    assert html.startswith("<table>")
    assert "<script" not in html
    assert set(re.findall(r"<(/?\w+)", html)) <= {
        f"{slash}{tag}" for tag in ("table", "caption", "thead", "tbody", "tr", "th", "td") for slash in ("", "/")
    }
    assert html.count("<tr>") == 3
    assert "&lt;script&gt;" in html
    assert "<td>watch</td>" in html


@pytest.mark.parametrize(
    ("latest", "words"),
    [
        (Latest(name="train"), "the latest completed task “train”"),
        (Latest(project="Research/Night", status="published"), "the latest published task in Research/Night"),
        (Latest(tags=["prod"]), "the latest completed task tagged “prod”"),
        (
            Latest(project="Research", name="train", tags="prod, gpu"),
            "the latest completed task “train” in Research tagged “prod” and “gpu”",
        ),
        (Latest(name="\u05d0\u05d1\u05d2"), "the latest completed task “\u2068\u05d0\u05d1\u05d2\u2069”"),
    ],
)
def test_the_latest_task_is_told_in_words(latest: Latest, words: str) -> None:
    assert latest.words == words
    assert Action(latest=latest).subject == words
    assert words in Definition("nightly", [Schedule(Action(latest=latest), HOURLY)])._repr_html_()

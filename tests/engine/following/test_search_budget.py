"""Regular expressions that take too long cost a poll a second at most, and other triggers nothing."""

from __future__ import annotations

import pytest

from clearml_sched_widgets.conditions.selection import search_name
from clearml_sched_widgets.definition import Action, Definition, Policies, Select, StatusChanged, TaskTrigger
from clearml_sched_widgets.engine.following import search_budget
from clearml_sched_widgets.engine.following.search_budget import IN_ALL, PER_TRIGGER, QUICK, SearchBudget
from tests.engine.world import VirtualClock, World

BAD = "(a|aa)+$"  # takes twice as long with each letter


def on_name(world: World, pattern: str, item_id: str) -> TaskTrigger:
    select, policies = Select(name_regex=pattern), Policies(overlap="allow")
    return TaskTrigger(Action(world.base), StatusChanged(["completed"]), select, policies=policies, id=item_id)


def test_k9_a_slow_pattern_has_one_budget_for_all_names(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    granted: list[float] = []

    def counted(pattern: str, name: str, seconds: float, *, let_others_run: bool = True) -> bool:
        if pattern == BAD:
            granted.append(seconds)
        return search_name(pattern, name, seconds, let_others_run=let_others_run)

    monkeypatch.setattr(search_budget, "search_name", counted)
    triggers = [on_name(world, BAD, "slow"), on_name(world, "^a+ b+", "good")]
    engine = world.engine(Definition("two", [], triggers, poll_every="5s"))
    world.run_for(engine, 6)
    tasks = [world.gateway.add_task(f"{'a' * 40} {'b' * 20} {number}!", status="completed") for number in range(60)]
    world.run_for(engine, 12)
    assert sum(granted) <= PER_TRIGGER + QUICK * len(tasks)
    assert len(granted) < len(tasks)
    assert sorted(run.object for run in world.runs(engine)) == sorted(tasks)
    assert {run.item for run in world.runs(engine)} == {"good"}
    assert engine.snapshot is not None
    error = engine.snapshot.state.items["slow"].error
    assert "takes longer than 0.25 s on the name" in error
    assert error.endswith("Expected a simpler expression (59 more were left out)")
    assert world.log(engine).count("name_regex") == 1


class Searches:
    """Stands for `search_name`: patterns are seconds that a search takes, on a clock of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock = VirtualClock()
        self.budget = SearchBudget(self.clock.monotonic)
        monkeypatch.setattr(search_budget, "search_name", self._search)

    def _search(self, pattern: str, _name: str, seconds: float, *, let_others_run: bool = True) -> bool:
        assert let_others_run == (seconds > QUICK)  # what takes long must not hold up other threads
        self.clock.advance(min(float(pattern), seconds))
        if float(pattern) > seconds:
            raise TimeoutError(f"takes longer than {seconds:g} s")
        return True

    def found(self, trigger: str, seconds: float, names: int) -> int:
        """How many of so many names one trigger searches."""
        count = 0
        for number in range(names):
            try:
                count += self.budget.search(trigger, str(seconds), f"train {number}")
            except TimeoutError:
                continue
        return count

    def spent(self) -> float:
        return self.clock.monotonic() - VirtualClock().monotonic()


def test_quick_searches_cost_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    searches = Searches(monkeypatch)
    assert searches.found("good", QUICK / 2, 5000) == 5000


def test_searches_that_end_count_by_their_time(monkeypatch: pytest.MonkeyPatch) -> None:
    searches = Searches(monkeypatch)
    found = searches.found("slow", 0.1, 60)
    assert PER_TRIGGER / 0.1 <= found <= PER_TRIGGER / 0.1 + 1
    assert searches.spent() <= PER_TRIGGER + 0.1 + 8 * QUICK


def test_all_slow_triggers_share_one_budget_and_quick_ones_lose_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    searches = Searches(monkeypatch)
    for number in range(20):
        assert searches.found(f"slow {number}", 3, 60) == 0
    assert searches.spent() <= IN_ALL + 24 * QUICK
    assert searches.found("good", QUICK / 2, 100) == 100


def test_what_was_not_tried_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    searches = Searches(monkeypatch)
    searches.found("slow", 3, 2)
    with pytest.raises(TimeoutError, match="takes too long in one poll, and was not tried"):
        searches.budget.search("slow", "3", "train")

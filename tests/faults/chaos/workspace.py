"""What users have configured: a random definition with every policy, and random edits of it."""

from __future__ import annotations

import random

import attrs

from clearml_sched_widgets.definition import (
    Action,
    Cron,
    Daily,
    DatasetTrigger,
    Definition,
    Interval,
    ModelTrigger,
    Once,
    Policies,
    Published,
    Rule,
    Schedule,
    Select,
    StatusChanged,
    Tagged,
    TaskTrigger,
    Trigger,
)
from tests.faults.chaos.server import WATCHED

TAG = "go"
MOST_ITEMS = 10


def tidy() -> None:
    """The function that an item calls."""


class Workspace:
    """The definition, as it is and as it was."""

    def __init__(self, seed: int, base: str, reused: str) -> None:
        self._random = random.Random(f"{seed} workspace")
        self._base, self.reused = base, reused
        self._made = 0
        self.definitions = [self._first()]

    @property
    def definition(self) -> Definition:
        return self.definitions[-1]

    def edit(self) -> str:
        """Change the definition. Returns in words what changed."""
        kinds = ("toggle", "toggle", "time", "policies", "add", "remove", "rename", "poll")
        kind = self._random.choice(kinds)
        before = self.definition
        item = self._random.choice([one for one in before.items if one.id != "strong"] or before.items)
        after, what = self._edited(kind, before, item)
        self.definitions.append(after)
        return what

    def _edited(self, kind: str, before: Definition, item: Schedule | Trigger) -> tuple[Definition, str]:
        draw = self._random
        if kind == "add" and len(before.items) < MOST_ITEMS:
            new = self._any_schedule() if draw.random() < 0.6 else self._any_trigger()
            return _with(before, [*before.items, new]), f"adds {new.id}"
        if kind == "remove" and len(before.items) > 3:
            return _with(before, [one for one in before.items if one.id != item.id]), f"removes {item.id}"
        if kind == "time" and isinstance(item, Schedule):
            return _replaced(before, attrs.evolve(item, recurrence=self._rule())), f"gives {item.id} another time"
        if kind == "policies" and item.action.method == "clone":
            policies = self._policies() if isinstance(item, Schedule) else self._trigger_policies()
            return _replaced(before, attrs.evolve(item, policies=policies)), f"gives {item.id} other policies"
        if kind == "poll":
            return attrs.evolve(before, poll_every=draw.choice(("4s", "10s", "20s"))), "changes how often it polls"
        if kind == "rename":
            return _replaced(
                before, attrs.evolve(item, name=f"{item.id} {len(self.definitions)}")
            ), f"renames {item.id}"
        toggled = attrs.evolve(item, enabled=not item.enabled)
        return _replaced(before, toggled), f"{'disables' if item.enabled else 'enables'} {item.id}"

    def _first(self) -> Definition:
        draw = self._random
        strong = Schedule(
            Action(self._base),
            Interval(every=f"{draw.choice((20, 30, 45, 60))}s"),
            Policies(missed="all", overlap="allow", catchup_window="2d"),
            id="strong",
            name="strong",
        )
        latest = Schedule(
            Action(self._base),
            Interval(every=f"{draw.choice((40, 75, 100))}s"),
            Policies(missed="latest", overlap="allow", catchup_window="2d"),
            id="latest",
            name="latest",
        )
        schedules = [strong, latest, *(self._any_schedule() for _ in range(draw.randrange(2, 4)))]
        if draw.random() < 0.7:
            schedules.append(self._odd_schedule("reuse"))
        if draw.random() < 0.9:
            schedules.append(self._odd_schedule("function"))
        events = TaskTrigger(
            Action(self._base),
            StatusChanged(to=["completed"]),
            Select(name=WATCHED),
            Policies(overlap="queue"),
            id="events",
            name="events",
        )
        triggers = [events, *(self._any_trigger() for _ in range(draw.randrange(1, 3)))]
        return Definition("chaos", schedules, triggers, poll_every=draw.choice(("4s", "10s")))

    def _id(self, kind: str) -> str:
        self._made += 1
        return f"{kind}{self._made}"

    def _any_schedule(self) -> Schedule:
        draw, item_id = self._random, self._id("schedule")
        return Schedule(
            Action(self._base, time_limit=draw.choice((None, None, None, "40s", "3m"))),
            self._rule(),
            self._policies(),
            id=item_id,
            name=item_id,
            run_at_start=draw.random() < 0.2,
        )

    def _odd_schedule(self, kind: str) -> Schedule:
        """A schedule that launches no clones."""
        draw, reuse = self._random, kind == "reuse"
        action = Action(self.reused, reuse_task=True) if reuse else Action(function=tidy)
        overlaps = (None, "skip", "queue", "cancel_previous") if reuse else (None, "allow", "skip", "queue")
        policies = Policies(
            overlap=draw.choice(overlaps), missed=draw.choice(("skip", "latest", "all")), retries=draw.choice((0, 1))
        )
        return Schedule(action, self._rule(), policies, id=kind, name=f"{kind} item")

    def _any_trigger(self) -> Trigger:
        draw, item_id = self._random, self._id("trigger")
        kind = draw.choice((TaskTrigger, DatasetTrigger, ModelTrigger))
        conditions = [Tagged(any=[TAG]), Published()]
        if kind is not ModelTrigger:
            conditions.append(StatusChanged(to=draw.choice((["completed"], ["failed"], ["completed", "failed"]))))
        return kind(
            Action(self._base),
            draw.choice(conditions),
            Select(name=WATCHED),
            self._trigger_policies(),
            id=item_id,
            name=item_id,
            include_existing=draw.random() < 0.15,
        )

    def _trigger_policies(self) -> Policies:
        draw = self._random
        return Policies(
            overlap=draw.choice((None, "queue", "allow", "allow", "skip", "cancel_previous")),
            retries=draw.choice((0, 0, 1)),
            retry_backoff="5s",
            max_runs=draw.choice((None, None, None, 3)),
        )

    def _policies(self) -> Policies:
        draw = self._random
        return Policies(
            overlap=draw.choice((None, "allow", "skip", "queue", "cancel_previous")),
            missed=draw.choice(("skip", "latest", "all")),
            catchup_window=draw.choice(("3m", "15m", "2d")),
            retries=draw.choice((0, 0, 1, 2)),
            retry_backoff=draw.choice(("5s", "15s")),
            pause_after_failures=draw.choice((None, None, None, 2)),
            max_runs=draw.choice((None, None, None, 4, 9)),
            jitter=draw.choice((None, None, "8s", "20s")),
        )

    def _rule(self) -> Rule:
        draw = self._random
        kind = draw.choice(("interval", "interval", "daily", "cron", "once"))
        if kind == "interval":
            return Interval(every=f"{draw.choice((25, 40, 60, 90, 150))}s")
        if kind == "cron":
            return Cron(draw.choice(("*/2 * * * *", "*/5 * * * *", "3-59/4 11-13 * * *", "1,2,9,17,30,44 * * * *")))
        times = sorted({f"{draw.choice((12, 12, 13))}:{draw.randrange(60):02d}" for _ in range(draw.randrange(4, 12))})
        return Daily(times=times) if kind == "daily" else Once(date="2026-11-23", times=times)


def _with(definition: Definition, items: list[Schedule | Trigger]) -> Definition:
    return attrs.evolve(
        definition,
        schedules=[item for item in items if isinstance(item, Schedule)],
        triggers=[item for item in items if isinstance(item, Trigger)],
    )


def _replaced(definition: Definition, item: Schedule | Trigger) -> Definition:
    return _with(definition, [item if one.id == item.id else one for one in definition.items])

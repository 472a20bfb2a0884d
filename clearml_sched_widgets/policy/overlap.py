"""PURE: which owed launches may be tried now, and which wait for, or put an end to, the runs before them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import attrs

from clearml_sched_widgets.definition import Schedule, Trigger
from clearml_sched_widgets.policy.run import Run
from clearml_sched_widgets.policy.state import Launch

UNFINISHED = "the run before it is not finished; the overlap policy is skip"
ONE_WAITS = "another run waits already; the overlap policy is queue"
REPLACED = "a later run takes its place; the overlap policy is cancel_previous"
TOO_MANY_WAIT = "{} events wait already"
MOST_WAITING = 5000  # events of one trigger that wait for their turn: they are kept in the instance's state


@attrs.frozen(kw_only=True)
class OverlapDecision:
    """What to do about one item's owed launches: try, hold, leave out; and the runs that are to be stopped first."""

    go: tuple[Launch, ...] = ()
    hold: tuple[Launch, ...] = ()
    replaced: tuple[Launch, ...] = ()
    stop: tuple[Run, ...] = ()


def free_places(overlap: str, active: int, waiting: int) -> int | None:
    """How many slots a schedule takes on top of its runs and of those that wait; None if there is no bound."""
    if overlap == "skip":
        return 0 if active + waiting else 1
    if overlap == "queue":
        return max(0, 2 - min(1, active) - waiting)
    return None


def apply_overlap(
    item: Schedule | Trigger,
    paused: bool,
    owed: Sequence[Launch],
    active: Sequence[Run],
    launched: Callable[[str], bool],
    now: datetime,
) -> OverlapDecision:
    """Whose turn it is of an item's owed launches, given its runs that are queued or running.

    `launched` tells whether a run key is on the server already as more than a draft: then it is no new run, whatever
    the policy. What a user starts by hand goes at once too, and of a disabled item nothing but that and backfills.
    """
    free = [launch for launch in owed if launch.cause == "manual" or launched(launch.key)]
    freed = {launch.key for launch in free}
    rest = [launch for launch in owed if launch.key not in freed]
    if paused:
        return OverlapDecision(go=tuple(free), hold=tuple(rest))
    if not item.enabled and any(launch.cause != "backfill" for launch in rest):
        asked = [launch for launch in owed if launch.key in freed or launch.cause == "backfill"]
        found = apply_overlap(item, paused, asked, active, launched, now)
        idle = tuple(launch for launch in rest if launch.cause != "backfill")
        return attrs.evolve(found, hold=(*found.hold, *idle))
    if item.overlap == "allow":
        return OverlapDecision(go=tuple(owed))
    if item.overlap == "cancel_previous":
        return _latest(free, rest, active)
    return _in_order(free, rest, active, now)


def _in_order(free: Sequence[Launch], rest: Sequence[Launch], active: Sequence[Run], now: datetime) -> OverlapDecision:
    """One at a time. A retry that is not due yet lets others go before."""
    due = [launch for launch in rest if launch.cause != "retry" or not launch.not_before or launch.not_before <= now]
    first = due[0] if due and not active else None
    hold = tuple(launch for launch in rest if launch is not first)
    return OverlapDecision(go=(*free, first) if first else tuple(free), hold=hold)


def _latest(free: Sequence[Launch], rest: Sequence[Launch], active: Sequence[Run]) -> OverlapDecision:
    """The latest slot or event replaces what waits, and what runs. Backfills go one by one while nothing else does."""
    backfills = [launch for launch in rest if launch.cause == "backfill"]
    others = [launch for launch in rest if launch.cause != "backfill"]
    others.sort(key=lambda launch: (launch.cause != "retry", launch.nominal))
    replaced, latest = others[:-1], others[-1:]
    stop = active if latest and latest[0].cause != "retry" else ()  # a retry only waits
    ahead = [*latest, *backfills]
    taken = 1 if ahead and not active else 0
    return OverlapDecision(
        go=(*free, *ahead[:taken]), hold=tuple(ahead[taken:]), replaced=tuple(replaced), stop=tuple(stop)
    )

"""PURE: applies the overlap policy: which pending launches are tried now, which wait, and which runs are stopped."""

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
MOST_WAITING = 5000  # events of one trigger; they are stored in the instance's state


@attrs.frozen(kw_only=True)
class OverlapDecision:
    """What to do with the pending launches of one item.

    `go` is tried now, `hold` waits, `replaced` is never launched. The runs in `stop` are stopped first.
    """

    go: tuple[Launch, ...] = ()
    hold: tuple[Launch, ...] = ()
    replaced: tuple[Launch, ...] = ()
    stop: tuple[Run, ...] = ()


def launch_capacity(overlap: str, active: int, waiting: int) -> int | None:
    """How many more slots a schedule may launch or keep waiting; None if there is no limit."""
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
    is_launched: Callable[[str], bool],
    now: datetime,
) -> OverlapDecision:
    """Decide about an item's pending launches (`owed`), given its queued or running runs (`active`).

    `is_launched` is true for a run key that the server has already, as more than a draft. Such a launch starts no new
    run, so the policy does not hold it. Manual launches go at once too. All others of a disabled item are held, except
    backfills.
    """
    exempt = [launch for launch in owed if launch.cause == "manual" or is_launched(launch.key)]
    exempt_keys = {launch.key for launch in exempt}
    rest = [launch for launch in owed if launch.key not in exempt_keys]
    if paused:
        return OverlapDecision(go=tuple(exempt), hold=tuple(rest))
    if not item.enabled and any(launch.cause != "backfill" for launch in rest):
        requested = [launch for launch in owed if launch.key in exempt_keys or launch.cause == "backfill"]
        decision = apply_overlap(item, paused, requested, active, is_launched, now)
        held = tuple(launch for launch in rest if launch.cause != "backfill")
        return attrs.evolve(decision, hold=(*decision.hold, *held))
    if item.overlap == "allow":
        return OverlapDecision(go=tuple(owed))
    if item.overlap == "cancel_previous":
        return _cancel_previous(exempt, rest, active)
    return _one_at_a_time(exempt, rest, active, now)


def _one_at_a_time(
    exempt: Sequence[Launch], rest: Sequence[Launch], active: Sequence[Run], now: datetime
) -> OverlapDecision:
    """Try the first launch if no run is active. A retry that is not due yet lets the others go first."""
    due = [launch for launch in rest if launch.cause != "retry" or not launch.not_before or launch.not_before <= now]
    first = due[0] if due and not active else None
    hold = tuple(launch for launch in rest if launch is not first)
    return OverlapDecision(go=(*exempt, first) if first else tuple(exempt), hold=hold)


def _cancel_previous(exempt: Sequence[Launch], rest: Sequence[Launch], active: Sequence[Run]) -> OverlapDecision:
    """The latest slot or event replaces all that wait or run. Backfills go one at a time, after it."""
    backfills = [launch for launch in rest if launch.cause == "backfill"]
    others = [launch for launch in rest if launch.cause != "backfill"]
    others.sort(key=lambda launch: (launch.cause != "retry", launch.nominal))
    replaced, latest = others[:-1], others[-1:]
    stop = active if latest and latest[0].cause != "retry" else ()  # a retry waits for active runs
    waiting = [*latest, *backfills]
    count = 1 if waiting and not active else 0
    return OverlapDecision(
        go=(*exempt, *waiting[:count]), hold=tuple(waiting[count:]), replaced=tuple(replaced), stop=tuple(stop)
    )

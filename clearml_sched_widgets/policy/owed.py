"""PURE: decides which pending launches are tried now, which later, and which are given up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import attrs

from clearml_sched_widgets.definition import Definition, Schedule
from clearml_sched_widgets.policy.decide import due_at
from clearml_sched_widgets.policy.state import Launch

# The first and the longest delay between two tries: if the server may accept the launch soon, and otherwise.
SOON, LONGEST_SOON = timedelta(seconds=2), timedelta(minutes=1)
PATIENT, LONGEST_PATIENT = timedelta(seconds=15), timedelta(minutes=15)


@attrs.frozen(kw_only=True)
class Outcome:
    """The result of one try to launch. With an `error` the launch stays pending.

    `retryable` is true if the server may accept it soon, for example after an outage.
    """

    launch: Launch
    run_id: str = ""
    base: str = ""  # the id of the task of which the run is a clone
    error: str = ""
    retryable: bool = False
    watched: bool | None = None  # whether an agent serves the queue; None if unknown
    note: str = ""
    given_up: str = ""  # why it is never launched


def delay(tries: int, *, retryable: bool) -> timedelta:
    """The delay before the next try. Doubles with each, from 2 s to 1 min if `retryable`, else from 15 s to 15 min."""
    first, longest = (SOON, LONGEST_SOON) if retryable else (PATIENT, LONGEST_PATIENT)
    return min(longest, first * (1 << min(tries, 10)))


def by_item(pending: Iterable[Launch]) -> dict[str, list[Launch]]:
    """The pending launches by item id, in their order."""
    grouped: dict[str, list[Launch]] = {}
    for launch in pending:
        grouped.setdefault(launch.item, []).append(launch)
    return grouped


def ready(pending: Iterable[Launch], now: datetime) -> list[Launch]:
    """The pending launches that may be tried now."""
    return [launch for launch in pending if launch.not_before is None or launch.not_before <= now]


def after(pending: Iterable[Launch], outcomes: Iterable[Outcome], now: datetime) -> tuple[Launch, ...]:
    """The pending launches after a try: those that succeeded are removed, those that failed are delayed."""
    by_key = {outcome.launch.key: outcome for outcome in outcomes}
    return tuple(_with_next_try(launch, by_key, now) for launch in pending if not _is_settled(launch, by_key))


def _is_settled(launch: Launch, outcomes: Mapping[str, Outcome]) -> bool:
    return launch.key in outcomes and not outcomes[launch.key].error


def _with_next_try(launch: Launch, outcomes: Mapping[str, Outcome], now: datetime) -> Launch:
    outcome = outcomes.get(launch.key)
    if outcome is None:
        return launch
    pause = delay(launch.tries, retryable=outcome.retryable)
    return attrs.evolve(launch, tries=launch.tries + 1, not_before=now + pause)


def superseded(schedule: Schedule, pending: Iterable[Launch]) -> list[Launch]:
    """The failed launches of slots that a later slot replaces. Empty if the missed-run policy is `all`."""
    slots = [launch for launch in pending if launch.item == schedule.id and launch.cause == "schedule"]
    if schedule.policies.missed == "all" or not slots:
        return []
    newest = max(launch.nominal for launch in slots)
    return [launch for launch in slots if launch.tries and launch.nominal < newest]


def dropped(launch: Launch, definition: Definition) -> bool:
    """True if the new definition does not contain the launch's item, or has disabled its schedule."""
    item = definition.item(launch.item)
    return item is None or (launch.cause == "schedule" and not item.enabled)


def expired(launch: Launch, definition: Definition, now: datetime) -> str:
    """Why a launch is given up; empty if it is not. Apart from a removed item, only slots expire."""
    item = definition.item(launch.item)
    if item is None:
        return "its item was removed"
    if not isinstance(item, Schedule) or launch.cause != "schedule" or not launch.tries:
        return ""
    if now - due_at(item, launch.nominal) > item.policies.catchup_window:
        return f"it is later than the catch-up window of {item.policies.catchup_window}"
    return ""

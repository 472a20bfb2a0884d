"""PURE: the launches that are owed. Which are tried now, which later and how much later, and which never."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import attrs

from clearml_sched_widgets.definition import Definition, Schedule
from clearml_sched_widgets.policy.decide import due_at
from clearml_sched_widgets.policy.state import Launch

SOON, LONGEST_SOON = timedelta(seconds=2), timedelta(minutes=1)
PATIENT, LONGEST_PATIENT = timedelta(seconds=15), timedelta(minutes=15)


@attrs.frozen(kw_only=True)
class Outcome:
    """What became of one launch. Without `error` it is done; `retryable` says whether the server may take it soon."""

    launch: Launch
    run_id: str = ""
    error: str = ""
    retryable: bool = False
    watched: bool | None = None
    note: str = ""
    given_up: str = ""  # why it is never launched


def delay(tries: int, *, retryable: bool) -> timedelta:
    """Doubles with every try: from 2 s to a minute if the server may take it soon, else from 15 s to 15 minutes."""
    first, longest = (SOON, LONGEST_SOON) if retryable else (PATIENT, LONGEST_PATIENT)
    return min(longest, first * (1 << min(tries, 10)))


def by_item(pending: Iterable[Launch]) -> dict[str, list[Launch]]:
    """What is owed, in its order, by item."""
    found: dict[str, list[Launch]] = {}
    for launch in pending:
        found.setdefault(launch.item, []).append(launch)
    return found


def ready(pending: Iterable[Launch], now: datetime) -> list[Launch]:
    """What may be tried now."""
    return [launch for launch in pending if launch.not_before is None or launch.not_before <= now]


def after(pending: Iterable[Launch], outcomes: Iterable[Outcome], now: datetime) -> tuple[Launch, ...]:
    """What is still owed after a try: what was launched is not, what failed is, a little later."""
    by_key = {outcome.launch.key: outcome for outcome in outcomes}
    return tuple(_again(launch, by_key, now) for launch in pending if not _done(launch, by_key))


def _done(launch: Launch, outcomes: Mapping[str, Outcome]) -> bool:
    return launch.key in outcomes and not outcomes[launch.key].error


def _again(launch: Launch, outcomes: Mapping[str, Outcome], now: datetime) -> Launch:
    outcome = outcomes.get(launch.key)
    if outcome is None:
        return launch
    pause = delay(launch.tries, retryable=outcome.retryable)
    return attrs.evolve(launch, tries=launch.tries + 1, not_before=now + pause)


def superseded(schedule: Schedule, pending: Iterable[Launch]) -> list[Launch]:
    """The slots that were tried in vain and that a later one replaces: all but the newest, unless all are wanted."""
    slots = [launch for launch in pending if launch.item == schedule.id and launch.cause == "schedule"]
    if schedule.policies.missed == "all" or not slots:
        return []
    newest = max(launch.nominal for launch in slots)
    return [launch for launch in slots if launch.tries and launch.nominal < newest]


def dropped(launch: Launch, definition: Definition) -> bool:
    """Whether a new definition no longer wants a launch: its item is gone, or its schedule was disabled."""
    item = definition.item(launch.item)
    return item is None or (launch.cause == "schedule" and not item.enabled)


def expired(launch: Launch, definition: Definition, now: datetime) -> str:
    """Why a launch is given up; empty if it is not. An event stays pending however long it takes."""
    item = definition.item(launch.item)
    if item is None:
        return "its item was removed"
    if not isinstance(item, Schedule) or launch.cause != "schedule" or not launch.tries:
        return ""
    if now - due_at(item, launch.nominal) > item.policies.catchup_window:
        return f"it is later than the catch-up window of {item.policies.catchup_window}"
    return ""

"""PURE: handles the end of a run: launches a retry, pauses its item, or does nothing.

A retry's run key is that of the first try plus its number, so one failure never leads to two retries.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial

import attrs

from clearml_sched_widgets.definition import Definition, Policies, Schedule, Trigger
from clearml_sched_widgets.policy.run import Run
from clearml_sched_widgets.policy.state import ItemState, Launch, ReadPosition, State, slot_text
from clearml_sched_widgets.records import LOOKBACK

LONGEST_NUMBER = 9  # digits of the number of a retry
MAX_BACKOFF = timedelta(hours=1)
SUCCESS = frozenset({"completed", "published", "closed"})


@attrs.frozen(kw_only=True)
class Consequence:
    """What follows from the end of one run: retry `number` of `retries` after `delay`, or a pause of its item.

    `paused` is the reason for the pause; empty for a retry.
    """

    run: Run
    number: int = 0
    retries: int = 0
    delay: timedelta = timedelta(0)
    paused: str = ""


@attrs.frozen(kw_only=True)
class EndResult:
    """What the end of one run changes. Without a `consequence` nothing is logged."""

    state: ItemState
    retry: Launch | None = None
    consequence: Consequence | None = None


def needs_run_ends(policies: Policies) -> bool:
    """True if these policies ask for retries or for a pause after failures."""
    return bool(policies.retries or policies.pause_after_failures)


def split_retry_key(key: str) -> tuple[str, int]:
    """Split a run key into the key of the first try and the number of the retry; 0 for the first try."""
    first, mark, number = key.rpartition("~")
    # A key may have been written by hand: a longer number is none of ours, and Python may refuse to read it.
    return (first, int(number)) if mark and number.isdecimal() and len(number) <= LONGEST_NUMBER else (key, 0)


def backoff(policies: Policies, retries: int) -> timedelta:
    """The delay before the next retry. It doubles with each, up to an hour or the first delay, whichever is longer."""
    longest = max(MAX_BACKOFF, policies.retry_backoff)
    return min(longest, policies.retry_backoff * (1 << min(retries, 20)))


def unhandled_ends(ends: ReadPosition, runs: Iterable[Run], now: datetime) -> tuple[ReadPosition, list[Run]]:
    """The runs whose end was not handled yet, and the read position after handling them. Times are the server's.

    The cursor never moves beyond `now`: where the server's clock was set back, some runs ended in its future.
    """
    oldest = ends.cursor - LOOKBACK if ends.cursor else None
    seen, fresh, cursor = dict(ends.seen), [], ends.cursor
    for run in runs:
        stamp = run.task.status_changed
        if stamp is None or (oldest and stamp < oldest) or seen.get(run.task.id) == stamp.isoformat():
            continue
        seen[run.task.id] = stamp.isoformat()
        fresh.append(run)
        cursor = max(cursor or stamp, min(stamp, now))
    recent = (cursor - LOOKBACK).isoformat() if cursor else ""
    return ReadPosition(cursor=cursor, seen={key: stamp for key, stamp in seen.items() if stamp >= recent}), fresh


def follow(
    definition: Definition, state: State, runs: Iterable[Run], is_launched: Callable[[str], bool], now: datetime
) -> tuple[State, list[Consequence]]:
    """Handle the ends of runs that were not handled yet. Returns the new state and the consequences to log.

    `is_launched` is true for a run key that has a run.
    """
    if state.ends is None:
        return state, []
    ended = [run for run in runs if not run.active and run.status != "created"]
    defined = {run.item: definition.item(run.item) for run in ended}
    items = {item_id: item for item_id, item in defined.items() if item is not None and needs_run_ends(item.policies)}
    concerned = [run for run in ended if run.item in items]
    ends, fresh = unhandled_ends(state.ends, (run for run in concerned if not run.local), now)
    # The end of a function call is reported here once, with a time. A call of an earlier process has no time.
    fresh += [run for run in concerned if run.local and run.task.status_changed]
    consequences = []
    for run in fresh:
        key_exists = partial(_key_exists, state, is_launched)
        result = handle_run_end(items[run.item], state.items[run.item], run, key_exists, now)
        state = state.with_item(run.item, result.state)
        state = attrs.evolve(state, ends=ends, pending=(*state.pending, *([result.retry] if result.retry else ())))
        if result.consequence:
            consequences.append(result.consequence)
    return state, consequences


def _key_exists(state: State, is_launched: Callable[[str], bool], key: str) -> bool:
    return is_launched(key) or any(launch.key == key for launch in state.pending)


def handle_run_end(
    item: Schedule | Trigger, state: ItemState, run: Run, key_exists: Callable[[str], bool], now: datetime
) -> EndResult:
    """Decide what follows from the end of a run. `key_exists` is true for a run key that is pending or launched."""
    if run.status in SUCCESS:
        return EndResult(state=attrs.evolve(state, failures=0))
    if run.status != "failed":
        return EndResult(state=state)
    first, number = split_retry_key(run.key)
    if number < item.policies.retries:
        return _retry(item, state, run, f"{first}~{number + 1}", number, key_exists, now)
    return _count_failure(item.policies, state, run)


def _retry(
    item: Schedule | Trigger,
    state: ItemState,
    run: Run,
    key: str,
    number: int,
    key_exists: Callable[[str], bool],
    now: datetime,
) -> EndResult:
    if key_exists(key):
        return EndResult(state=state)
    delay = backoff(item.policies, number)
    consequence = Consequence(run=run, number=number + 1, retries=item.policies.retries, delay=delay)
    return EndResult(state=state, retry=launch_again(run, key, now + delay), consequence=consequence)


def launch_again(run: Run, key: str, moment: datetime) -> Launch:
    """The launch that repeats a run for the same slot or event with the same values, not before `moment`."""
    section = run.task.scheduler
    nominal = run.nominal or moment
    return Launch(
        key=key,
        item=run.item,
        cause="retry",
        nominal=nominal,
        object=run.object,
        values={"scheduled": slot_text(nominal), **_parse_values(section.get("values", ""))},
        lineage=tuple(part for part in section.get("lineage", "").split(",") if part),
        not_before=moment,
    )


def _parse_values(text: str) -> dict[str, str]:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return {}  # the run has no values, or a user has edited the section
    return {str(name): str(value) for name, value in values.items()} if isinstance(values, dict) else {}


def _count_failure(policies: Policies, state: ItemState, run: Run) -> EndResult:
    failed = attrs.evolve(state, failures=state.failures + 1)
    if not policies.pause_after_failures or failed.failures < policies.pause_after_failures or failed.paused:
        return EndResult(state=failed)
    times = "a run" if failed.failures == 1 else f"{failed.failures} runs in a row"
    reason = f"{times} failed"
    consequence = Consequence(run=run, paused=reason)
    return EndResult(state=attrs.evolve(failed, paused=True, note=reason), consequence=consequence)

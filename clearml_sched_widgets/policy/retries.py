"""PURE: what follows when a run has ended: a retry, a pause of its item, or nothing.

A retry's key is the key of the first try and its number, so the same failure never leads to two.
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
from clearml_sched_widgets.records import LOOKBACK, SECTION

LONGEST = timedelta(hours=1)
SUCCESS = frozenset({"completed", "published", "closed"})


@attrs.frozen(kw_only=True)
class Consequence:
    """What follows from the end of one run: a retry in `delay`, the `number`-th of `retries`; or else that its item is
    paused, and why."""

    run: Run
    number: int = 0
    retries: int = 0
    delay: timedelta = timedelta(0)
    paused: str = ""


@attrs.frozen(kw_only=True)
class Verdict:
    """What the end of one run changes. Without `consequence` there is nothing to tell."""

    state: ItemState
    retry: Launch | None = None
    consequence: Consequence | None = None


def concerns(policies: Policies) -> bool:
    """Whether it matters to these policies how a run ends."""
    return bool(policies.retries or policies.pause_after_failures)


def attempt(key: str) -> tuple[str, int]:
    """The key of the first try, and how many retries this one makes."""
    first, mark, number = key.rpartition("~")
    return (first, int(number)) if mark and number.isdecimal() else (key, 0)


def backoff(policies: Policies, retries: int) -> timedelta:
    """How long to wait after so many retries: doubles up to an hour, or to the first pause if that is longer."""
    longest = max(LONGEST, policies.retry_backoff)
    return min(longest, policies.retry_backoff * (1 << min(retries, 20)))


def unhandled(ends: ReadPosition, runs: Iterable[Run]) -> tuple[ReadPosition, list[Run]]:
    """The runs whose end was not dealt with yet, and the memory that it now is."""
    floor = ends.cursor - LOOKBACK if ends.cursor else None
    seen, fresh, cursor = dict(ends.seen), [], ends.cursor
    for run in runs:
        stamp = run.task.status_changed
        if stamp is None or (floor and stamp < floor) or seen.get(run.task.id) == stamp.isoformat():
            continue
        seen[run.task.id] = stamp.isoformat()
        fresh.append(run)
        cursor = max(cursor or stamp, stamp)
    recent = (cursor - LOOKBACK).isoformat() if cursor else ""
    return ReadPosition(cursor=cursor, seen={key: stamp for key, stamp in seen.items() if stamp >= recent}), fresh


def follow(
    definition: Definition, state: State, runs: Iterable[Run], launched: Callable[[str], bool], now: datetime
) -> tuple[State, list[Consequence]]:
    """Deal with the ends of runs that were not dealt with yet: the state after it, and what followed.

    `launched` tells whether there is a run of a key.
    """
    if state.ends is None:
        return state, []
    ended = [run for run in runs if not run.active and run.status != "created"]
    found = {run.item: definition.item(run.item) for run in ended}
    items = {item_id: item for item_id, item in found.items() if item is not None and concerns(item.policies)}
    concerned = [run for run in ended if run.item in items]
    ends, fresh = unhandled(state.ends, (run for run in concerned if not run.local))
    # The call of a function is seen to end once, here, by our own clock; one of an earlier process has no such time.
    fresh += [run for run in concerned if run.local and run.task.status_changed]
    consequences = []
    for run in fresh:
        exists = partial(_exists, state, launched)
        verdict = after_end(items[run.item], state.items[run.item], run, exists, now)
        state = state.with_item(run.item, verdict.state)
        state = attrs.evolve(state, ends=ends, pending=(*state.pending, *([verdict.retry] if verdict.retry else ())))
        if verdict.consequence:
            consequences.append(verdict.consequence)
    return state, consequences


def _exists(state: State, launched: Callable[[str], bool], key: str) -> bool:
    return launched(key) or any(launch.key == key for launch in state.pending)


def after_end(
    item: Schedule | Trigger, state: ItemState, run: Run, exists: Callable[[str], bool], now: datetime
) -> Verdict:
    """What follows when a run has ended; `exists` tells whether a run key is owed or was launched already."""
    if run.status in SUCCESS:
        return Verdict(state=attrs.evolve(state, failures=0))
    if run.status != "failed":
        return Verdict(state=state)
    first, number = attempt(run.key)
    if number < item.policies.retries:
        return _retry(item, state, run, f"{first}~{number + 1}", number, exists, now)
    return _failure(item.policies, state, run)


def _retry(
    item: Schedule | Trigger,
    state: ItemState,
    run: Run,
    key: str,
    number: int,
    exists: Callable[[str], bool],
    now: datetime,
) -> Verdict:
    if exists(key):
        return Verdict(state=state)
    delay = backoff(item.policies, number)
    told = Consequence(run=run, number=number + 1, retries=item.policies.retries, delay=delay)
    return Verdict(state=state, retry=launch_again(run, key, now + delay), consequence=told)


def launch_again(run: Run, key: str, moment: datetime) -> Launch:
    """The launch that repeats a run: for the same slot or event, with the same values in its parameters."""
    section = {name: param.value for name, param in run.task.hyperparams.get(SECTION, {}).items()}
    nominal = run.nominal or moment
    return Launch(
        key=key,
        item=run.item,
        cause="retry",
        nominal=nominal,
        object=run.object,
        values={"scheduled": slot_text(nominal), **_values(section.get("values", ""))},
        lineage=tuple(part for part in section.get("lineage", "").split(",") if part),
        not_before=moment,
    )


def _values(text: str) -> dict[str, str]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}  # none were needed, or somebody edited the section by hand
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def _failure(policies: Policies, state: ItemState, run: Run) -> Verdict:
    failed = attrs.evolve(state, failures=state.failures + 1)
    if not policies.pause_after_failures or failed.failures < policies.pause_after_failures or failed.paused:
        return Verdict(state=failed)
    times = "a run" if failed.failures == 1 else f"{failed.failures} runs in a row"
    why = f"{times} failed"
    return Verdict(state=attrs.evolve(failed, paused=True, note=why), consequence=Consequence(run=run, paused=why))

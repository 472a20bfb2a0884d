"""Judges the slots of schedules: which were launched and must not be, and which must be and were not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from tests.faults.chaos.clocks import START
from tests.faults.chaos.history import History
from tests.faults.chaos.plain_items import LAST, PlainItem
from tests.faults.chaos.record import seconds_of

STEP = 1.5  # seconds around a change in which a slot may be dealt with before or after it
PROMPT = 25.0  # seconds within which a slot that is on time is launched while all is well
BEFORE, AFTER = 20.0, 45.0  # seconds around a slot in which all must be well
GRACE = 15.0  # seconds by which a slot may be late before it counts as missed
LONG_WINDOW = 86400.0  # a catch-up window that is longer than the whole world


def key_of(item_id: str, slot: float) -> str:
    """The run key of a slot."""
    return f"{item_id}@{(START + timedelta(seconds=slot)).strftime('%Y-%m-%dT%H:%M:%SZ')}"


def _launched_at(history: History, item_id: str, slot: float) -> float | None:
    """When the slot was first launched; None if it never was."""
    key = key_of(item_id, slot)
    moments = [sent.at for sent in history.launches.get(key, ())]
    return min([*moments, *history.function_calls.get(key, ())], default=None)


def _is_excused(history: History, item_id: str, slot: float) -> bool:
    """True if a user deleted a task of the slot: perhaps a draft before it was enqueued."""
    key, record = key_of(item_id, slot), history.record
    return any(made.mark.key == key and made.task in record.deleted for made in record.made)


# -- what must not be
def wrong_launches(history: History) -> Iterator[str]:
    """Slots that were launched early, in a pause, or that are no slots."""
    for key, sends in sorted(history.launches.items()):
        mark = sends[0].mark
        if mark.cause == "schedule" and "~" not in key and mark.nominal is not None:
            yield from _wrong_launch(history, mark.item, mark.nominal, sends[0].at)
    for key, moments in sorted(history.function_calls.items()):
        item_id, at_sign, slot = key.partition("@")
        if at_sign and slot != "start" and "~" not in key:
            yield from _wrong_launch(history, item_id, seconds_of(slot) or 0.0, moments[0])


def _wrong_launch(history: History, item_id: str, slot: float, at: float) -> Iterator[str]:
    launched = f"{key_of(item_id, slot)} was launched at {at:.1f}"
    views = [one for one in history.versions(item_id) if slot in one.slots]
    if not views or not history.ever(item_id, 0.0, at, lambda one: slot in one.slots):
        yield f"{launched}, but it is no slot of any rule that was in force"
    elif history.earliest(slot) > at + 0.05:
        yield f"{launched}, before the server's clock had reached it"
    elif not history.changed_in_trouble(item_id, slot, at):
        jitter = max(one.jitter for one in views)
        reached = [moment for moment in [history.earliest(slot), *history.reaches(slot)] if moment <= at + 0.05]
        if not any(_may_come_due(history, item_id, slot, moment, jitter) for moment in reached):
            yield f"{launched}, but at {reached[0]:.1f}, when it came due, its item was paused, disabled or not there"


def _may_come_due(history: History, item_id: str, slot: float, moment: float, jitter: float) -> bool:
    start, end = moment - STEP, moment + jitter + STEP
    in_force = history.ever(item_id, start, end, lambda one: slot in one.slots and one.enabled)
    return in_force and not history.paused(item_id, start, end)


def missed_but_launched(history: History) -> Iterator[str]:
    """Slots that came due while no engine worked, and that the missed-run policy leaves out."""
    for start, end in history.absences(GRACE + 10.0):
        if not history.steady(start - 60.0, end + 30.0):
            continue
        for item_id in history.ids:
            item = history.certain(item_id, start - 5.0, end + 5.0)
            if item is not None and not item.trigger:
                yield from _missed_but_launched(history, item, start, end)


def _missed_but_launched(history: History, item: PlainItem, start: float, end: float) -> Iterator[str]:
    for slot in sorted(item.slots):
        reached = history.reaches(slot)
        if len(reached) != 1 or not start + 0.5 < reached[0] < end - GRACE - 5.0 - item.jitter:
            continue
        at = _launched_at(history, item.id, slot)
        if at is None or at < end or history.certain(item.id, start, at) is not item:
            continue
        why = _left_out(history, item, slot, reached[0] + item.jitter, end)
        if why and not _is_backfilled(history, item.id, slot):
            missed = f"was missed between {start:.1f} and {end:.1f}"
            yield f"{key_of(item.id, slot)} was launched at {at:.1f}, but it {missed}: {why}"


def _left_out(history: History, item: PlainItem, slot: float, due: float, end: float) -> str:
    """Why a slot that was missed until `end` is not launched; empty if it is."""
    if item.missed == "skip":
        return "missed is skip"
    if due < end - item.window - 5.0:
        return "it is older than the catch-up window"
    following = min((one for one in item.slots if one > slot), default=LAST)
    newer = any(moment + item.jitter < end - 1.0 for moment in history.reaches(following))
    return "missed is latest, and a later one was due" if item.missed == "latest" and newer else ""


def _is_backfilled(history: History, item_id: str, slot: float) -> bool:
    return any(sent.mark.cause != "schedule" for sent in history.launches.get(key_of(item_id, slot), ()))


# -- what must be
def lost_slots(history: History) -> Iterator[str]:
    """Slots that had to be launched, and never were, or late although all was well."""
    at_last = history.server_clock(history.end) - AFTER  # a time that was reached only for a while may come again
    for item_id in history.ids:
        for slot in sorted({slot for one in history.versions(item_id) for slot in one.slots if slot <= at_last}):
            due = history.reaches(slot)
            judged = not (history.pauses_itself(item_id) or _is_excused(history, item_id, slot))
            if due and max(due) <= history.end - AFTER and judged:
                yield from _lost_slot(history, item_id, slot, due)


def _lost_slot(history: History, item_id: str, slot: float, due: list[float]) -> Iterator[str]:
    at, key = _launched_at(history, item_id, slot), key_of(item_id, slot)
    when = " and ".join(f"{moment:.1f}" for moment in due)
    if at is None and _must_run_at_last(history, item_id, slot, due):
        yield f"{key} was never launched; it was due at {when}"
        return
    late = at is None or at > due[0] + _jitter(history, item_id, due[0]) + PROMPT
    if late and len(due) == 1 and _must_run_promptly(history, item_id, slot, due[0]):
        launched = "never launched" if at is None else f"launched at {at:.1f}"
        yield f"{key} was {launched}; it was due at {when}, and all was well then"


def _jitter(history: History, item_id: str, moment: float) -> float:
    item = history.certain(item_id, moment, moment)
    return item.jitter if item else 0.0


def _is_unlimited(item: PlainItem) -> bool:
    return item.enabled and item.max_runs is None


def _must_run_at_last(history: History, item_id: str, slot: float, due: list[float]) -> bool:
    """True if the item launches all its slots, was there from then on, and was not paused when the slot was due."""

    def launches_all(item: PlainItem) -> bool:
        all_missed = item.missed == "all" and item.window > LONG_WINDOW
        return _is_unlimited(item) and item.method == "clone" and item.overlap == "allow" and all_missed

    def always(item: PlainItem) -> bool:
        return slot in item.slots and launches_all(item)

    return history.always(item_id, min(due) - STEP, history.end, always) and all(
        history.runs(item_id, moment - STEP, moment + _jitter(history, item_id, moment) + STEP) for moment in due
    )


def _must_run_promptly(history: History, item_id: str, slot: float, due: float) -> bool:
    """True if an engine was well when the slot was due, and the overlap policy had nothing to do."""
    start, end = due - BEFORE, due + AFTER + _jitter(history, item_id, due)
    item = history.certain(item_id, start, end)
    if item is None or slot not in item.slots or item.method == "reuse" or not _is_unlimited(item):
        return False
    if not (history.runs(item_id, start, end) and history.clean(start, end) and history.steady(due - 90.0, end)):
        return False
    return item.overlap == "allow" or not (
        history.pending(item_id, due - 2.0)
        or history.active(item_id, start, end)
        or history.sent(item_id, start, due - 0.5)
    )


def not_caught_up(history: History) -> Iterator[str]:
    """The latest slot before an engine opened, if nothing was wrong from then on, but it was not launched."""
    for before, opened in history.openings():
        end = opened.at + AFTER
        if not history.clean(opened.at, end) or not history.steady(before - 60.0, end):
            continue
        for item_id in history.ids:
            item = history.certain(item_id, before - 5.0, end)
            if item is None or not _catches_up(item) or history.pauses_itself(item_id):
                continue
            if not history.runs(item_id, before - 5.0, end):
                continue
            # What comes due just now would take the place of a missed one.
            slot = max((one for one in item.slots if _is_due(history, one, opened.at + 5.0)), default=LAST)
            reached = history.reaches(slot)
            if not reached or not max(before + 0.5, opened.began - item.window + 30.0) < reached[0]:
                continue
            at = _launched_at(history, item_id, slot)
            if (at is None or at > end) and not _is_excused(history, item_id, slot):
                late = f"was not launched when an engine opened at {opened.at:.1f}"
                yield f"{key_of(item_id, slot)}, the latest one that was missed, {late}"


def _is_due(history: History, slot: float, moment: float) -> bool:
    return any(reached < moment for reached in history.reaches(slot))


def _catches_up(item: PlainItem) -> bool:
    plain = item.method == "clone" and item.overlap == "allow" and item.jitter == 0.0
    return plain and item.missed != "skip" and _is_unlimited(item)

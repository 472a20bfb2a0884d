"""Judges the events of triggers: each rise of a condition is launched once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

import attrs

from tests.faults.chaos.history import History
from tests.faults.chaos.judge_runs import is_event, may_follow
from tests.faults.chaos.plain_items import PlainItem
from tests.faults.chaos.record import Seen

MARGIN = 12.0  # seconds, beside two polls, within which an engine that is well sees a change
STEP = 1.5  # seconds around a change in which an event may be dealt with before or after it


@attrs.frozen(kw_only=True)
class Rise:
    """A condition came true on an object. `before` is since when it had been false, `until` when it is false again."""

    object: str
    at: float
    before: float
    until: float


def rises(history: History, item: PlainItem) -> Iterator[Rise]:
    """All rises of a trigger's condition, by object."""
    seen = defaultdict[str, list[Seen]](list)
    for one in history.record.seen:
        if one.kind == item.kind:
            seen[one.object].append(one)
    for object_id, sights in seen.items():
        yield from _rises_of(object_id, sights, item, history.end)


def _rises_of(object_id: str, sights: list[Seen], item: PlainItem, end: float) -> Iterator[Rise]:
    states = [(sight.at, _state(sight, item)) for sight in sights]
    turns = [(0.0, ""), *(after for before, after in pairwise([(0.0, ""), *states]) if before[1] != after[1])]
    for number, (at, state) in enumerate(turns):
        if state:
            until = turns[number + 1][0] if number + 1 < len(turns) else end
            yield Rise(object=object_id, at=at, before=turns[number - 1][0], until=until)


def _state(sight: Seen, item: PlainItem) -> str:
    """What of an object fulfils the condition; empty if it is not fulfilled."""
    if item.tag:
        return item.tag if item.tag in sight.tags else ""
    return sight.status if sight.status in item.awaits else ""


def wrong_events(history: History) -> Iterator[str]:
    """Events that were launched more often than the condition rose, or for rises in a pause."""
    for item_id, versions in _triggers(history):
        possible = defaultdict[str, set[float]](set)
        for item in versions:
            for rise in rises(history, item):
                if _may_fire(history, item_id, item, rise):
                    possible[rise.object].add(rise.at)
        for object_id, moments in _launched(history, item_id).items():
            for number, at in enumerate(sorted(moments), 1):
                count = sum(rise <= at + 0.05 for rise in possible[object_id])
                if count < number:
                    launched = f"{item_id} was launched {number} times for {object_id[:8]} up to {at:.1f}"
                    yield f"{launched}, but its condition rose only {count} times"
                    break


def _may_fire(history: History, item_id: str, item: PlainItem, rise: Rise) -> bool:
    if item.include_existing and rise.until > history.began(item_id):
        return True
    there = history.ever(item_id, rise.at - STEP, rise.until + MARGIN, lambda _: True)
    # What was tagged before an item was there, and changes before its first look, cannot be told from what is new.
    was_there = history.ever(item_id, rise.at - STEP, rise.at + STEP, lambda _: True)
    return there and not (was_there and history.paused(item_id, rise.at - STEP, rise.at + STEP))


def lost_events(history: History) -> Iterator[str]:
    """Rises that an engine must have seen, and that were never launched."""
    for item_id, versions in _triggers(history):
        launched = _launched(history, item_id)
        for item in filter(_is_plain, versions):
            due = defaultdict[str, list[float]](list)
            for rise in rises(history, item):
                if _must_fire(history, item_id, item, rise):
                    due[rise.object].append(rise.at)
            for object_id, moments in due.items():
                count = len(launched.get(object_id, ()))
                if count < len(moments) and not _is_excused(history, item_id, object_id):
                    when = ", ".join(f"{moment:.1f}" for moment in moments)
                    yield f"{item_id} was launched {count} times for {object_id[:8]}; its condition rose at {when}"


def _is_plain(item: PlainItem) -> bool:
    launches_all = item.overlap in ("queue", "allow") and item.max_runs is None
    return item.method == "clone" and launches_all


def _must_fire(history: History, item_id: str, item: PlainItem, rise: Rise) -> bool:
    length = 2 * item.poll_every + MARGIN

    def same(one: PlainItem) -> bool:
        return _is_plain(one) and one.enabled and (one.awaits, one.tag, one.kind) == (item.awaits, item.tag, item.kind)

    if history.unseen(rise.at) or not history.always(item_id, rise.at - length, history.end, same):
        return False
    if not history.runs(item_id, rise.at - length, rise.at + STEP):
        return False
    edge = bool(item.tag) or item.kind == "model"
    was_false = not edge or rise.before == 0.0 or history.clean_within(rise.before, rise.at, length)
    looked = history.first_clean(rise.at, length) + length
    # A change after the clock was set back takes the object to a time before the last one that engines have seen.
    return was_false and looked <= rise.until and not history.set_back(rise.at, looked)


def _is_excused(history: History, item_id: str, object_id: str) -> bool:
    """True if a user deleted a draft of such an event before it was enqueued."""
    record = history.record
    drafts = [made for made in record.made if (made.mark.item, made.mark.object) == (item_id, object_id)]
    return any(made.task in record.deleted for made in drafts)


def _triggers(history: History) -> Iterator[tuple[str, list[PlainItem]]]:
    for item_id in history.ids:
        versions = history.versions(item_id)
        if versions and versions[0].trigger:
            yield item_id, versions


def _launched(history: History, item_id: str) -> dict[str, list[float]]:
    """When events of a trigger were launched, by object. Retries do not count, nor what users have made necessary."""
    launched = defaultdict[str, list[float]](list)
    for sends in history.launches.values():
        if sends[0].mark.item != item_id or not is_event(sends[0].mark):
            continue
        for number, sent in enumerate(sends):
            before = sends[:number]
            if not any(one.task == sent.task or may_follow(history, one, sent) for one in before):
                launched[sent.mark.object].append(sent.at)
    return launched

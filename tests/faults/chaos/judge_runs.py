"""Judges the runs: none twice, none by an engine that has lost the instance, none that a copy or a user's draft is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from tests.faults.chaos.history import History
from tests.faults.chaos.record import Mark, Order, Sent, seconds_of

STEADY_BEFORE = 12.0  # seconds before a task was made in which nobody may have set the server's clock
NOTICED_WITHIN = 10.0  # seconds after which an engine has noticed that somebody has removed its lease
MOST_TASKS = 4  # of one run key that engines make: more come only from a launch that goes wrong again and again


def doubled(history: History) -> Iterator[str]:
    """Run keys that were launched twice, and functions that were called twice. Events are counted by object."""
    for key, (first, *more) in sorted(history.launches.items()):
        for sent in more:
            if not (is_event(first.mark) or _is_late_request(history, sent) or may_follow(history, first, sent)):
                tasks = f"as {first.task[:8]} at {first.at:.1f}, as {sent.task[:8]} at {sent.at:.1f}"
                yield f"{key} was launched twice: {tasks}"
    for key, moments in sorted(history.function_calls.items()):
        if len(moments) > 1:
            yield f"{key} was called twice, at {moments[0]:.1f} and {moments[1]:.1f}"


def is_event(mark: Mark) -> bool:
    """True for the first try of an event's run."""
    return mark.cause == "trigger" and "~" not in mark.key


def _is_late_request(history: History, sent: Sent) -> bool:
    """True for the remaining risk that the design names: a delayed request that arrives when its run has ended."""
    same_task = [other for other in history.launches[sent.mark.key] if other.task == sent.task]
    return len(same_task) > 1 and any(other.delayed for other in same_task)


def may_follow(history: History, first: Sent, sent: Sent) -> bool:
    """True if a user deleted the first run, and asked for it again, or if it was not saved as launched then (K34).

    When the server's clock is set back, what is past comes up again, and only the runs that are there are known.
    """
    deleted = history.record.deleted.get(first.task)
    if deleted is None or deleted > sent.at or first.task == sent.task:
        return False
    asked = any(_may_ask_again(history, order, sent, deleted) for order in history.record.orders)
    forgotten = history.set_back(first.at, sent.at) or not history.saved_as_launched(first.mark, first.at, deleted)
    return asked or forgotten


def _may_ask_again(history: History, order: Order, sent: Sent, deleted: float) -> bool:
    """True if an order may lead to the run once more: a backfill, or one that was not removed from the server yet."""
    waits = sent.mark.key.endswith(f"*{order.id}") and (order.done is None or order.done > deleted)
    return waits or (in_backfill(history, order, sent.mark) and order.at < sent.at)


def in_backfill(history: History, order: Order, mark: Mark) -> bool:
    """True if an order is a backfill with this slot in its period."""
    start, end, slot = seconds_of(order.start), seconds_of(order.end), mark.nominal
    if order.do != "backfill" or order.item != mark.item or start is None or end is None or slot is None:
        return False
    return start < slot <= end and history.ever(mark.item, order.at, history.end, lambda one: slot in one.slots)


def out_of_turn(history: History) -> Iterator[str]:
    """Requests that an engine began after another had taken the lease and opened the instance."""
    record = history.record
    opened = {one.sender: one.at for one in record.opened}
    requests = [(sent.called, sent.sender, f"launched {sent.mark.key}") for sent in record.enqueued if sent.sender]
    requests += [(call.called, call.sender, f"sent {call.method}") for call in record.calls]
    for called, sender, what in sorted(requests):
        if any(called - NOTICED_WITHIN < moment <= called for moment in record.cleanups):
            continue
        holder = next((name for moment, name in reversed(record.leases) if moment <= called), sender)
        if holder != sender and opened.get(holder, history.end) < called:
            yield f"{sender} {what} at {called:.1f}, though {holder} had opened the instance at {opened[holder]:.1f}"


def touched_launched(history: History) -> Iterator[str]:
    """Copies made by hand, and drafts that users had dequeued or reset, that an engine launched."""
    record = history.record
    by_hand = {made.task for made in record.made if not made.sender}
    for key, sends in sorted(history.launches.items()):
        own = [one for one in record.made if one.mark.key == key and one.task not in by_hand]
        for sent in sends:
            launched = f"{key} was launched as {sent.task[:8]} at {sent.at:.1f}"
            touched = record.touched.get(sent.task, history.end)
            if touched < sent.called and not sent.delayed and not is_reused(history, sent):
                yield f"{launched}, though a user had touched it before"
            there = [one for one in own if record.gone.get(one.task, history.end) > sent.at]
            # What was made before the clock was set back is younger, by the server's times.
            if sent.task in by_hand and any(not history.set_back(one.at, sent.at) for one in there):
                yield f"{launched}, which is a copy made by hand"


def is_reused(history: History, sent: Sent) -> bool:
    """True if the item reuses its task."""
    return any(one.method == "reuse" for one in history.versions(sent.mark.item))


def made_again_and_again(history: History) -> Iterator[str]:
    """Run keys for which engines made many tasks."""
    for key, tasks in sorted(_made_by_engines(history).items()):
        if len(tasks) > MOST_TASKS:
            yield f"for {key} {len(tasks)} tasks were made, from {tasks[0].at:.1f} to {tasks[-1].at:.1f}"


def not_the_oldest(history: History) -> Iterator[str]:
    """Tasks that were launched though the same engine had made an older one for the same run key."""
    record, made = history.record, _made_by_engines(history)
    for key, (sent, *_) in sorted(history.launches.items()):
        own = next((one for one in made.get(key, ()) if one.task == sent.task), None)
        for one in made.get(key, ()):
            if own is None or one.delayed or one.at >= own.at or one.sender != own.sender:
                continue
            gone = min(record.gone.get(one.task, history.end), record.touched.get(one.task, history.end))
            if gone > sent.at and history.steady(one.at - STEADY_BEFORE, sent.at):
                older = f"{one.task[:8]} had been made for it at {one.at:.1f}"
                yield f"{key} was launched as {sent.task[:8]} at {sent.at:.1f}, though {older}"
                break


def _made_by_engines(history: History) -> dict[str, list[Sent]]:
    made = defaultdict[str, list[Sent]](list)
    for one in history.record.made:
        if one.sender:
            made[one.mark.key].append(one)
    return made

"""Judges what the policies say about runs: overlap, the number of runs, retries, and time limits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from clearml_sched_widgets.records import ACTIVE
from tests.faults.chaos.history import History
from tests.faults.chaos.judge_runs import in_backfill, is_reused
from tests.faults.chaos.plain_items import PlainItem
from tests.faults.chaos.record import Sent, Status

SLACK = 3.0  # seconds
KNOWN_AFTER = 12.0  # seconds after which every engine knows of a run
STOPPED_WITHIN = 60.0  # seconds after its time limit within which an engine that is well stops a run


def _changes_by_task(history: History) -> dict[str, list[Status]]:
    changes = defaultdict[str, list[Status]](list)
    for change in history.record.statuses:
        changes[change.task].append(change)
    return changes


def overlapping(history: History) -> Iterator[str]:
    """Runs that were launched while another run of the item was active, against its overlap policy."""
    spans = _active_spans(history)
    for key, (sent, *_) in sorted(history.launches.items()):
        if sent.mark.cause == "manual" or sent.delayed or is_reused(history, sent):
            continue
        item = history.certain(sent.mark.item, sent.called - KNOWN_AFTER, sent.at)
        if item is None or item.overlap == "allow":
            continue
        for task, start, end in spans[sent.mark.item]:
            known = start < sent.called - KNOWN_AFTER and not history.same_step(sent.sender, start, sent.called)
            if task != sent.task and known and sent.at < end:
                other = f"{task[:8]} was active from {start:.1f} to {end:.1f}"
                yield f"{key} was launched at {sent.at:.1f}, while {other}; the overlap policy is {item.overlap}"


def _active_spans(history: History) -> dict[str, list[tuple[str, float, float]]]:
    """By item: its runs that engines launched, from when and until when they were active, or a user touched them."""
    changes, record = _changes_by_task(history), history.record
    spans = defaultdict[str, list[tuple[str, float, float]]](list)
    for sends in history.launches.values():
        for sent in sends:
            ends = [one.at for one in changes[sent.task] if one.at > sent.at and one.after not in ACTIVE]
            others = (record.gone.get(sent.task, history.end), record.touched.get(sent.task, history.end))
            spans[sent.mark.item].append((sent.task, sent.at, min([*ends, *others])))
    return spans


def too_many(history: History) -> Iterator[str]:
    """Items that were launched more often than `max_runs` allows."""
    firsts = defaultdict[str, int](int)
    for key, (sent, *_) in history.launches.items():
        firsts[sent.mark.item] += "~" not in key and _counts(history, sent)
    for item_id, number in sorted(firsts.items()):
        limits = [one.max_runs for one in history.versions(item_id)]
        most = max((limit for limit in limits if limit is not None), default=0)
        if limits and None not in limits and number > most:
            yield f"{item_id} was launched {number} times; max_runs is {most}"


def _counts(history: History, sent: Sent) -> bool:
    """False for what users asked for, for late requests, and for runs that users deleted before they were noted."""
    asked = any(order.at < sent.at and in_backfill(history, order, sent.mark) for order in history.record.orders)
    return (
        sent.mark.cause in ("schedule", "trigger")
        and not (asked or sent.delayed)
        and sent.task not in history.record.deleted
    )


def wrong_retries(history: History) -> Iterator[str]:
    """Retries beyond `retries`, and retries of runs that have not failed."""
    for key, (sent, *_) in sorted(history.launches.items()):
        first, _, number = key.rpartition("~")
        if not first:
            continue
        most = max((one.retries for one in history.versions(sent.mark.item)), default=0)
        before = first if number == "1" else f"{first}~{int(number) - 1}"
        if int(number) > most:
            yield f"{key} was launched at {sent.at:.1f}; retries is {most}"
        elif not _has_failed(history, before, sent.at):
            yield f"{key} was launched at {sent.at:.1f}, though no run of {before} had failed"


def _has_failed(history: History, key: str, until: float) -> bool:
    record = history.record
    tasks = {one.task for one in [*record.made, *record.enqueued] if one.mark.key == key}
    return any(one.task in tasks and one.after == "failed" and one.at <= until for one in record.statuses)


def not_retried(history: History) -> Iterator[str]:
    """Runs that failed, and were not retried."""
    record = history.record
    last = {sends[-1].task: sends[-1] for sends in history.launches.values()}
    for change in record.statuses:
        sent = last.get(change.task)
        if change.after != "failed" or sent is None or change.at < sent.at or history.unseen(change.at):
            continue
        if change.task in record.deleted or change.task in record.touched or history.set_back(change.at, history.end):
            continue  # deleted or touched by a user; or the retry waits until the clock shows its time again
        first, _, number = sent.mark.key.rpartition("~")
        tries = int(number) if first else 0
        retried = f"{first or sent.mark.key}~{tries + 1}" in history.launches
        if not retried and _must_retry(history, sent, tries, change.at):
            yield f"{sent.mark.key} failed at {change.at:.1f}, and was never retried"


def _must_retry(history: History, sent: Sent, tries: int, failed: float) -> bool:
    def retries(item: PlainItem) -> bool:
        plain = item.method == "clone" and item.overlap != "cancel_previous" and item.enabled
        return plain and item.retries > tries

    known = sent.mark.item in history.ids and not history.pauses_itself(sent.mark.item)
    return known and history.always(sent.mark.item, failed - SLACK, history.end, retries)


def stopped_early(history: History) -> Iterator[str]:
    """Runs that an engine stopped before their time limit, or without a reason."""
    changes = _changes_by_task(history)
    sends = {sent.task: sent for sent in history.record.enqueued}
    for call in history.record.calls:
        sent = sends.get(call.target)
        if call.method != "stop" or call.delayed or sent is None or is_reused(history, sent):
            continue
        known = history.items(sent.mark.item, call.called - SLACK, call.at)
        views = [one for one in known if isinstance(one, PlainItem)]
        if not views or any(one.overlap == "cancel_previous" for one in views):
            continue
        limit = min((one.time_limit for one in views if one.time_limit is not None), default=float("inf"))
        began = [one.at for one in changes[call.target] if one.at < call.called and one.after in ACTIVE]
        since = max(began, default=0.0)
        if history.elapsed(since, call.called) < limit - SLACK:
            active = f"it was active since {since:.1f}, its limit is {limit} s"
            yield f"{sent.mark.key} was stopped at {call.at:.1f}; {active}"


def not_stopped(history: History) -> Iterator[str]:
    """Runs that worked for longer than their time limit, and that nobody stopped although an engine was well."""
    sends = {sent.task: sent for sent in history.record.enqueued if sent.sender}
    for task, changes in _changes_by_task(history).items():
        sent = sends.get(task)
        if sent is None or is_reused(history, sent) or sent.mark.item not in history.ids:
            continue
        for number, change in enumerate(changes):
            end = changes[number + 1].at if number + 1 < len(changes) else history.end
            item = history.certain(sent.mark.item, change.at, end)
            if change.after == "in_progress" and item is not None and item.time_limit is not None:
                due = change.at + item.time_limit
                well = history.steady(change.at, end) and history.clean_within(due, end, STOPPED_WITHIN)
                if well and end - due > STOPPED_WITHIN:
                    yield f"{sent.mark.key} ran from {change.at:.1f} to {end:.1f}; its limit is {item.time_limit:.0f} s"

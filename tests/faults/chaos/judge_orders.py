"""Judges what users asked for, what pauses hold back, and how the instance is at the end."""

from __future__ import annotations

from collections.abc import Iterator

from tests.faults.chaos.history import History
from tests.faults.chaos.judge_runs import in_backfill
from tests.faults.chaos.plain_items import PlainItem
from tests.faults.chaos.record import Order, loads, seconds_of

STEP = 2.0  # seconds around a command
HELD_AFTER = 20.0  # seconds after a pause in which what was due before may still be launched
OWED_FOR = 300.0  # seconds; what came due later may wait for a retry
OWN_ERROR = "ended by an error of its own"


def lost_orders(history: History) -> Iterator[str]:
    """Runs that users asked for, and that were never launched."""
    for order in history.orders:
        if order.done is None:
            continue
        for item_id in _asked_for(history, order, order.done):
            key = f"{item_id}*{order.id}"
            drafts = [made for made in history.record.made if made.mark.key == key]
            if key not in history.launches and not any(made.task in history.record.deleted for made in drafts):
                yield f"{key}, which a user asked for at {order.at:.1f} ({order.do}), was never launched"


def _asked_for(history: History, order: Order, done: float) -> list[str]:
    def there(item: PlainItem) -> bool:
        return item.method == "clone"

    def enabled(item: PlainItem) -> bool:
        return item.method == "clone" and item.enabled

    if order.do == "run_now" and not order.item:
        begun = [item for item in history.ids if history.always(item, order.at - STEP, done + STEP, enabled)]
        return [item for item in begun if history.always(item, done, history.end, there)]
    deleted = history.record.deleted.get(order.run, history.end)
    asked = order.do == "run_now" or (order.do == "retry" and deleted > done + STEP)
    known = asked and order.item in history.ids
    return [order.item] if known and history.always(order.item, order.at - STEP, history.end, there) else []


def wrong_orders(history: History) -> Iterator[str]:
    """Runs by hand that nobody asked for."""
    orders = {order.id for order in history.record.orders}
    for key, sends in sorted(history.launches.items()):
        _, star, order_id = key.partition("*")
        if star and order_id.partition("~")[0] not in orders:
            yield f"{key} was launched at {sends[0].at:.1f}, and nobody asked for it"
        mark = sends[0].mark
        asked = any(in_backfill(history, order, mark) for order in history.record.orders)
        if not star and mark.cause == "backfill" and not asked:
            yield f"{key} was backfilled at {sends[0].at:.1f}, and nobody asked for it"


def launched_in_a_pause(history: History) -> Iterator[str]:
    """What was launched while its item or the instance was certainly paused, and nobody asked for it."""
    for key, sends in sorted(history.launches.items()):
        sent = sends[0]
        known = sent.mark.item in history.ids and sent.mark.cause != "manual" and not sent.delayed
        if known and history.paused(sent.mark.item, sent.called - HELD_AFTER, sent.called):
            yield f"{key} was launched at {sent.at:.1f}, in a pause"


def launched_without_item(history: History) -> Iterator[str]:
    """What was launched after its item was removed."""
    for key, sends in sorted(history.launches.items()):
        sent = sends[0]
        if sent.mark.item in history.ids and history.items(sent.mark.item, sent.called - STEP, sent.called) == {None}:
            yield f"{key} was launched at {sent.at:.1f}, though its item was not there any more"


def bad_end(history: History) -> Iterator[str]:
    """What is wrong with the instance at the end."""
    record = history.record
    yield from (f"{what}" for what in record.broken)
    yield from (f"the log says: {line}" for line in record.log if OWN_ERROR in line)
    try:
        state = loads(record.state)
    except ValueError as error:
        yield f"the state at the end cannot be read: {error}"
        return
    if not history.clean_within(record.ended - 60.0, record.ended, 20.0):
        yield "no engine is well at the end"
    long_ago = history.server_clock(record.ended) - OWED_FOR
    for launch in state.get("pending", ()):
        waits = launch["cause"] == "retry" and history.set_back(
            0.0, record.ended
        )  # until the clock shows its time again
        if waits or (seconds_of(launch["nominal"]) or 0.0) > long_ago:
            continue
        item = (
            history.certain(launch["item"], record.quiet_from, record.ended) if launch["item"] in history.ids else None
        )
        if item is not None and item.enabled and not history.pauses_itself(item.id):
            yield f"{launch['key']} is still owed at the end"

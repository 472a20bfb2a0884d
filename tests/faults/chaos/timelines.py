"""Which items were in force and which were paused at each moment. Where that is not certain, all that was possible."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

import attrs

from tests.faults.chaos.plain_items import items_of
from tests.faults.chaos.record import Order, Record

Possible = frozenset[object]


@attrs.define
class Timeline:
    """The possible values at each moment. Before the first one that is put, it is `first`."""

    first: object
    moments: list[float] = attrs.field(init=False, factory=lambda: [float("-inf")])
    values: list[Possible] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.values = [frozenset([self.first])]

    def put(self, moment: float, values: Iterable[object]) -> None:
        self.moments.append(moment)
        self.values.append(frozenset(values))

    def between(self, start: float, end: float) -> Possible:
        """Everything that was possible in a span."""
        first, last = bisect_right(self.moments, start) - 1, bisect_right(self.moments, end)
        return frozenset().union(*self.values[first:last])


def item_timelines(record: Record, orders: Sequence[Order], ids: Iterable[str]) -> dict[str, Timeline]:
    """The items in force: what was written is possible, and certain once an engine has read it. None is no item."""
    timelines = {item_id: Timeline(None) for item_id in ids}
    reads = [(opened.began, opened.at) for opened in record.opened]
    reads += [(order.at, order.done) for order in orders if order.do == "reload" and order.done is not None]
    moments = [(text.at, False, 0.0) for text in record.texts] + [(done, True, began) for began, done in reads]
    possible, written = [-1], 0  # numbers of texts; -1 is that of none, before the first engine
    for moment, is_read, began in sorted(moments):
        if is_read:
            newest = max(number for number, text in enumerate(record.texts) if text.at <= began)
            possible = list(range(newest, written))
        else:
            possible, written = [*possible, written], written + 1
        for item_id, timeline in timelines.items():
            texts = [record.texts[number].text if number >= 0 else "" for number in possible]
            timeline.put(moment, [items_of(text).get(item_id) if text else None for text in texts])
    return timelines


def pause_timeline(orders: Sequence[Order], target: str) -> Timeline:
    """Whether an item was paused, or with an empty `target` the instance."""
    concerned = [one for one in orders if one.do in ("pause", "resume") and one.item == target]
    timeline, possible = Timeline(False), set[object]([False])
    for moment in sorted({one.at for one in concerned} | {one.done for one in concerned if one.done is not None}):
        for order in concerned:
            if order.at == moment:
                possible.add(order.do == "pause")
            if order.done == moment and not any(_may_come_after(other, order) for other in concerned):
                possible = {order.do == "pause"}
        timeline.put(moment, possible)
    return timeline


def _may_come_after(other: Order, order: Order) -> bool:
    """True if another order may have been carried out after this one."""
    done = order.done or 0.0
    over = other.done if other.done is not None else other.lost
    return other is not order and other.at < done and (over is None or over > done)

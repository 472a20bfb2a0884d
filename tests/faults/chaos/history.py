"""What the judge asks of a record: what was in force, what the clocks showed, and when engines were well."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise

import attrs

from clearml_sched_widgets.records import ACTIVE
from tests.faults.chaos.plain_items import PlainItem, items_of
from tests.faults.chaos.record import Mark, Opened, Order, Record, Sent, Work, loads, seconds_of
from tests.faults.chaos.timelines import Possible, item_timelines, pause_timeline

MOST_GAP = 3.6  # seconds between two steps of an engine that is well
AT_ONCE = 8.0  # seconds after a jump of the server's clock in which an engine that goes on working notices it
STALE = 15.0  # seconds for which an engine may go by the clock that the server had before it was set
Spans = list[tuple[float, float]]


class History:
    """The facts of one record, arranged for questions. All times are seconds of true time."""

    def __init__(self, record: Record) -> None:
        self.record, self.end = record, record.ended
        self.orders = [self._certainly(order) for order in record.orders]
        self.ids = sorted({item_id for text in record.texts for item_id in items_of(text.text)})
        self._items = item_timelines(record, self.orders, self.ids)
        self._pauses = {target: pause_timeline(self.orders, target) for target in ("", *self.ids)}
        self.stretches = self._clean_stretches()
        self._deciding = self._deciding_work()
        self._save_moments = [moment for moment, _ in record.saves]
        self.launches: dict[str, list[Sent]] = defaultdict(list)  # by engines, by key
        for sent in record.enqueued:
            if sent.sender:
                self.launches[sent.mark.key].append(sent)
        self.function_calls: dict[str, list[float]] = defaultdict(list)
        for call in record.functions:
            self.function_calls[call.key].append(call.at)
        self._sent_moments = self._find_sent_moments()
        self._active_spans = self._find_active_spans()

    # -- items
    def items(self, item_id: str, start: float, end: float) -> Possible:
        """All that an item may have been in a span; None is in it if it may have been absent."""
        return self._items[item_id].between(start, end)

    def versions(self, item_id: str) -> list[PlainItem]:
        """All that an item may ever have been; nothing if there never was one."""
        known = self.items(item_id, 0.0, self.end) if item_id in self._items else ()
        return [one for one in known if isinstance(one, PlainItem)]

    def certain(self, item_id: str, start: float, end: float) -> PlainItem | None:
        """The item, if it was certainly there, and certainly the same, in the whole span."""
        found = self.items(item_id, start, end)
        only = next(iter(found)) if len(found) == 1 else None
        return only if isinstance(only, PlainItem) else None

    def always(self, item_id: str, start: float, end: float, holds: Callable[[PlainItem], bool]) -> bool:
        """True if the item was certainly there in the whole span, and something always held of it."""
        return all(isinstance(one, PlainItem) and holds(one) for one in self.items(item_id, start, end))

    def ever(self, item_id: str, start: float, end: float, holds: Callable[[PlainItem], bool]) -> bool:
        """True if something may have held of the item at a moment of the span."""
        return any(isinstance(one, PlainItem) and holds(one) for one in self.items(item_id, start, end))

    def runs(self, item_id: str, start: float, end: float) -> bool:
        """True if neither the item nor the instance can have been paused in the span."""
        return not any(True in self._pauses[target].between(start, end) for target in ("", item_id))

    def paused(self, item_id: str, start: float, end: float) -> bool:
        """True if the item or the instance was certainly paused in the whole span."""
        return any(self._pauses[target].between(start, end) == {True} for target in ("", item_id))

    def pauses_itself(self, item_id: str) -> bool:
        """True if the item may ever have been paused by the engine, after failures. Nobody but a user ends that."""
        return any(one.pauses_itself for one in self.versions(item_id))

    def began(self, item_id: str) -> float:
        """When an item may first have been in force."""
        return min((text.at for text in self.record.texts if item_id in items_of(text.text)), default=self.end)

    def changed_in_trouble(self, item_id: str, slot: float, until: float) -> bool:
        """True if a change that makes this slot possible was written before `until` while no engine was well.

        What an engine first reads of a change when it opens is another matter (K24): it launches slots before it.
        """
        reloads = [one.done for one in self.orders if one.do == "reload" and one.done is not None]
        reads = sorted([*(one.began for one in self.record.opened), *reloads])
        possible = False
        for text in self.record.texts:
            before, item = possible, items_of(text.text).get(item_id)
            possible = item is not None and item.enabled and slot in item.slots
            if possible and not before and 0.0 < text.at <= until:
                read = next((moment for moment in reads if moment > text.at), self.end)
                if not self.clean(text.at - STALE, min(self.end, read + MOST_GAP)):
                    return True
        return False

    # -- clocks
    def reaches(self, slot: float) -> list[float]:
        """When the server's clock reached a time: more than once if it was set back."""
        offsets, found = self.record.offsets, list[float]()
        for number, (since, ahead) in enumerate(offsets):
            until = offsets[number + 1][0] if number + 1 < len(offsets) else self.end
            before = since + offsets[number - 1][1] if number else float("-inf")
            if before < slot <= since + ahead:
                found.append(since)
            elif since + ahead < slot <= until + ahead:
                found.append(slot - ahead)
        return found

    def earliest(self, slot: float) -> float:
        """When an engine that knows the server's clock may have thought that a time was reached."""
        offsets, found = self.record.offsets, [float("inf")]
        for number, (since, ahead) in enumerate(offsets):
            until = offsets[number + 1][0] + STALE if number + 1 < len(offsets) else self.end
            if slot - ahead <= until:
                found.append(max(since, slot - ahead))
        return min(found)

    def steady(self, start: float, end: float) -> bool:
        """True if nobody set the server's clock in the span."""
        return not any(start <= since <= end for since, _ in self.record.offsets[1:])

    def set_back(self, start: float, end: float) -> bool:
        """True if somebody set the server's clock back in the span."""
        return any(start <= moment <= end for moment in self._back_jumps())

    def _back_jumps(self) -> list[float]:
        return [since for (_, before), (since, after) in pairwise(self.record.offsets) if after < before]

    def elapsed(self, start: float, end: float) -> float:
        """The seconds between two moments by the true time or by the server's clock, whichever went further."""
        return max(end - start, self.server_clock(end) - self.server_clock(start))

    def server_clock(self, moment: float) -> float:
        """What the server's clock shows, in seconds since START."""
        return moment + [ahead for since, ahead in self.record.offsets if since <= moment][-1]

    def unseen(self, moment: float) -> bool:
        """True if the server's clock was set back, and no engine was well from then until after this moment.

        What changed meanwhile has times that no engine can tell from those of changes that it has seen before.
        """
        return any(since <= moment <= self._well_from(since) for since in self._back_jumps())

    def _well_from(self, moment: float) -> float:
        """When an engine is well again; `moment` itself if one goes on working."""
        starts = (max(first, moment) for first, last in self.stretches if last > moment + MOST_GAP)
        start = min(starts, default=self.end)
        return start if start - moment > AT_ONCE else moment

    # -- engines
    def clean(self, start: float, end: float) -> bool:
        """True if one engine was well in the whole span."""
        return any(first <= start and end <= last for first, last in self.stretches)

    def clean_within(self, start: float, end: float, length: float) -> bool:
        """True if one engine was well for so long within a span."""
        return any(min(end, last) - max(start, first) >= length for first, last in self.stretches)

    def first_clean(self, start: float, length: float) -> float:
        """From when on, after `start`, one engine was well for so long; infinity if none ever was."""
        starts = (max(start, first) for first, last in self.stretches if last - max(start, first) >= length)
        return min(starts, default=float("inf"))

    def absences(self, length: float) -> Spans:
        """The spans, at least so long, in which no engine that had opened the instance worked."""
        spans = [(work.began, work.ended) for work in self._deciding]
        spans += [(opened.began, opened.at) for opened in self.record.opened]
        gaps, last = Spans(), 0.0
        for began, ended in sorted(spans):
            if began - last >= length:
                gaps.append((last, began))
            last = max(last, ended)
        return gaps

    def openings(self) -> list[tuple[float, Opened]]:
        """Each engine that opened the instance but the first, and when another that had done so last worked before."""
        ends = sorted(work.ended for work in self._deciding)
        return [(ends[bisect_right(ends, one.began) - 1], one) for one in self.record.opened[1:] if one.began > ends[0]]

    def same_step(self, sender: str, start: float, end: float) -> bool:
        """True if no step of an engine has ended in the span: what it did at both moments it decided at once."""
        return not any(work.ok and work.sender == sender and start < work.ended < end for work in self._deciding)

    # -- what the server says of the item's launches
    def pending(self, item_id: str, moment: float) -> bool:
        """True if the state that was last saved before owes launches of the item."""
        number = bisect_right(self._save_moments, moment) - 1
        return number >= 0 and item_id in _pending_items(self.record.saves[number][1])

    def saved_as_launched(self, mark: Mark, start: float, end: float) -> bool:
        """True if the last state that was saved in a span says that a run was launched."""
        first, last = bisect_right(self._save_moments, start), bisect_right(self._save_moments, end)
        if first == last:
            return False
        state = loads(self.record.saves[last - 1][1])
        watermark = seconds_of(state["items"].get(mark.item, {}).get("watermark", ""))
        decided = mark.cause != "schedule" or watermark is None or mark.nominal is None or watermark >= mark.nominal
        return decided and all(launch["key"] != mark.key for launch in state["pending"])

    def active(self, item_id: str, start: float, end: float) -> bool:
        """True if a run of the item, or a copy of one, was queued or running at a moment of the span."""
        return any(first < end and start < last for first, last in self._active_spans.get(item_id, ()))

    def sent(self, item_id: str, start: float, end: float) -> bool:
        """True if something of the item was made or launched in the span."""
        return any(start <= moment <= end for moment in self._sent_moments.get(item_id, ()))

    # -- arranging
    def _certainly(self, order: Order) -> Order:
        """The order; as lost if it may have been refused, because the engine met an error that nobody foresaw."""
        done = order.done
        if done is None or not any(order.at <= moment <= done for moment in self.record.nonsense):
            return order
        return attrs.evolve(order, done=None, lost=done)

    def _deciding_work(self) -> list[Work]:
        """The work of engines that had opened the instance."""
        since = {opened.sender: opened.at for opened in self.record.opened}
        return [work for work in self.record.work if work.began >= since.get(work.sender, self.end)]

    def _clean_stretches(self) -> Spans:
        """The spans in which one engine worked, without long pauses, and nothing went wrong."""
        stretches: list[list[float]] = []
        sender = ""
        for work in sorted(self.record.work, key=lambda work: work.ended):
            if work.ok and work.sender == sender and work.began - stretches[-1][1] <= MOST_GAP:
                stretches[-1][1] = work.ended
            elif work.ok:
                stretches.append([work.began, work.ended])
                sender = work.sender
            elif work.sender == sender:
                sender = ""
        clean = [(start, end) for start, end in stretches]
        for start, end in self.record.dirty:
            clean = [part for stretch in clean for part in _without(stretch, start, end)]
        return clean

    def _find_sent_moments(self) -> dict[str, list[float]]:
        moments = defaultdict[str, list[float]](list)
        for sent in [*self.record.enqueued, *self.record.made]:
            moments[sent.mark.item].append(sent.at)
        for call in self.record.functions:
            moments[item_of(call.key)].append(call.at)
        return moments

    def _find_active_spans(self) -> dict[str, Spans]:
        """When tasks with an item's mark were queued or running, and when its function ran."""
        items = {made.task: made.mark.item for made in [*self.record.made, *self.record.enqueued]}
        began, spans = dict[str, float](), defaultdict[str, Spans](list)
        for change in self.record.statuses:
            if change.task in items and change.after in ACTIVE:
                began.setdefault(change.task, change.at)
            elif change.task in began:
                spans[items[change.task]].append((began.pop(change.task), change.at))
        for task, start in began.items():
            spans[items[task]].append((start, self.record.gone.get(task, self.end)))
        for call in self.record.functions:
            spans[item_of(call.key)].append((call.at, call.until + MOST_GAP))
        return spans


def item_of(key: str) -> str:
    """The item in a run key."""
    return key.partition("@")[0].partition("*")[0].partition("!")[0]


def _without(stretch: tuple[float, float], start: float, end: float) -> Spans:
    first, last = stretch
    if end <= first or start >= last:
        return [stretch]
    return [part for part in ((first, start), (end, last)) if part[1] > part[0]]


@lru_cache(maxsize=2000)
def _pending_items(state: str) -> frozenset[str]:
    return frozenset(launch["item"] for launch in loads(state).get("pending", ()))

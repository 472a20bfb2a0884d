"""How far long work is: runs that are launched together, past periods that are filled one run after the other, and the
items of an instance that is run now as a whole."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

import attrs
import traitlets

from clearml_sched_widgets.engine.launching.batch import Batch
from clearml_sched_widgets.instances.running import engine_here
from clearml_sched_widgets.sentences.parts import ForeignText, Sentence, sentence
from clearml_sched_widgets.views.history import View
from clearml_sched_widgets.widgets.host.messages import Handler
from clearml_sched_widgets.widgets.host.page_values import sentence_data

LEAST = 10  # runs: fewer are launched before anybody has read a word about it
ENDED_FOR = 12.0  # seconds for which it is told what came of it
LATEST = 2000  # runs among which those of a command are looked for


@attrs.frozen(kw_only=True)
class Work:
    """Something that takes long. `failed` says that it ended, but not well."""

    sentence: Sentence
    done: int
    total: int
    over: bool = False
    failed: bool = False


def of_batch(batch: Batch) -> Work:
    """What there is to say of runs that are launched together."""
    total = f"{batch.total:,}"
    if not batch.over:
        return Work(sentence=sentence(f"Launching {total} runs"), done=batch.done, total=batch.total)
    if batch.failed:
        words = f"{batch.failed:,} of {total} runs were not launched yet; they are tried again: "
        return Work(
            sentence=sentence(words, ForeignText(batch.error)),
            done=batch.total,
            total=batch.total,
            over=True,
            failed=True,
        )
    return Work(sentence=sentence(f"{total} runs were launched."), done=batch.total, total=batch.total, over=True)


def backfills(view: View | None) -> dict[str, int]:
    """How many runs of past periods are still to be launched, by item."""
    if view is None or view.state is None:
        return {}
    return dict(Counter(one.item for one in view.state.pending if one.cause == "backfill"))


def by_hand(view: View | None) -> dict[str, tuple[int, int]]:
    """Of commands whose runs are not all launched: how many are left and how many there are, by the end of their keys.

    A run key by hand is the item's id and that end, which all runs of one command share.
    """
    if view is None or view.state is None:
        return {}
    left = Counter(one.key[len(one.item) :] for one in view.state.pending if one.cause == "manual")
    if not left:
        return {}
    runs = {row.key for row in islice(view.executed, LATEST) if row.cause == "manual"}
    return {end: (count, count + sum(key.endswith(end) for key in runs)) for end, count in left.items()}


class ShowsProgress(traitlets.HasTraits):
    """The trait of a widget that shows how far long work is."""

    progress: traitlets.List[Any] = traitlets.List().tag(sync=True)


class ProgressPart:
    """Follows the instance that a dashboard shows: `view` tells what that is at the moment, None for nothing."""

    def __init__(self, view: Callable[[], View | None]) -> None:
        self._view = view
        self._of = ""
        self._followed = 0  # the batch that was seen while it was under way
        self._most: dict[str, int] = {}  # runs at most, by the item of a backfill, or by the end of the keys
        self._ended: dict[str, tuple[float, Work]] = {}  # until when it is told
        self._told: list[dict[str, Any]] = []

    def instant(self) -> Mapping[str, Handler]:
        return {}

    def slow(self) -> Mapping[str, Handler]:
        return {}

    def refresh(self) -> None:
        """Nothing to read: it is all known here."""

    def state(self) -> dict[str, Any]:
        view, now = self._view(), time.monotonic()
        if view is None or view.id != self._of:
            self._of, self._followed = "" if view is None else view.id, 0
            self._most, self._ended = {}, {}
        work = {} if view is None else {**self._filled(view, now), **self._launched(view, now)}
        self._ended = {key: one for key, one in self._ended.items() if one[0] > now}
        ended = {key: one for key, (_, one) in self._ended.items()}
        told = [_data(key, one) for key, one in {**ended, **work}.items()]
        if told != self._told:
            self._told = told
        return {"progress": self._told}

    def _launched(self, view: View, now: float) -> dict[str, Work]:
        engine = engine_here(view.id)
        batch = engine.batch if engine else None
        if batch is None or batch.total < LEAST:
            return {}
        if not batch.over:
            self._followed = batch.number
            return {"launch": of_batch(batch)}
        if self._followed == batch.number:
            self._followed = 0
            self._ended["launch"] = (now + ENDED_FOR, of_batch(batch))
        return {}

    def _filled(self, view: View, now: float) -> dict[str, Work]:
        left = {item: (count, count) for item, count in backfills(view).items()} | by_hand(view)
        for key in [key for key in self._most if key not in left]:
            total = self._most.pop(key)
            words = _sentence(view, key, over=True)
            if total > 1 and words:
                self._ended[key] = (now + ENDED_FOR, Work(sentence=words, done=total, total=total, over=True))
        found: dict[str, Work] = {}
        for key, (count, seen) in left.items():
            total = self._most[key] = max(seen, self._most.get(key, 0))
            if total > 1:
                found[key] = Work(sentence=_sentence(view, key, over=False), done=total - count, total=total)
        return found


def _sentence(view: View, key: str, *, over: bool) -> Sentence:
    """What it is, or that it is over; nothing of the end of a backfill whose item is gone."""
    if key.startswith("*"):
        return sentence("Run now of all items is done." if over else "Run now of all items")
    if not over:
        return sentence("Backfill of ", _name(view, key))
    there = view.definition is not None and view.definition.item(key) is not None
    return sentence("The backfill of ", _name(view, key), " is done.") if there else ()


def _name(view: View, item: str) -> ForeignText:
    return ForeignText(next((row.name for row in view.scheduled if row.item == item), item))


def _data(key: str, work: Work) -> dict[str, Any]:
    state = "failed" if work.failed else "done" if work.over else "going"
    return {"key": key, "said": sentence_data(work.sentence), "done": work.done, "total": work.total, "state": state}

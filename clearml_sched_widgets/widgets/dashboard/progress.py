"""The progress of long work: many runs that are launched together, backfills, and "run now" of all items."""

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

LEAST_RUNS = 10  # fewer runs are launched too quickly to show their progress
ENDED_FOR = 12.0  # seconds for which the result of ended work is shown
SEARCHED_RUNS = 2000  # latest runs in which those of a command are looked for


@attrs.frozen(kw_only=True)
class Work:
    """Long work and its progress. `failed`: it is over, but not everything succeeded."""

    sentence: Sentence
    done: int
    total: int
    over: bool = False
    failed: bool = False


def batch_work(batch: Batch) -> Work:
    """The progress or the result of runs that are launched together."""
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


def pending_backfills(view: View | None) -> dict[str, int]:
    """The number of pending backfill launches, by item."""
    if view is None or view.state is None:
        return {}
    return dict(Counter(launch.item for launch in view.state.pending if launch.cause == "backfill"))


def pending_commands(view: View | None) -> dict[str, tuple[int, int]]:
    """The pending launches and all launches of each manual command that is not done, by the suffix of their run keys.

    The run key of a manual run is the item's id and a suffix, which all runs of one command share.
    """
    if view is None or view.state is None:
        return {}
    pending = Counter(launch.key[len(launch.item) :] for launch in view.state.pending if launch.cause == "manual")
    if not pending:
        return {}
    keys = {row.key for row in islice(view.executed, SEARCHED_RUNS) if row.cause == "manual"}
    return {suffix: (count, count + sum(key.endswith(suffix) for key in keys)) for suffix, count in pending.items()}


class ShowsProgress(traitlets.HasTraits):
    """The trait of a widget that shows the progress of long work."""

    progress: traitlets.List[Any] = traitlets.List().tag(sync=True)


class ProgressPart:
    """Follows the instance that a dashboard shows. `view` returns its current view, None if nothing is shown."""

    def __init__(self, view: Callable[[], View | None]) -> None:
        self._view = view
        self._instance_id = ""
        self._followed_batch = 0  # the number of a batch that was seen before it was over
        self._totals: dict[str, int] = {}  # the most runs seen, by the item of a backfill or the suffix of a command
        self._ended: dict[str, tuple[float, Work]] = {}  # with the monotonic time until which it is shown
        self._progress: list[dict[str, Any]] = []

    def instant_handlers(self) -> Mapping[str, Handler]:
        return {}

    def slow_handlers(self) -> Mapping[str, Handler]:
        return {}

    def refresh(self) -> None:
        """There is nothing to read."""

    def state(self) -> dict[str, Any]:
        view, now = self._view(), time.monotonic()
        if view is None or view.id != self._instance_id:
            self._instance_id, self._followed_batch = "" if view is None else view.id, 0
            self._totals, self._ended = {}, {}
        active = {} if view is None else {**self._pending_work(view, now), **self._batch_work(view, now)}
        self._ended = {key: (until, work) for key, (until, work) in self._ended.items() if until > now}
        ended = {key: work for key, (_, work) in self._ended.items()}
        progress = [_work_data(key, work) for key, work in {**ended, **active}.items()]
        if progress != self._progress:
            self._progress = progress
        return {"progress": self._progress}

    def _batch_work(self, view: View, now: float) -> dict[str, Work]:
        engine = engine_here(view.id)
        batch = engine.batch if engine else None
        if batch is None or batch.total < LEAST_RUNS:
            return {}
        if not batch.over:
            self._followed_batch = batch.number
            return {"launch": batch_work(batch)}
        if self._followed_batch == batch.number:
            self._followed_batch = 0
            self._ended["launch"] = (now + ENDED_FOR, batch_work(batch))
        return {}

    def _pending_work(self, view: View, now: float) -> dict[str, Work]:
        backfills = {item: (count, count) for item, count in pending_backfills(view).items()}
        pending = backfills | pending_commands(view)
        for key in [key for key in self._totals if key not in pending]:
            total = self._totals.pop(key)
            words = _sentence(view, key, over=True)
            if total > 1 and words:
                self._ended[key] = (now + ENDED_FOR, Work(sentence=words, done=total, total=total, over=True))
        active: dict[str, Work] = {}
        for key, (count, seen) in pending.items():
            total = self._totals[key] = max(seen, self._totals.get(key, 0))
            if total > 1:
                active[key] = Work(sentence=_sentence(view, key, over=False), done=total - count, total=total)
        return active


def _sentence(view: View, key: str, *, over: bool) -> Sentence:
    """Names the work, or says that it is over. Empty for an ended backfill whose item was removed."""
    if key.startswith("*"):
        return sentence("Run now of all items is done." if over else "Run now of all items")
    if not over:
        return sentence("Backfill of ", _name(view, key))
    has_item = view.definition is not None and view.definition.item(key) is not None
    return sentence("The backfill of ", _name(view, key), " is done.") if has_item else ()


def _name(view: View, item: str) -> ForeignText:
    return ForeignText(next((row.name for row in view.scheduled if row.item == item), item))


def _work_data(key: str, work: Work) -> dict[str, Any]:
    state = "failed" if work.failed else "done" if work.over else "going"
    return {"key": key, "said": sentence_data(work.sentence), "done": work.done, "total": work.total, "state": state}

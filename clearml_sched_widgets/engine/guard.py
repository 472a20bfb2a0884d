"""Keeps an unforeseen error in one piece of work, such as one item or one run, from stopping the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from clearml_sched_widgets.engine.instance_task.journal import Journal
from clearml_sched_widgets.errors import SchedulerError

MOST_FAILURES = 3  # failures in a row after which a subject is set aside
MOST_SUBJECTS = 10_000  # of which failures are counted; beyond it the oldest counts are dropped
ITEM = "item "  # begins the subjects that are items

T = TypeVar("T")


class Guard:
    """Runs pieces of work by their subject. Remembers nothing beyond this process. Used by one thread only."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._failures: dict[str, int] = {}
        self._set_aside: dict[str, str] = {}  # by subject: what went wrong
        self.items_set_aside: Mapping[str, str] = {}  # of these, the items by their ids; replaced at each change

    @property
    def set_aside(self) -> Mapping[str, str]:
        """The subjects that are set aside, each with its error."""
        return self._set_aside

    def run(self, subject: str, title: str, work: Callable[[], T]) -> T | None:
        """Do a piece of work and return its result; None after an unforeseen error, or if the subject is set aside.

        An error is logged with the `title` of its subject. The third one in a row sets the subject aside.
        Errors that this package raises on purpose go through.
        """
        if subject in self._set_aside:
            return None
        try:
            result = work()
        except SchedulerError:
            raise
        except Exception as error:  # noqa: BLE001 - that is what a guard is for
            self._count_failure(subject, title, error)
            return None
        if self._failures:
            self._failures.pop(subject, None)
        return result

    def is_failing(self, subject: str) -> bool:
        """True if the last try of a subject that is not set aside has failed."""
        return subject in self._failures and subject not in self._set_aside

    def try_again(self, *subjects: str) -> bool:
        """Forget the failures of some subjects. Returns True if one of them was set aside."""
        count = len(self._set_aside)
        for subject in list(subjects):
            self._failures.pop(subject, None)
            if self._set_aside.pop(subject, None) is not None:
                self._list_items()
        return len(self._set_aside) < count

    def _count_failure(self, subject: str, title: str, error: Exception) -> None:
        text = f"{type(error).__name__}: {error}"[:300]
        count = self._failures.pop(subject, 0) + 1
        self._failures[subject] = count
        if len(self._failures) > MOST_SUBJECTS:
            self._failures.pop(next(iter(self._failures)))
        if count < MOST_FAILURES:
            if count == 1:
                self._journal.error(f"{title}: an unforeseen error: {text}. It is tried again.")
            return
        self._set_aside[subject] = text
        self._list_items()
        self._journal.error(f"{title}: set aside after {count} errors, the last one: {text}. The others go on.")

    def _list_items(self) -> None:
        self.items_set_aside = {
            subject.removeprefix(ITEM): text for subject, text in self._set_aside.items() if subject.startswith(ITEM)
        }


def item_subject(item_id: str) -> str:
    """The subject of an item's own work."""
    return f"{ITEM}{item_id}"

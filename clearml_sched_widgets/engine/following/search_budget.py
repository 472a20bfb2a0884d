"""Limits the time that the regular expressions of all triggers may take in one poll."""

from __future__ import annotations

from collections.abc import Callable

from clearml_sched_widgets.conditions.selection import MAX_SEARCH_SECONDS, search_name

# seconds
QUICK = 0.002  # a search within this time is free. It holds the interpreter's lock, which thousands of names cost less
PER_TRIGGER = 0.5  # for all longer searches of one trigger
IN_ALL = 1.0  # for those of all triggers


class SearchBudget:
    """The time that is left for slow searches in one poll. `monotonic` is a clock, in seconds.

    A trigger that has used up its time, or needs more when the time of all is used up, searches no name any more.
    Triggers whose searches are quick lose nothing by the others.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._left_in_all = IN_ALL
        self._left: dict[str, float] = {}  # by trigger id

    def search(self, trigger_id: str, pattern: str, name: str) -> bool:
        """Whether the pattern matches somewhere in the name. Raises TimeoutError, which says why."""
        left = self._left.get(trigger_id, PER_TRIGGER)
        if left > QUICK:
            try:
                return search_name(pattern, name, QUICK, let_others_run=False)
            except TimeoutError:
                left = min(left, self._left_in_all)
        if left <= QUICK:
            self._left[trigger_id] = 0
            raise TimeoutError("takes too long in one poll, and was not tried")
        return self._search_slowly(trigger_id, pattern, name, min(left, MAX_SEARCH_SECONDS))

    def _search_slowly(self, trigger_id: str, pattern: str, name: str, seconds: float) -> bool:
        began, spent = self._monotonic(), seconds
        try:
            found = search_name(pattern, name, seconds)
            spent = min(seconds, self._monotonic() - began)
        finally:
            self._left_in_all -= spent
            self._left[trigger_id] = self._left.get(trigger_id, PER_TRIGGER) - spent
        return found

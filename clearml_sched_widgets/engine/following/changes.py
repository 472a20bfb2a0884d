"""Reads the objects that have changed on the server since a time, page by page, while they go on changing.

The times are those that the server wrote, so this machine's clock does not matter.
Pages are offsets, and objects move between pages while they are read. So always the first page is read, from the time
of the last row before.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs

from clearml_sched_widgets.definition import Trigger
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.gateway.paging import PAGE
from clearml_sched_widgets.policy.state import ReadPosition
from clearml_sched_widgets.records import LOOKBACK, Entity


class ChangeReader:
    """Reads all objects of one kind that changed at or after `since` (server time), oldest first.

    An object that changes meanwhile may come twice. `done` says that all were read.
    """

    def __init__(self, gateway: Gateway, kind: str, since: datetime) -> None:
        self._gateway, self._kind, self._since = gateway, kind, since
        self._next_of_same_time: int | None = None  # number of the next page, within a time that fills a whole page
        self.done = False

    def read(self) -> list[Entity]:
        """The next page. One request. Raises GatewayError; then the next call repeats the request."""
        if self._next_of_same_time is not None:
            return self._read_same_time(self._next_of_same_time)
        page = self._gateway.changed(self._kind, self._since, PAGE)
        newest = page[-1].changed if page else None
        if len(page) < PAGE or newest is None:
            self.done = True
        elif newest == self._since:
            self._next_of_same_time = 0
        else:
            self._since = newest
        return page

    def _read_same_time(self, number: int) -> list[Entity]:
        page = self._gateway.changed_at(self._kind, self._since, number)
        self._next_of_same_time = number + 1
        if len(page) < PAGE:
            self._next_of_same_time = None
            self._since += timedelta(milliseconds=1)
        return page


@attrs.define
class Reading:
    """One reading of the objects of a kind: what has changed since the last poll, or a first look at all of them."""

    kind: str
    triggers: Sequence[Trigger]
    reader: ChangeReader
    since: datetime | None  # None in a first look
    cursor: datetime
    seen: dict[str, str]  # id -> time of a change that was handled
    began: datetime  # the server's present when the poll began
    ahead: datetime | None = None  # see ReadPosition
    rows: deque[Entity] = attrs.field(factory=deque)  # read, and still to be looked at
    unpruned: list[Trigger] = attrs.field(factory=list)  # whose memory is still to be tidied up

    def read(self) -> None:
        """Read one more page, and keep what was not handled yet. One request. Raises GatewayError."""
        for row in self.reader.read():
            stamp = row.changed.isoformat() if row.changed else ""
            if self.seen.get(row.id) != stamp:
                self.seen[row.id] = stamp
                self.rows.append(row)
                if row.changed is not None:
                    self.cursor = max(self.cursor, row.changed)

    def position(self, present: datetime) -> ReadPosition:
        """The read position after all this, at the server's `present`.

        Objects that changed in the server's future do not move the cursor beyond the beginning of the poll.
        """
        cursor = self.cursor if self.cursor <= present else min(self.began, present)
        recent = (cursor - LOOKBACK).isoformat()
        return ReadPosition(
            cursor=cursor,
            seen={key: stamp for key, stamp in self.seen.items() if stamp >= recent},
            ahead=self.ahead if self.ahead and self.ahead > cursor else None,
        )

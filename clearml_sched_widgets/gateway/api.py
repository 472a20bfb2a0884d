"""Sends the requests of one gateway, and reads what the answers must have. Connects when it is first used.

A connection belongs to one process: in a forked child, every gateway connects anew.
"""

from __future__ import annotations

import contextlib
import os
import threading
import weakref
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from clearml_sched_widgets.gateway import answers, failures
from clearml_sched_widgets.gateway.answers import Data, Shape
from clearml_sched_widgets.gateway.http import Account, Connection
from clearml_sched_widgets.gateway.nonsense import LeftOut, Nonsense
from clearml_sched_widgets.gateway.present import ServerClock

MOST_PAGES = 1000  # of one list
MOST_MORE_PAGES = 10  # read in place of rows that were left out of one page

Body = Mapping[str, Any]
Read = Callable[[object], "R"]
R = TypeVar("R")


class Api:
    """A connection to the account that `find_account` returns, which is called until a login succeeds. Thread-safe.

    `requests` counts the requests by endpoint, `clock` learns the server's time, `left_out` tells of rows of lists that
    made no sense. All methods raise GatewayError: also for an answer that makes no sense.
    """

    def __init__(self, find_account: Callable[[], Account], *, workers: int, timeout: float) -> None:
        self.requests: Counter[str] = Counter()
        self.clock = ServerClock()
        self.left_out = LeftOut()
        self._find_account = find_account
        self._account: Account | None = None  # known after the first login
        self._workers = workers
        self._timeout = timeout
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        _all.add(self)

    def with_own_connection(self, timeout: float) -> Api:
        """Return an Api with one socket and a login of its own to the same account. It shares all that is learned."""
        other = Api(self._find_account, workers=1, timeout=min(timeout, self._timeout))
        other.requests, other.clock, other.left_out = self.requests, self.clock, self.left_out
        other._account = self.account
        return other

    @property
    def account(self) -> Account:
        """The account of the connection."""
        return self._connected().account

    @property
    def host(self) -> str:
        """The server's address; empty before the first login."""
        return self._account.host if self._account else ""

    # -- requests
    def read(self, endpoint: str, body: Body) -> Data:
        """Send a request that changes nothing."""
        return self._connected().read(endpoint, body)

    def write(self, endpoint: str, body: Body) -> Data:
        """Send a request that changes something, once."""
        return self._connected().write(endpoint, body)

    def write_lines(self, endpoint: str, items: Iterable[Body]) -> Data:
        """Send a batch that changes something, once: one JSON object per line."""
        return self._connected().write_lines(endpoint, items)

    def read_as(self, endpoint: str, body: Body, shape: type[Shape]) -> Shape:
        """Send a request that changes nothing, and read its answer."""
        data = self.read(endpoint, body)
        with self._making_sense(endpoint, read_only=True):
            return answers.structured(data, shape)

    def write_as(self, endpoint: str, body: Body, shape: type[Shape], *, timeout: float = 0) -> Shape:
        """Send a request that changes something, once, and read its answer. `timeout`: minimum seconds to wait."""
        data = self._connected().write(endpoint, body, timeout=timeout)
        with self._making_sense(endpoint):
            return answers.structured(data, shape)

    # -- lists
    def rows(self, endpoint: str, body: Body) -> list[object]:
        """Return the rows of one answer as they are."""
        data = self.read(endpoint, body)
        with self._making_sense(endpoint, read_only=True):
            return answers.rows(data, endpoint.partition(".")[0])  # the API names each list as the service

    def every_row(self, endpoint: str, body: Body, read: Read[R]) -> list[R]:
        """Return the rows of one answer. Raises Unavailable if one makes no sense: its object must not seem gone."""
        found = self.rows(endpoint, body)
        with self._making_sense(endpoint, read_only=True):
            return [read(row) for row in found]

    def page(self, endpoint: str, body: Body, read: Read[R]) -> list[R]:
        """Return one page. Rows that make no sense are left out, and those of the next pages take their places.

        So fewer rows than the page has mean that the list ends here.
        """
        found: list[R] = []
        size = body["page_size"]
        for number in range(body["page"], body["page"] + 1 + MOST_MORE_PAGES):
            rows = self.rows(endpoint, {**body, "page": number})
            found += self.left_out.read_rows(endpoint, rows, read)
            if len(rows) < size or len(found) >= size:
                return found[:size]
        raise failures.nonsense(self.host, endpoint, "rows", read_only=True)

    def all_pages(self, endpoint: str, body: Body, read: Read[R]) -> list[R]:
        """Return a whole list. Rows that make no sense are left out."""
        found: list[R] = []
        before: list[object] = []
        for number in range(MOST_PAGES):
            rows = self.rows(endpoint, {**body, "page": number})
            if rows and rows == before:
                raise failures.nonsense(self.host, endpoint, "page", read_only=True)
            found += self.left_out.read_rows(endpoint, rows, read)
            if len(rows) < body["page_size"]:
                break
            before = rows
        return found

    # -- internal
    def _connected(self) -> Connection:
        with self._lock:
            if self._connection is None:
                connection = Connection(
                    self._account or self._find_account(),
                    self.requests,
                    self.clock,
                    workers=self._workers,
                    timeout=self._timeout,
                    proven=self._account is not None,
                )
                connection.login()
                self._connection, self._account = connection, connection.account
            return self._connection

    @contextlib.contextmanager
    def _making_sense(self, endpoint: str, *, read_only: bool = False) -> Iterator[None]:
        """Turn Nonsense into the error for it."""
        try:
            yield
        except Nonsense as problem:
            raise failures.nonsense(self.host, endpoint, problem.field, read_only=read_only) from None

    def _start_anew(self) -> None:
        """Forget the connection of the parent process, and the locks that its threads may have held at the fork."""
        if self._connection is not None:
            _of_parents.append(self._connection)
        self._connection = None
        self._lock, self.clock = threading.Lock(), ServerClock()


_all: weakref.WeakSet[Api] = weakref.WeakSet()
_of_parents: list[Connection] = []  # kept, because freeing one would use its locks


def _start_all_anew() -> None:
    for api in list(_all):
        api._start_anew()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_start_all_anew)

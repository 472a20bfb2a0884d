"""A way to the in-memory server on which requests and answers get lost, come late, and during which engines die."""

from __future__ import annotations

import contextlib
import functools
import random
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any, cast

from clearml_sched_widgets.errors import AccessDenied, GatewayError, OutcomeUnknown, Unavailable
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.gateway.memory.gateway import MemoryGateway
from tests.engine.world import Killed

METHODS = frozenset(name for name in vars(Gateway) if not name.startswith("_"))
READS = frozenset({"server", "tasks", "changed", "changed_at", "queues", "projects", "log", "leases"})
KINDS = ("unavailable", "denied", "lost request", "lost answer", "late", "killed before", "killed after")


class Faulty:
    """Passes requests on; a seeded share of them goes wrong. `happened` counts by method and kind."""

    def __init__(self, gateway: MemoryGateway, seed: int, share: float) -> None:
        self._gateway = gateway
        self._random = random.Random(seed)
        self._share = share
        self._late: list[tuple[int, functools.partial[Any]]] = []
        self._lock = threading.RLock()  # clones come from several threads
        self._number = 0
        self.active = False
        self.happened: Counter[tuple[str, str]] = Counter()

    def gateway(self) -> Gateway:
        return cast(Gateway, self)

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._gateway, name)
        return functools.partial(self._call, name, method) if name in METHODS else method

    def delayed(self, name: str) -> bool:
        """Whether a request of that method is still under way."""
        return any(request.func.__name__ == name for _, request in self._late)

    def flush(self) -> None:
        """Let every late request arrive."""
        with self._lock:
            late, self._late = self._late, []
            for _, request in late:
                self._arrive(request)

    def _call(self, name: str, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        with self._lock:
            self._number += 1
            self._arrivals()
            kind = self._kind(name)
            if not kind:
                return method(*args, **kwargs)
            self.happened[name, kind] += 1
            return self._go_wrong(kind, functools.partial(method, *args, **kwargs))

    def _kind(self, name: str) -> str:
        if not self.active or self._random.random() >= self._share:
            return ""
        return self._random.choice([kind for kind in KINDS if name not in READS or kind != "late"])

    def _go_wrong(self, kind: str, request: functools.partial[Any]) -> None:
        if kind == "unavailable":
            raise Unavailable("HTTP 503")
        if kind == "denied":
            raise AccessDenied("HTTP 401")
        if kind == "killed before":
            raise Killed
        if kind == "late":
            self._late.append((self._number + self._random.randint(1, 40), request))
        if kind in ("lost answer", "killed after"):
            self._arrive(request)
        if kind == "killed after":
            raise Killed
        raise OutcomeUnknown("no answer in time")

    def _arrivals(self) -> None:
        due = [request for number, request in self._late if number <= self._number]
        self._late = [(number, request) for number, request in self._late if number > self._number]
        for request in due:
            self._arrive(request)

    def _arrive(self, request: Callable[[], Any]) -> None:
        with contextlib.suppress(GatewayError):
            request()

"""A gateway to the in-memory server that injects faults: lost or late requests and answers, errors, and kills."""

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

NO_REQUESTS = frozenset({"present", "own_connection", "left_out"})
METHODS = frozenset(name for name in vars(Gateway) if not name.startswith("_")) - NO_REQUESTS
READS = frozenset({"server", "tasks", "changed", "changed_at", "queues", "projects", "log", "leases"})
KINDS = ("unavailable", "denied", "lost request", "lost answer", "late", "killed before", "killed after")


class FaultyGateway:
    """Forwards requests; a random share of them fails, by a seed. `fault_counts` counts faults by method and kind."""

    def __init__(self, gateway: MemoryGateway, seed: int, share: float) -> None:
        self._gateway = gateway
        self._random = random.Random(seed)
        self._share = share
        self._late: list[tuple[int, functools.partial[Any]]] = []
        self._lock = threading.RLock()  # clones come from several threads
        self._call_count = 0
        self.active = False
        self.fault_counts: Counter[tuple[str, str]] = Counter()

    def gateway(self) -> Gateway:
        return cast(Gateway, self)

    def own_connection(self, timeout: float = 60.0) -> Gateway:  # noqa: ARG002 - it never waits
        return self.gateway()

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._gateway, name)
        return functools.partial(self._call, name, method) if name in METHODS else method

    def delayed(self, name: str) -> bool:
        """True if a late request of that method has not arrived yet."""
        return any(request.func.__name__ == name for _, request in self._late)

    def flush(self) -> None:
        """Deliver all late requests now."""
        with self._lock:
            late, self._late = self._late, []
            for _, request in late:
                self._deliver(request)

    def _call(self, name: str, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        with self._lock:
            self._call_count += 1
            self._deliver_due()
            kind = self._draw_kind(name)
            if not kind:
                return method(*args, **kwargs)
            self.fault_counts[name, kind] += 1
            return self._go_wrong(kind, functools.partial(method, *args, **kwargs))

    def _draw_kind(self, name: str) -> str:
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
            self._late.append((self._call_count + self._random.randint(1, 40), request))
        if kind in ("lost answer", "killed after"):
            self._deliver(request)
        if kind == "killed after":
            raise Killed
        raise OutcomeUnknown("no answer in time")

    def _deliver_due(self) -> None:
        due = [request for number, request in self._late if number <= self._call_count]
        self._late = [(number, request) for number, request in self._late if number > self._call_count]
        for request in due:
            self._deliver(request)

    def _deliver(self, request: Callable[[], Any]) -> None:
        with contextlib.suppress(GatewayError):
            request()

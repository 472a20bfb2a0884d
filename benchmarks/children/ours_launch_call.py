"""Ours: how long `launch()` of `count` schedules takes, and how long its own requests take without the rest of it."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import attrs
import requests

from benchmarks.children.plain import PROJECT, Plain, print_result
from clearml_sched_widgets import Action, Daily, Definition, Manager, Schedule


@attrs.frozen
class Exchange:
    """One request that was sent, and the answer to it."""

    url: str
    headers: dict[str, str]
    body: bytes
    answer: bytes

    @property
    def made(self) -> bytes:
        """The id of what the request has created; empty if it creates nothing."""
        return _created_id(self.answer) if self.url.endswith((".create", ".clone")) else b""


def _created_id(answer: bytes) -> bytes:
    return str(json.loads(answer)["data"]["id"]).encode()


@contextmanager
def _recorded() -> Iterator[list[Exchange]]:
    """Record what this thread sends and receives. The engine's thread has begun before `launch()` returns."""
    exchanges: list[Exchange] = []
    send, thread = requests.Session.send, threading.current_thread()

    def recording(session: requests.Session, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        response = send(session, request, **kwargs)
        if threading.current_thread() is thread:
            kept = {name: request.headers[name] for name in ("Authorization", "Content-Type")}
            body = request.body if isinstance(request.body, bytes) else b""
            exchanges.append(Exchange(str(request.url), kept, body, response.content))
        return response

    with patch.object(requests.Session, "send", recording):
        yield exchanges


def _replay(http: requests.Session, exchanges: Sequence[Exchange]) -> float:
    """Seconds that the requests take one after the other. They name what they themselves create, not the originals."""
    originals = [exchange.made for exchange in exchanges]
    created: list[tuple[bytes, bytes]] = []
    began = time.perf_counter()
    for exchange, original in zip(exchanges, originals, strict=True):
        body = exchange.body
        for old, new in created:
            body = body.replace(old, new)
        answer = http.post(exchange.url, data=body, headers=exchange.headers, timeout=60)
        answer.raise_for_status()
        if original:
            created.append((original, _created_id(answer.content)))
    return time.perf_counter() - began


def main(count: int) -> None:
    plain = Plain()
    base = plain.base()
    manager = Manager(f"{PROJECT}/{os.getpid()}")  # the project of the base task: it exists
    manager.instances()  # connects now, as importing clearml takes seconds
    schedules = [Schedule(Action(base), Daily(f"{n % 24:02}:{n % 60:02}"), name=f"job {n}") for n in range(count)]
    definition = Definition("bench", schedules)
    with _recorded() as exchanges:
        began = time.perf_counter()
        instance = manager.launch(definition)
        took = time.perf_counter() - began
    instance.stop()  # its requests would slow the server
    print_result(took=took, floor=_replay(plain.http, exchanges), requests=len(exchanges))


if __name__ == "__main__":
    main(int(sys.argv[1]))

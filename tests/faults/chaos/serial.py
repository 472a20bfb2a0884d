"""Makes the threads of the engine serial, so that a seed always gives the same world."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any
from unittest import mock

EXECUTOR = "ThreadPoolExecutor"


class SerialExecutor:
    """Does at once, in the calling thread, what an executor does in several."""

    def __init__(self, *_: Any, **__: Any) -> None: ...

    def __enter__(self) -> SerialExecutor:
        return self

    def __exit__(self, *_: object) -> None: ...

    def map(self, function: Callable[..., Any], *arguments: Any) -> Iterator[Any]:
        return iter([function(*row) for row in zip(*arguments, strict=False)])

    def submit(self, function: Callable[..., Any], *arguments: Any, **more: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(function(*arguments, **more))
        except Exception as error:  # noqa: BLE001 - as an executor does
            future.set_exception(error)
        return future


@contextlib.contextmanager
def serial_threads() -> Iterator[None]:
    """Make all executors of the engine serial."""
    engine = [module for name, module in sys.modules.items() if name.startswith("clearml_sched_widgets.engine")]
    with contextlib.ExitStack() as stack:
        for module in engine:
            if hasattr(module, EXECUTOR):
                stack.enter_context(mock.patch.object(module, EXECUTOR, SerialExecutor))
        yield

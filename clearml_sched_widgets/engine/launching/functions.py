"""Keeps the Python functions of one instance that this process has, and calls them in threads."""

from __future__ import annotations

import threading
import traceback
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Any

import attrs

from clearml_sched_widgets.definition import Definition, Function, Schedule, Trigger

MOST_AT_ONCE = 100  # threads of one instance
MAX_CALLED_KEYS = 1000  # run keys of past calls that are remembered
LONGEST_TRACE = 4000  # characters of a traceback in the log; its end is kept


@attrs.frozen(kw_only=True)
class EndedCall:
    """One call that has returned, or raised."""

    key: str
    moment: datetime
    error: str = ""
    trace: str = ""


def missing_message(function: Function) -> str:
    """The error of an item whose function this process does not have."""
    return (
        f"its function {function.name} lives only in the kernel that launched it; "
        "update the instance with the function from the kernel that it runs in"
    )


class Functions:
    """The functions of one instance and their calls. Its methods may be called from any thread.

    It outlives the engines of the instance in this process: a call goes on while the instance is stopped and resumed.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._functions: dict[str, Function] = {}  # by item id
        self._running: set[str] = set()  # run keys of calls that have not ended
        self._ended: deque[EndedCall] = deque()
        self._called: deque[str] = deque(maxlen=MAX_CALLED_KEYS)

    def keep(self, definition: Definition) -> None:
        """Remember the functions of a definition that was made in this process."""
        functions = {item.id: item.action.function for item in definition.items if item.action.function}
        with self._lock:
            self._functions.update({key: function for key, function in functions.items() if function.call})

    def bind(self, definition: Definition) -> Definition:
        """A definition that was read from the server, completed with the functions that this process has."""
        if not any(item.action.function for item in definition.items):
            return definition
        return attrs.evolve(
            definition,
            schedules=[self._bind_item(item) for item in definition.schedules],
            triggers=[self._bind_item(item) for item in definition.triggers],
        )

    def _bind_item(self, item: Any) -> Any:
        function, kept = item.action.function, self._functions.get(item.id)
        if function is None or function.call or kept is None or kept.name != function.name:
            return item
        return attrs.evolve(item, action=attrs.evolve(item.action, function=kept))

    @property
    def free_threads(self) -> int:
        """How many more calls may start now."""
        with self._lock:
            return MOST_AT_ONCE - len(self._running)

    def has_open_call(self, key: str) -> bool:
        """True if this run's call has not ended, or if `take_ended` has not returned it yet."""
        with self._lock:
            return key in self._running or any(ended.key == key for ended in self._ended)

    def was_called(self, key: str) -> bool:
        """True if this process has called the function for this run key; only the last calls are remembered."""
        with self._lock:
            return key in self._called

    def start(self, key: str, function: Function, arguments: tuple[Any, ...], now: Callable[[], datetime]) -> None:
        """Call a function in a thread of its own. Returns at once."""
        with self._lock:
            self._running.add(key)
            self._called.append(key)
        name = f"clearml-sched-{function.name}"
        thread = threading.Thread(target=self._call, args=(key, function, arguments, now), name=name, daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # the machine has no more threads
            self._add_ended(EndedCall(key=key, moment=now(), error=str(error)))

    def _call(self, key: str, function: Function, arguments: tuple[Any, ...], now: Callable[[], datetime]) -> None:
        error = trace = ""
        try:
            assert function.call is not None
            function.call(*arguments)
        except BaseException as raised:  # noqa: BLE001 - any exception, SystemExit too, ends only this run
            error, trace = f"{type(raised).__name__}: {raised}".rstrip(": "), traceback.format_exc()[-LONGEST_TRACE:]
        self._add_ended(EndedCall(key=key, moment=now(), error=error, trace=trace))

    def _add_ended(self, ended: EndedCall) -> None:
        with self._lock:
            self._ended.append(ended)
            self._running.discard(ended.key)

    def take_ended(self) -> list[EndedCall]:
        """The calls that have ended since the last time this was called."""
        with self._lock:
            ended = list(self._ended)
            self._ended.clear()
            return ended


def arguments(item: Schedule | Trigger, triggered_by: str) -> tuple[Any, ...]:
    """The arguments of an item's function: for a trigger the object's id or None, for a schedule nothing."""
    return (triggered_by or None,) if isinstance(item, Trigger) else ()

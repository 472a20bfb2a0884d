"""The Python functions of one instance, as far as this process has them, and the threads that they run in."""

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
KEPT = 1000  # run keys of past calls
LONGEST_TRACE = 4000  # characters of a traceback in the log: its end says most


@attrs.frozen(kw_only=True)
class Ended:
    """One call that has returned, or raised."""

    key: str
    moment: datetime
    error: str = ""
    trace: str = ""


def missing_message(function: Function) -> str:
    """What is wrong with an item whose function is not here."""
    return (
        f"its function {function.name} lives only in the kernel that launched it; "
        "update the instance with the function from the kernel that it runs in"
    )


class Functions:
    """Outlives the engines of its instance in this process: a call goes on when the instance is stopped and resumed.

    Its methods may be called from any thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, Function] = {}
        self._working: set[str] = set()  # run keys
        self._ended: deque[Ended] = deque()
        self._called: deque[str] = deque(maxlen=KEPT)

    def keep(self, definition: Definition) -> None:
        """Remember the functions of a definition that was made in this process, by their items' ids."""
        found = {item.id: item.action.function for item in definition.items if item.action.function}
        with self._lock:
            self._kept.update({key: function for key, function in found.items() if function.call})

    def bind(self, definition: Definition) -> Definition:
        """The definition as its text has it, with the functions themselves where this process has them."""
        if not any(item.action.function for item in definition.items):
            return definition
        return attrs.evolve(
            definition,
            schedules=[self._bound(item) for item in definition.schedules],
            triggers=[self._bound(item) for item in definition.triggers],
        )

    def _bound(self, item: Any) -> Any:
        function, kept = item.action.function, self._kept.get(item.id)
        if function is None or function.call or kept is None or kept.name != function.name:
            return item
        return attrs.evolve(item, action=attrs.evolve(item.action, function=kept))

    @property
    def room(self) -> int:
        """How many more calls may begin now."""
        with self._lock:
            return MOST_AT_ONCE - len(self._working)

    def knows(self, key: str) -> bool:
        """Whether a run is under way here, or has ended without anybody having asked."""
        with self._lock:
            return key in self._working or any(one.key == key for one in self._ended)

    def called(self, key: str) -> bool:
        """Whether this process has called it, as far back as it remembers."""
        with self._lock:
            return key in self._called

    def start(self, key: str, function: Function, arguments: tuple[Any, ...], now: Callable[[], datetime]) -> None:
        """Call a function in a thread of its own. Returns at once."""
        with self._lock:
            self._working.add(key)
            self._called.append(key)
        name = f"clearml-sched-{function.name}"
        thread = threading.Thread(target=self._work, args=(key, function, arguments, now), name=name, daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # the machine has no more threads
            self._end(Ended(key=key, moment=now(), error=str(error)))

    def _work(self, key: str, function: Function, arguments: tuple[Any, ...], now: Callable[[], datetime]) -> None:
        error = trace = ""
        try:
            assert function.call is not None
            function.call(*arguments)
        except BaseException as raised:  # noqa: BLE001 - whatever it is, sys.exit() too, it ends this run and no more
            error, trace = f"{type(raised).__name__}: {raised}".rstrip(": "), traceback.format_exc()[-LONGEST_TRACE:]
        self._end(Ended(key=key, moment=now(), error=error, trace=trace))

    def _end(self, ended: Ended) -> None:
        with self._lock:
            self._ended.append(ended)
            self._working.discard(ended.key)

    def ended(self) -> list[Ended]:
        """The calls that have ended since the last time this was asked."""
        with self._lock:
            found = list(self._ended)
            self._ended.clear()
            return found


def arguments(item: Schedule | Trigger, triggered_by: str) -> tuple[Any, ...]:
    """What an item's function is called with: a trigger's with the object's id, None if there is none."""
    return (triggered_by or None,) if isinstance(item, Trigger) else ()

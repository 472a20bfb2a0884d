"""The instances that run in this kernel."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

from clearml_sched_widgets.engine.launching.functions import Functions
from clearml_sched_widgets.engine.loop import Engine
from clearml_sched_widgets.engine.snapshot import Snapshot

_engines: dict[str, Engine] = {}
_ends: Counter[str] = Counter()
_functions: dict[str, Functions] = {}
_lock = threading.Lock()
_listeners: list[Callable[[], None]] = []
starting = threading.Lock()  # one start at a time: two at once would both find that nothing runs


def engine_here(instance_id: str) -> Engine | None:
    """The engine of an instance that runs in this kernel."""
    with _lock:
        engine = _engines.get(instance_id)
        if engine is not None and not engine.running:
            del _engines[instance_id]
            _ends[instance_id] += 1
            return None
        return engine


def ends_here(instance_id: str) -> int:
    """How often an instance was found to have ended in this kernel: what was read of it before that is out of date."""
    return _ends[instance_id]


def snapshot_here(instance_id: str) -> Snapshot | None:
    """What the engine of an instance that runs in this kernel knows."""
    engine = engine_here(instance_id)
    return None if engine is None else engine.snapshot


def snapshots_here() -> dict[str, Snapshot]:
    """What the engines of this kernel know, by the ids of their instances."""
    with _lock:
        ids = list(_engines)
    found = {each: snapshot_here(each) for each in ids}
    return {each: shot for each, shot in found.items() if shot is not None}


def register(engine: Engine) -> None:
    """Note that an engine runs here."""
    with _lock:
        _engines[engine.id] = engine
    engine.on_change = _tell


def functions_here(instance_id: str) -> Functions:
    """The Python functions of an instance that this kernel has, and those of them that are running."""
    with _lock:
        return _functions.setdefault(instance_id, Functions())


def forget(instance_id: str) -> None:
    """Forget the functions of an instance that was deleted."""
    with _lock:
        _functions.pop(instance_id, None)


def on_change(listener: Callable[[], None]) -> None:
    """Call this whenever an engine of this kernel has news; it must return at once."""
    _listeners.append(listener)


def _tell() -> None:
    for listener in _listeners:
        listener()

"""Keeps track of the instances that run in this kernel."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

from clearml_sched_widgets.engine.launching.functions import Functions
from clearml_sched_widgets.engine.loop import Engine
from clearml_sched_widgets.engine.snapshot import Snapshot

_engines: dict[str, Engine] = {}
_end_counts: Counter[str] = Counter()
_functions: dict[str, Functions] = {}
_lock = threading.Lock()
_listeners: list[Callable[[], None]] = []
start_lock = threading.Lock()  # two starts at once would both find no engine


def engine_here(instance_id: str) -> Engine | None:
    """The engine of an instance that runs in this kernel."""
    with _lock:
        engine = _engines.get(instance_id)
        if engine is not None and not engine.running:
            del _engines[instance_id]
            _end_counts[instance_id] += 1
            return None
        return engine


def end_count(instance_id: str) -> int:
    """How often an instance has ended in this kernel. What was read of it before its last end is out of date."""
    return _end_counts[instance_id]


def snapshot_here(instance_id: str) -> Snapshot | None:
    """The latest snapshot of an instance that runs in this kernel."""
    engine = engine_here(instance_id)
    return None if engine is None else engine.snapshot


def snapshots_here() -> dict[str, Snapshot]:
    """The latest snapshots of the instances that run in this kernel, by instance id."""
    with _lock:
        ids = list(_engines)
    snapshots = {each: snapshot_here(each) for each in ids}
    return {each: shot for each, shot in snapshots.items() if shot is not None}


def register(engine: Engine) -> None:
    """Add an engine that runs in this kernel."""
    with _lock:
        _engines[engine.id] = engine
    engine.on_change = _call_listeners


def functions_here(instance_id: str) -> Functions:
    """The Python functions that this kernel has for an instance, and their running calls."""
    with _lock:
        return _functions.setdefault(instance_id, Functions())


def forget(instance_id: str) -> None:
    """Forget the functions of an instance that was deleted."""
    with _lock:
        _functions.pop(instance_id, None)


def on_change(listener: Callable[[], None]) -> None:
    """Call the listener whenever an engine of this kernel has changed. It must return at once."""
    _listeners.append(listener)


def _call_listeners() -> None:
    for listener in _listeners:
        listener()

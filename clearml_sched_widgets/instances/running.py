"""Keeps track of the instances that run in this process, and ends them with it."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from collections import Counter
from collections.abc import Callable
from time import monotonic

from clearml_sched_widgets.engine.launching.functions import Functions
from clearml_sched_widgets.engine.loop import Engine
from clearml_sched_widgets.engine.snapshot import Snapshot

END_SECONDS = 2.0  # that the end of the process may take to stop all its engines

_engines: dict[str, Engine] = {}
_end_counts: Counter[str] = Counter()
_functions: dict[str, Functions] = {}
_lock = threading.Lock()
_listeners: list[Callable[[], None]] = []
_start_lock = threading.Lock()


def start_lock() -> threading.Lock:
    """The lock under which an instance is started: two starts at once would both find no engine."""
    return _start_lock


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
    engine_here(instance_id)  # notices that it has ended
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
    """Add an engine that runs in this kernel. It is stopped when the process ends."""
    with _lock:
        _engines[engine.id] = engine
    engine.on_change = _call_listeners
    atexit.unregister(_end_with_process)  # it runs once, and before what was registered earlier
    atexit.register(_end_with_process)


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


# -- the end of the process
def _end_with_process() -> None:
    """Stop the engines of this process. The interpreter calls it when it exits, also when a kernel is restarted."""
    engines = [engine for engine in _engines.copy().values() if engine.running]
    deadline = monotonic() + END_SECONDS
    for engine in engines:
        engine.end_with_process(0)  # all of them at once
    for engine in engines:
        engine.end_with_process(max(0.0, deadline - monotonic()))
    if engines and not _in_notebook():
        print(_farewell(engines), file=sys.stderr, flush=True)


def _farewell(engines: list[Engine]) -> str:
    ended = ", ".join(
        engine.id if (shot := engine.snapshot) is None else f"{shot.definition.name!r} ({engine.id})"
        for engine in engines
    )
    return (
        f"clearml-sched-widgets: stopped, because its process ended: {ended}. "
        "To keep a script running, let instance.wait() be its last line."
    )


def _in_notebook() -> bool:
    """Whether an IPython kernel runs this process."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return getattr(shell, "kernel", None) is not None


def _forget_parent() -> None:
    """Start empty in a forked child: the engines' threads are its parent's, and so may be what holds the locks."""
    global _lock, _start_lock
    _lock, _start_lock = threading.Lock(), threading.Lock()
    _end_counts.update(_engines.keys())  # so that what the parent read of them is read again
    _engines.clear()
    _functions.clear()
    _listeners.clear()


if hasattr(os, "register_at_fork"):  # not on Windows, which cannot fork
    os.register_at_fork(after_in_child=_forget_parent)

"""The instances that run in this kernel."""

from __future__ import annotations

import threading

from clearml_sched_widgets.engine.loop import Engine

_engines: dict[str, Engine] = {}
_lock = threading.Lock()
starting = threading.Lock()  # one start at a time: two at once would both find that nothing runs


def engine_here(instance_id: str) -> Engine | None:
    """The engine of an instance that runs in this kernel."""
    with _lock:
        engine = _engines.get(instance_id)
        if engine is not None and not engine.running:
            del _engines[instance_id]
            return None
        return engine


def register(engine: Engine) -> None:
    """Note that an engine runs here."""
    with _lock:
        _engines[engine.id] = engine

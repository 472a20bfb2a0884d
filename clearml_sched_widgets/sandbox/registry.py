"""The registered workers. A registration expires unless the worker reports in time."""

from __future__ import annotations

import json
import time

from clearml_sched_widgets.sandbox import clock, identity
from clearml_sched_widgets.sandbox.errors import INVALID_QUEUE_ID
from clearml_sched_widgets.sandbox.kinds import QUEUES
from clearml_sched_widgets.sandbox.store import Doc, Store, dumps

DEFAULT_TIMEOUT_SEC = 600


def key(worker: str) -> str:
    """The registry's key of a worker."""
    return f"worker_{identity.COMPANY_ID}_{identity.USER_ID}_{worker}"


def get(store: Store, worker: str) -> Doc | None:
    """Return a worker, or None if it is unknown or its registration has expired."""
    rows = store.rows("SELECT body FROM workers WHERE key = ? AND expires > ?", [key(worker), time.time()])
    return json.loads(rows[0][0]) if rows else None


def active(store: Store) -> list[Doc]:
    """Return all workers whose registration has not expired."""
    rows = store.rows("SELECT body FROM workers WHERE expires > ? ORDER BY key", [time.time()])
    return [json.loads(row[0]) for row in rows]


def register(store: Store, worker: str, ip: str, data: Doc) -> Doc:
    """Register a worker until its timeout.

    Raises:
        ApiError: 400/701 for an unknown queue.
    """
    queues = data.get("queues") or []
    missing = set(queues) - set(store.get_many(QUEUES, queues))
    if missing:
        raise INVALID_QUEUE_ID(ids=sorted(missing))
    moment = clock.text(clock.now())
    entry: Doc = {
        "key": key(worker),
        "id": worker,
        "user": {"id": identity.USER_ID, "name": identity.USER_NAME},
        "company": {"id": identity.COMPANY_ID, "name": identity.COMPANY_NAME},
        "ip": ip,
        "queues": queues,
        "register_time": moment,
        "register_timeout": int(data.get("timeout") or DEFAULT_TIMEOUT_SEC),
        "last_activity_time": moment,
        "tags": data.get("tags") or [],
        "system_tags": data.get("system_tags") or [],
    }
    save(store, entry)
    return entry


def save(store: Store, entry: Doc) -> None:
    """Store a worker and restart its timeout. Deletes expired workers."""
    store.sql.execute("DELETE FROM workers WHERE expires <= ?", (time.time(),))
    store.sql.execute(
        "INSERT OR REPLACE INTO workers (key, expires, body) VALUES (?, ?, ?)",
        (entry["key"], time.time() + entry["register_timeout"], dumps(entry)),
    )


def unregister(store: Store, worker: str) -> None:
    """Remove a worker. Ignores an unknown worker, as the open-source server does."""
    store.sql.execute("DELETE FROM workers WHERE key = ?", (key(worker),))

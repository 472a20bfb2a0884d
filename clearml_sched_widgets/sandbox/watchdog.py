"""Stops running tasks that were not updated for a long time, as the real server does."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from clearml_sched_widgets.sandbox import clock, projects_tree
from clearml_sched_widgets.sandbox import status as st
from clearml_sched_widgets.sandbox.kinds import TASKS
from clearml_sched_widgets.sandbox.store import Store

log = logging.getLogger("clearml_sched.sandbox")

SILENT_AFTER_SEC = 7200.0
_MAX_INTERVAL_SEC = 60.0
_REASON = "Forced stop (non-responsive)"


def stop_silent(store: Store, silent_after: float) -> int:
    """Stop running tasks whose last update is older than `silent_after` seconds; returns their number."""
    before = clock.stored(clock.now() - timedelta(seconds=silent_after))
    silent = store.find(TASKS, "status = ? AND last_update < ?", [st.IN_PROGRESS, before])
    moment = clock.stored(clock.now())
    for task in silent:
        task.update(status=st.STOPPED, status_reason=_REASON, status_message=_REASON, last_changed_by="__apiserver__")
        task.update(dict.fromkeys(("status_changed", "last_update", "last_change"), moment))
        store.save(TASKS, task)
        projects_tree.touch(store, task.get("project"))
        log.info("stopped %s: not updated for %.0f s", task["id"], silent_after)
    return len(silent)


async def run(store: Store, silent_after: float) -> None:
    """Call `stop_silent` every minute, or more often for a short threshold, until cancelled."""
    while True:
        await asyncio.sleep(min(_MAX_INTERVAL_SEC, silent_after / 4))
        store.begin()
        try:
            stop_silent(store, silent_after)
        except Exception:
            store.rollback()
            log.exception("the watchdog failed; it looks again")
        else:
            store.commit()

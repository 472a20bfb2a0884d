"""The statuses of tasks, and the allowed changes of status."""

from __future__ import annotations

from clearml_sched_widgets.sandbox.errors import INVALID_TASK_STATUS

CREATED, QUEUED, IN_PROGRESS, STOPPED = "created", "queued", "in_progress", "stopped"
PUBLISHING, PUBLISHED, CLOSED, FAILED, COMPLETED = "publishing", "published", "closed", "failed", "completed"
UNKNOWN = "unknown"

STATUSES = (CREATED, QUEUED, IN_PROGRESS, STOPPED, PUBLISHING, PUBLISHED, CLOSED, FAILED, COMPLETED, UNKNOWN)
LOCKED = (PUBLISHING, PUBLISHED)

_ALLOWED: dict[str, tuple[str, ...]] = {
    CREATED: (QUEUED, IN_PROGRESS),
    QUEUED: (CREATED, IN_PROGRESS, STOPPED),
    IN_PROGRESS: (STOPPED, FAILED, CREATED, COMPLETED),
    STOPPED: (CLOSED, CREATED, FAILED, QUEUED, IN_PROGRESS, PUBLISHED, PUBLISHING, COMPLETED),
    CLOSED: (CREATED, FAILED, PUBLISHED, PUBLISHING, STOPPED),
    FAILED: (CREATED, STOPPED, PUBLISHED, QUEUED),
    PUBLISHING: (PUBLISHED,),
    COMPLETED: (PUBLISHED, IN_PROGRESS, CREATED),
}


def check_change(current: str, new: str) -> None:
    """Refuse a change of status that is not allowed.

    Raises:
        ApiError: 400/110.
    """
    if new not in _ALLOWED.get(current, ()):
        raise INVALID_TASK_STATUS("Invalid status change", current_status=current, new_status=new)

"""The status of an instance, by its task and its lease at one moment of the server's clock."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from clearml_sched_widgets.records import Lease, Task
from clearml_sched_widgets.views.viewer import NOT_READ, last_sign, silence_text, status_of

NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=timezone.utc)
KERNEL, SERVICE = {"where": "kernel"}, {"where": "service"}


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def in_progress(*, started: float = 600, changed: float = 0, where: dict[str, str] = KERNEL) -> Task:
    """A task that started and was last changed so many seconds ago."""
    return Task(
        id="a",
        status="in_progress",
        started=ago(started),
        last_update=ago(changed),
        configuration={**where, "state": "{}"},
    )


def renewed(seconds: float) -> Lease:
    return Lease(id="1", name=".clearml-sched-lease.a", text="", last_update=ago(seconds))


@pytest.mark.parametrize(
    ("task", "lease", "status"),
    [
        (in_progress(changed=500), renewed(3), "running"),
        (in_progress(changed=500), renewed(30), "running"),
        (in_progress(), renewed(31), "silent"),
        (in_progress(), None, "silent"),
        (in_progress(started=30), None, "running"),
        (in_progress(started=31), None, "silent"),
        (in_progress(started=10), renewed(500), "running"),
        (in_progress(started=31), renewed(500), "silent"),
        (in_progress(changed=500), NOT_READ, "running"),
        (in_progress(changed=500), Lease(id="1", name="", text=""), "running"),
        (in_progress(where=SERVICE), renewed(31), "silent"),
        (in_progress(where=SERVICE), None, "running"),
        (in_progress(where=SERVICE, started=100, changed=60), renewed(500), "running"),
        (in_progress(where=SERVICE, changed=181), None, "silent"),
        (in_progress(where={}, started=31), None, "running"),
    ],
    ids=[
        "renewed a moment ago",
        "renewed half a minute ago",
        "not renewed for longer",
        "without a lease: it was deleted, and nobody took it anew",
        "just started, the lease is not taken yet",
        "started long ago, and never took the lease",
        "resumed just now: the lease is that of its former life",
        "resumed, and never renewed the lease",
        "the lease was not read",
        "the server does not tell when the lease was renewed",
        "a service whose process was killed",
        "a service whose agent still installs what it needs, and tells of it",
        "a service that was resumed: its agent installs, the lease is that of its former life",
        "a service whose agent went silent, too",
        "it was not read whether it is a service",
    ],
)
def test_k28_who_is_alive_is_known_from_the_lease(task: Task, lease: Lease | None, status: str) -> None:
    assert status_of(task, NOW, lease=lease) == status


@pytest.mark.parametrize("status", ["created", "queued", "stopped", "failed", "completed"])
def test_only_what_is_in_progress_can_be_silent(status: str) -> None:
    task = Task(id="a", status=status, started=ago(600), last_update=ago(600), configuration=KERNEL)
    assert status_of(task, NOW, lease=None) == status_of(task, NOW)


def test_a_paused_instance_that_is_silent_is_called_silent() -> None:
    assert status_of(in_progress(), NOW, lease=renewed(3), paused=True) == "paused"
    assert status_of(in_progress(), NOW, lease=renewed(31), paused=True) == "silent"


def test_the_last_sign_of_life_is_the_renewal_of_the_lease() -> None:
    assert last_sign(in_progress(changed=0), renewed(42)) == ago(42)
    assert last_sign(in_progress(started=50, changed=0), None) == ago(50)
    assert last_sign(in_progress(), NOT_READ) is None


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.4, "0 s"),
        (1.9, "1 s"),
        (42, "42 s"),
        (119.9, "119 s"),
        (120, "2 min"),
        (7199, "119 min"),
        (7200, "2 h"),
        (200_000, "2 d"),
    ],
)
def test_a_silence_is_told_in_words(seconds: float, text: str) -> None:
    assert silence_text(timedelta(seconds=seconds)) == f"no sign of life for {text}"
    assert silence_text(None) == ""

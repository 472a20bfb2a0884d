"""PURE: why an instance failed, was lost or stopped by the server, as far as its task and its log tell."""

from __future__ import annotations

from clearml_sched_widgets.engine.instance_task.task import WATCHDOG
from clearml_sched_widgets.records import LogLine
from clearml_sched_widgets.sentences.parts import ForeignText, Moment, Sentence, sentence
from clearml_sched_widgets.views.history import View

LONGEST = 500  # characters of a text that is quoted; the log has all of it
ERRORS = frozenset({"error", "critical", "fatal"})


def failure(view: View) -> tuple[Sentence, ...]:
    """A sentence for each thing that is known: the status's reason, and the last error of the log since it began.

    Nothing for an instance that is well, and for one that somebody stopped. The server's watchdog is nobody.
    """
    if view.status not in ("failed", "lost") and not _silenced(view):
        return ()
    reason = "" if view.status == "lost" else view.reason
    found = [sentence(ForeignText(_short(reason)))] if reason else []
    last = _last_error(view)
    if last is not None and last.text.strip() not in reason:
        found.append(
            sentence("The last error in its log came ", Moment(last.time, "at"), ": ", ForeignText(_short(last.text)))
        )
    return tuple(found)


def _silenced(view: View) -> bool:
    """Whether the server stopped it because it had not heard of it for hours."""
    return view.status == "stopped" and WATCHDOG in view.reason.lower()


def _last_error(view: View) -> LogLine | None:
    """Of this start: what went wrong before it is not why it ended."""
    since = view.started
    lines = (line for line in reversed(view.log) if line.level in ERRORS and line.text.strip())
    return next((line for line in lines if since is None or line.time >= since), None)


def _short(text: str) -> str:
    text = text.strip()
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rstrip()} …"

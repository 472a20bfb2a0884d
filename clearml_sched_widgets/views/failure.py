"""PURE: explains from its task and its log why an instance failed, is silent, or was stopped by the server."""

from __future__ import annotations

from clearml_sched_widgets.engine.instance_task.task import WATCHDOG
from clearml_sched_widgets.records import LogLine
from clearml_sched_widgets.sentences.parts import ForeignText, Moment, Sentence, sentence
from clearml_sched_widgets.views.history import View

MAX_QUOTED = 500  # characters quoted from a reason or an error; the log has the whole text
ERRORS = frozenset({"error", "critical", "fatal"})


def failure(view: View) -> tuple[Sentence, ...]:
    """A sentence for each known cause: the reason of the status, and the last error in the log since the start.

    Empty for a healthy instance and for one that a user stopped. A stop by the server's watchdog is explained.
    """
    if view.status not in ("failed", "silent") and not _stopped_by_watchdog(view):
        return ()
    reason = "" if view.status == "silent" else view.reason
    sentences = [sentence(ForeignText(_shortened(reason)))] if reason else []
    error = _last_error(view)
    if error is not None and error.text.strip() not in reason:
        sentences.append(
            sentence(
                "The last error in its log came ", Moment(error.time, "at"), ": ", ForeignText(_shortened(error.text))
            )
        )
    return tuple(sentences)


def _stopped_by_watchdog(view: View) -> bool:
    """Whether the server stopped it because it had given no sign of life for hours."""
    return view.status == "stopped" and WATCHDOG in view.reason.lower()


def _last_error(view: View) -> LogLine | None:
    """The last error since the last start. Earlier errors are not why the instance ended."""
    since = view.started
    lines = (line for line in reversed(view.log) if line.level in ERRORS and line.text.strip())
    return next((line for line in lines if since is None or line.time >= since), None)


def _shortened(text: str) -> str:
    text = text.strip()
    return text if len(text) <= MAX_QUOTED else f"{text[:MAX_QUOTED].rstrip()} …"

"""The messages between a page and its widget.

The page sends `{id, action, payload}`; every message is answered with `{id, ok: true, result}` or
`{id, ok: false, error: {message, kind, problems}}`. A slow request is first answered with `{id, accepted: true}`;
until that arrives, the page knows that the kernel is busy with a cell. js/src/messages/shared.ts has the same list.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

import attrs

from clearml_sched_widgets.bidi import neutral
from clearml_sched_widgets.errors import InvalidDefinition, Problem, SchedulerError
from clearml_sched_widgets.surrogates import mended

ACTIONS: dict[str, str] = {
    "open": "{} -> {clock}: a page shows the widget (repeated every 20 s): connect, and read what it shows",
    "retry": "connect again, now",
    # -- the wizard
    "validate": "{revision, data} -> {revision, problems, items}: what is wrong and what would run; no request",
    "outlook": "{data, month, zone} -> {days, left_out, clashes, until}: two months by day, and clashes; no request",
    "day": "{data, date, zone} -> {runs, more}: the runs of one local date; no request",
    "matches": "{data, item} -> {count, read, all_read, objects}: what a trigger matches on the server now",
    "check": "{revision, data} -> {revision, problems, warnings}: checked against the server and the clock",
    "task": "{id} -> {id, task, problem}: the base task of an id or a web address; or null and the problem",
    "latest": "{project, name, tags, status} -> {task, completed, asked}: the latest of several tasks now; or null",
    "tasks": "{text, page, pipelines} -> {tasks, more}: base tasks by name, tag, project or id; or pipelines alone",
    "parameters": "{id} -> {parameters}: the hyperparameters of a base task",
    "queues": "{} -> {queues}: each with whether an agent serves it",
    "projects": "{text} -> {projects, exists}: names of projects with the text in them; whether one is equal to it",
    "launch": "{data, where, queue} -> {instance}",
    "save": "{data} -> {instance}: saved as a draft",
    "import": "{text} -> {data}: a definition that was exported",
    "export": "{data, format} -> {name, text}: as json or yaml",
    "discard": "{} -> {}: forget the draft",
    # -- the dashboard; commands name their instance, because another one may be shown when they arrive
    "select": "{instance} -> {}: show that one; null for none",
    "rows": "{table, sort, search, values, period, offset, limit, choices} -> {revision, total, matching, rows}",
    "find": "{table, key, sort, search, values, period} -> {index, known}: the place of a row in the result",
    "csv": "{table, sort, search, values, period, token, offset} -> {token, name, text, done, total, next}: a slice",
    "pause": "{instance, note} -> {}",
    "resume": "{instance} -> {}",
    "run_now": "{instance, item} -> {}",
    "run_all": "{instance} -> {}: each enabled item once; only the instance that is shown",
    "stop": "{instance} -> {}",
    "timeline": "{from, to, buckets, follow} -> {}: the stretch of time that is shown; `follow`: up to the present",
    "pause_item": "{instance, item, note} -> {}",
    "resume_item": "{instance, item} -> {}",
    "slots": "{item, start, end} -> {count, more, first, last, overlap, zone}: a schedule's times in a period",
    "backfill": "{instance, item, start, end} -> {count}",
    "edit": "{instance} -> {data, base}: its definition, and the version of it",
    "update": "{instance, data, base} -> {}: replace the definition; only of the instance that is shown",
    "move": "{instance, queue} -> {}: an agent of the queue continues it; only the instance that is shown",
    "move_here": "{instance} -> {}: a service is stopped, and continued in this kernel",
    "restart": "{instance} -> {}: it is stopped, and started again with this version of the package",
    "abort": "{instance, run} -> {}",
    "rerun": "{instance, run} -> {}: launch it once more",
    "steps": "{run} -> {steps, more}: the tasks that have the run as their parent, as those of a pipeline",
    "console": "{run} -> {lines}: the last lines of its console",
    "log": "{before, count} -> {end, oldest, more, lines}: the last `count` lines of the log up to the number `before`",
    "older_log": "{before} -> the same, after older lines were read from the server",
    # -- the app
    "editing": "{id, name} -> {}: the draft edits that instance; without an id, a new one",
    "clone": "{instance} -> {data}: a copy of its definition",
    "configuration": "{instance} -> {name, description, facts, items, text}: its definition in sentences and as JSON",
    "delete": "{instance} -> {}: deletes the instance, not its runs",
}


class BadMessage(SchedulerError):
    """A message that this widget does not understand. The page code and the package may differ in version."""


@attrs.frozen
class Request:
    """One message from a page."""

    id: str
    action: str
    payload: Mapping[str, Any]

    def text(self, key: str, default: str | None = None) -> str:
        """A text of the payload. Raises BadMessage if it is missing and has no default."""
        value = self.payload.get(key, default)
        if not isinstance(value, str):
            raise BadMessage(f"The message {self.action!r} lacks the text {key!r}.")
        return value

    def number(self, key: str) -> int:
        """A whole number of the payload. Raises BadMessage if it is missing."""
        value = self.payload.get(key)
        if isinstance(value, bool) or not isinstance(value, int):
            raise BadMessage(f"The message {self.action!r} lacks the number {key!r}.")
        return value

    def data(self) -> dict[str, Any]:
        """The definition in the payload, as plain data. Raises BadMessage if it is missing."""
        value = self.payload.get("data")
        if not isinstance(value, dict):
            raise BadMessage(f"The message {self.action!r} carries no definition.")
        return value


Handler = Callable[[Request], dict[str, Any]]


def parse(content: Any) -> Request:
    """The request in a message's content, with lone surrogates replaced. Raises BadMessage."""
    if not isinstance(content, Mapping):
        raise BadMessage("A message must be an object with id, action and payload.")
    action, payload = content.get("action"), content.get("payload", {})
    if not isinstance(action, str) or not isinstance(payload, Mapping):
        raise BadMessage("A message must have an action (text) and a payload (object).")
    return Request(message_id(content), action, mended(payload))


def message_id(content: Any) -> str:
    """The id of a message; empty if it has none."""
    value = content.get("id") if isinstance(content, Mapping) else None
    return value if isinstance(value, str) else ""


def acceptance(message: str) -> dict[str, Any]:
    """The message that confirms a slow request. Its answer follows when it has been carried out."""
    return {"id": message, "accepted": True}


def answer(message: str, result: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to a request that succeeded."""
    return {"id": message, "ok": True, "result": dict(result)}


def refusal(message: str, error: Exception) -> dict[str, Any]:
    """The answer to a request that failed. Only a SchedulerError has a text that is meant for users."""
    if isinstance(error, SchedulerError):
        text = neutral(str(error))
    else:
        logging.getLogger(__name__).error("a widget's request failed", exc_info=error)
        text = f"Something went wrong in the kernel ({type(error).__name__}); its log has the details."
    problems = error.problems if isinstance(error, InvalidDefinition) else ()
    described = {"message": text, "kind": type(error).__name__, "problems": problems_data(problems)}
    return {"id": message, "ok": False, "error": described}


def problems_data(problems: tuple[Problem, ...] | list[Problem]) -> list[dict[str, str]]:
    """Problems as plain data. The page shows each beside the field of its path."""
    return [{"path": problem.path, "message": problem.message} for problem in problems]

"""The message handlers for items, runs and the definition of the shown instance."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from clearml_sched_widgets.codec import from_data, to_data
from clearml_sched_widgets.definition import Schedule, values
from clearml_sched_widgets.definition.checks import problems_in
from clearml_sched_widgets.engine.instance_task import task as instance_task
from clearml_sched_widgets.errors import InstanceStateError, InvalidDefinition, Problem
from clearml_sched_widgets.instances.steps import steps_of
from clearml_sched_widgets.policy.requested import MOST_BACKFILLED
from clearml_sched_widgets.records import Task, mark
from clearml_sched_widgets.recurrence import occurrences
from clearml_sched_widgets.widgets.host.messages import BadMessage, Handler, Request
from clearml_sched_widgets.widgets.host.page_values import millis

if TYPE_CHECKING:
    from clearml_sched_widgets.instances.instance import Instance

CONSOLE_LINES = 300
TASK_ID = re.compile(r"[0-9a-f]{32}")
FIRST_SLOTS = 5  # slots of a period that are sent to the page


class ActionsPart:
    """Acts on the `requested` instance, or only on the `shown` one if another must not be changed by mistake.

    `read_again` requests a new reading, so that the page shows what the action did. `now` returns the server's present.
    """

    def __init__(
        self,
        shown: Callable[[], Instance],
        requested: Callable[[Request], Instance],
        read_again: Callable[[], object],
        now: Callable[[], datetime],
    ) -> None:
        self._shown = shown
        self._requested = requested
        self._read_again = read_again
        self._now = now
        self._warned_of = ("", "")  # the version that the edits are based on, and the newer one the user was warned of

    def instant_handlers(self) -> Mapping[str, Handler]:
        return {"slots": self._slots, "edit": self._edit}

    def slow_handlers(self) -> Mapping[str, Handler]:
        return {
            "pause_item": self._pause,
            "resume_item": self._resume,
            "run_all": self._run_all,
            "backfill": self._backfill,
            "update": self._update,
            "move": self._move,
            "move_here": self._move_here,
            "restart": self._restart,
            "abort": self._abort,
            "rerun": self._rerun,
            "steps": self._steps,
            "console": self._console,
        }

    def state(self) -> dict[str, Any]:
        return {}

    def refresh(self) -> None:
        """Nothing is read before the page asks for it."""

    def _done(self, **result: Any) -> dict[str, Any]:
        self._read_again()
        return result

    def _require_shown(self, request: Request) -> Instance:
        """The shown instance. Raises InstanceStateError if the request names another one."""
        instance = self._shown()
        if request.text("instance") != instance.id:
            raise InstanceStateError(f"The instance that is shown is {instance.name!r}.")
        return instance

    # -- items
    def _run_all(self, request: Request) -> dict[str, Any]:
        self._require_shown(request).run_now()
        return self._done()

    def _pause(self, request: Request) -> dict[str, Any]:
        self._requested(request).pause(request.text("note", ""), item=request.text("item"))
        return self._done()

    def _resume(self, request: Request) -> dict[str, Any]:
        self._requested(request).resume(request.text("item"))
        return self._done()

    def _slots(self, request: Request) -> dict[str, Any]:
        """The number of slots of a schedule in a period, and the first ones."""
        item = self._shown().definition.item(request.text("item"))
        if not isinstance(item, Schedule):
            raise InvalidDefinition([Problem("item", request.text("item"), "expected a schedule of this instance")])
        start, end = _period(request.text("start"), request.text("end"))
        slots = list(islice(occurrences(item.recurrence, start, min(end, self._now())), MOST_BACKFILLED + 1))
        return {
            "count": min(len(slots), MOST_BACKFILLED),
            "more": len(slots) > MOST_BACKFILLED,
            "first": [millis(slot) for slot in slots[:FIRST_SLOTS]],
            "last": millis(slots[-1]) if slots else None,
            "overlap": item.overlap,
            "zone": item.recurrence.timezone,
        }

    def _backfill(self, request: Request) -> dict[str, Any]:
        count = self._requested(request).backfill(request.text("item"), request.text("start"), request.text("end"))
        return self._done(count=count)

    # -- the definition
    def _edit(self, request: Request) -> dict[str, Any]:
        instance = self._require_shown(request)
        data = to_data(instance.definition)
        return {"data": data, "base": _version(data)}

    def _update(self, request: Request) -> dict[str, Any]:
        instance = self._shown()
        if request.text("instance") != instance.id:  # another one was selected meanwhile and must not get these items
            raise InstanceStateError(f"The instance that is shown is {instance.name!r}. Open the form from it again.")
        self._refuse_overwriting(instance, request.text("base"))
        instance.update(from_data(request.data()))
        return self._done()

    def _refuse_overwriting(self, instance: Instance, base: str) -> None:
        """Raises InstanceStateError if somebody else changed the definition since the edits began; once per change."""
        here = instance.where == "kernel"
        definition = instance.definition if here else instance_task.read(instance.gateway, instance.id).definition
        current = _version(to_data(definition))
        if current != base and self._warned_of != (base, current):
            self._warned_of = (base, current)
            raise InstanceStateError(
                f"Somebody else changed {instance.name!r} since these changes were begun. Press “Save changes” again "
                "to replace their version with yours; or cancel, and edit it anew from theirs."
            )

    def _move(self, request: Request) -> dict[str, Any]:
        self._require_shown(request).move_to_service(request.text("queue"))
        return self._done()

    def _move_here(self, request: Request) -> dict[str, Any]:
        self._require_shown(request).move_to_kernel()
        return self._done()

    def _restart(self, request: Request) -> dict[str, Any]:
        self._require_shown(request).restart()
        return self._done()

    # -- runs
    def _abort(self, request: Request) -> dict[str, Any]:
        self._requested(request).abort(request.text("run"))
        return self._done()

    def _rerun(self, request: Request) -> dict[str, Any]:
        self._requested(request).retry(request.text("run"))
        return self._done()

    def _steps(self, request: Request) -> dict[str, Any]:
        run = request.text("run")
        if not TASK_ID.fullmatch(run):  # the server would read "-…" as "all but"
            raise BadMessage(f"The message 'steps' names the run {run!r:.50}; expected the id of a task.")
        steps, more = steps_of(self._requested(request).gateway, run)
        return {"steps": [step_data(step) for step in steps], "more": more}

    def _console(self, request: Request) -> dict[str, Any]:
        lines = self._requested(request).console(request.text("run"), CONSOLE_LINES)
        return {"lines": [{"time": millis(line.time), "level": line.level, "text": line.text} for line in lines]}


def step_data(step: Task) -> dict[str, Any]:
    """A step of a pipeline for the page."""
    return {
        "id": step.id,
        "name": step.name,
        "status": step.status,
        "started": millis(step.started),
        "finished": millis(step.completed),
    }


def _version(data: Mapping[str, Any]) -> str:
    """A hash of a definition's content. The page keeps it with the edits, which may outlive this kernel."""
    return mark(json.dumps(data, sort_keys=True))


def _period(start: str, end: str) -> tuple[datetime, datetime]:
    times = {"start": values.moment(start), "end": values.moment(end)}
    problems = [problem.under(name) for name, value in times.items() for problem in problems_in(value)]
    if not problems and times["end"] <= times["start"]:
        problems = [Problem("end", end, "expected a time after the start")]
    if problems:
        raise InvalidDefinition(problems)
    return times["start"], times["end"]

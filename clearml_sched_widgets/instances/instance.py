"""The public class `Instance`: shows and controls one instance, in this kernel, in another one, or on an agent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import attrs

from clearml_sched_widgets.definition import Definition, Schedule, Trigger
from clearml_sched_widgets.definition.values import LONE_SURROGATE
from clearml_sched_widgets.engine.instance_task.commands import Command
from clearml_sched_widgets.errors import InvalidDefinition, Problem, SchedulerError
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.instances import control, moving, preflight, waiting
from clearml_sched_widgets.instances.handle import Handle
from clearml_sched_widgets.instances.kept import tell
from clearml_sched_widgets.instances.service_task import Package
from clearml_sched_widgets.records import Lease, LogLine, Task
from clearml_sched_widgets.surrogates import has_half
from clearml_sched_widgets.views import history, instance_html, instance_reader, viewer, why

if TYPE_CHECKING:
    import pandas as pd


LOG_PAGE = 2000  # log lines per request
AGENT_LEVEL = "debug"  # of what an agent says of itself and of what its tasks print; the scheduler has no such lines


class Instance:
    """A definition that was saved or launched: a ClearML task of type `service`. Made by a Manager."""

    def __init__(self, gateway: Gateway, task: Task, lease: Lease | None = viewer.NOT_READ) -> None:
        self._handle = Handle(gateway, task, lease)
        self._viewer = viewer.Viewer(gateway, task.id)
        self._reader = instance_reader.InstanceReader(gateway, task.id)

    def __repr__(self) -> str:
        return f"Instance(id={self.id!r}, name={self.name!r}, status={self.status!r})"

    def _repr_html_(self) -> str:
        try:
            return instance_html.html(instance_html.picture_of_view(self.view(), self._silence))
        except SchedulerError as error:  # a notebook would show a traceback instead
            picture = self.at_hand(self._now)
            return instance_html.html(attrs.evolve(picture, problem=f"It could not be read: {error}"))

    def __eq__(self, other: object) -> bool:
        """Whether both stand for the same instance, which may have several objects."""
        return isinstance(other, Instance) and self.id == other.id

    def __hash__(self) -> int:
        return hash(self.id)

    def at_hand(self, now: datetime) -> instance_html.InstancePicture:
        """What this kernel already knows of it. No request, and a bounded amount of work."""
        shot = self._handle.snapshot
        if shot is not None:
            return instance_html.picture_of_snapshot(self.id, shot, now)
        status = self._handle.known_status
        return instance_html.picture_of_task(self.task, self.where, now, status, self._silence)

    @property
    def _silence(self) -> str:
        return viewer.silence_text(self._handle.silence)

    @property
    def _now(self) -> datetime:
        """The server's present as last known, without a request."""
        return self.gateway.present(ask=False).time

    @property
    def id(self) -> str:
        """The id of its ClearML task."""
        return self._handle.id

    @property
    def gateway(self) -> Gateway:
        """The connection that it was created with."""
        return self._handle.gateway

    @property
    def task(self) -> Task:
        """Its ClearML task, as last read."""
        return self._handle.task

    @property
    def name(self) -> str:
        return self._handle.name

    @property
    def user(self) -> str:
        """The name of the user who created it."""
        return self.task.user

    @property
    def started(self) -> datetime | None:
        """When it was last started, as last read; UTC."""
        shot = self._handle.snapshot
        return self.task.started if shot is None else shot.started

    @property
    def definition(self) -> Definition:
        """The definition that it runs. Raises InvalidDefinition if the saved one was made invalid by hand."""
        return self._handle.definition

    @property
    def where(self) -> str:
        """ "kernel" (this one), "service" (an agent runs it) or "elsewhere" (another kernel, or none yet)."""
        if self._handle.engine is not None:
            return "kernel"
        return "service" if self._handle.is_service else "elsewhere"

    @property
    def status(self) -> str:
        """draft, queued, running, paused, stopped, failed, or silent (no sign of life for half a minute).

        A status that is older than two seconds is read again. If the server does not answer, it stays as last read.
        """
        return self._handle.status

    def refresh(self) -> Instance:
        """Read it again now, and return it. One request, and one more while it is in progress elsewhere.

        Raises GatewayError, such as NotFound if it was deleted.
        """
        self._handle.reread()
        return self

    def wait(self, timeout: float | str | timedelta | None = None) -> bool:
        """Wait until it has ended, here or elsewhere. Returns False if it has not after `timeout`.

        `timeout` is in seconds, or a duration such as "90s", "2h" or a timedelta. Ctrl+C (or "Interrupt" of a notebook)
        ends the waiting, and the instance goes on. A paused or silent instance has not ended. Asks the server every two
        seconds if it runs elsewhere; a server that does not answer is asked again.

        Raises InstanceStateError for a draft, InvalidDefinition for an invalid `timeout`, PermanentError.
        """
        return waiting.wait(self._handle, waiting.seconds(timeout))

    # -- what it did and will do
    def view(self) -> history.View:
        """Everything that a dashboard shows, from the engine in this kernel (no request) or else from the server."""
        shot = self._handle.snapshot
        if shot is not None:
            return self._viewer.view_here(self.task, shot)
        lease = self._handle.read_lease()
        saved = self._reader.read()
        self._handle.keep(saved.task, lease)
        return self._viewer.view_elsewhere(saved, self.where, lease)

    def read_older(self, view: history.View) -> history.View:
        """The view with one more page of the runs from before its engine started. One request.

        A view that is not `whole` lacks the oldest runs. Raises GatewayError.
        """
        return self._viewer.read_older(view, view.definition or self.definition)

    @property
    def scheduled(self) -> pd.DataFrame:
        """What will run: a row for each time of each schedule, and one for each trigger. Times in UTC.

        Its column `why` says why an item has not run, or what it waits for. Two requests while runs are queued.
        """
        view = self.view()
        watched = preflight.watched_queues(self.gateway) if why.queues_of(view) else {}
        reasons = why.reasons(view, watched, self._now)
        frame = history.scheduled_frame(view.scheduled)
        frame["why"] = frame["item"].map({item: reason.text for item, reason in reasons.items()}).astype(str)
        return frame

    @property
    def executed(self) -> pd.DataFrame:
        """What ran: a row for each launched task, the newest first. Times in UTC.

        The first time, one request for each 500 runs from before the engine started.
        """
        view = self.view()
        while not view.whole:
            view = self.read_older(view)
        return history.executed_frame(view.executed)

    @property
    def log(self) -> pd.DataFrame:
        """What the scheduler did: time (UTC), level and text. One request for each 2,000 lines that are read.

        What the agent of a service says of itself is in `console(instance.id)`.
        """
        view = self.view()
        lines, count = list(view.log), 0 if view.log_whole else LOG_PAGE
        while lines and count >= LOG_PAGE:
            older = self.older_log(lines[0].time)
            lines, count = [*older, *lines], len(older)
        return history.log_frame([line for line in lines if line.level != AGENT_LEVEL])

    def older_log(self, before: datetime, lines: int = LOG_PAGE) -> list[LogLine]:
        """The last lines of its log before a time, oldest first. One request.

        It may return a few more lines than asked for. Fewer mean that no older ones exist. Raises GatewayError.
        """
        return self.gateway.log(self.id, lines, before)

    # -- what users do with it
    def resume(self, item: Schedule | Trigger | str | None = None) -> None:
        """Continue after a pause, after a stop, or after its kernel or agent is gone; or start a draft.

        With an `item` (or its id), end the pause of that item, whoever or whatever paused it.

        It runs in this kernel or, for a service, on its queue again. No slot or event is launched twice; missed slots
        follow the missed-run policy of each schedule.
        """
        if item is not None:
            tell(self._handle.send(Command(do="resume", item=self._handle.item(item).id)))
        else:
            control.resume(self._handle)

    def pause(self, note: str = "", item: Schedule | Trigger | str | None = None) -> None:
        """Pause schedules and triggers until `resume`. Slots and events in between are skipped; runs under way go on.

        With an `item` (or its id), only that one is paused.
        """
        if not isinstance(note, str):
            message = 'expected text; what to pause comes after it: pause("maintenance", item)'
            raise InvalidDefinition([Problem("note", note, message)])
        if has_half(note):
            raise InvalidDefinition([Problem("note", note, LONE_SURROGATE)])
        item_id = "" if item is None else self._handle.item(item).id
        tell(self._handle.send(Command(do="pause", note=note, item=item_id)))

    def run_now(self, item: Schedule | Trigger | str | None = None) -> None:
        """Launch an item once, now, whatever its schedule and policies. Takes the item or its id.

        Without an `item`: every enabled schedule and trigger once, and none twice even if the engine is killed
        meanwhile. A trigger's run then has no event, and the placeholders for its object are empty.

        This works while the item or the whole instance is paused, too. A reused task that is queued or running is
        waited for. Raises InstanceStateError if the instance does not run, or no item is enabled.
        """
        if item is None:
            tell(control.run_all(self._handle))
        else:
            tell(self._handle.send(Command(do="run_now", item=self._handle.item(item).id)))

    def retry(self, run: str) -> None:
        """Launch a run again (by its task's id), for the same slot or event and with the same values.

        It is launched at once, whatever its item's policies. Raises InvalidDefinition if it is no run of this instance,
        or if its item is gone.
        """
        tell(control.retry(self._handle, run))

    def abort(self, run: str) -> None:
        """Stop a run (by its task's id) that is queued or running: it is dequeued, or its agent stops it.

        Raises InvalidDefinition if it is no run of this instance, InstanceStateError if it has ended.
        """
        control.abort(self._handle, run)

    def console(self, run: str, lines: int = 200) -> list[LogLine]:
        """The last lines of a run's console (by its task's id), oldest first. Raises GatewayError, such as NotFound."""
        return self.gateway.log(run, lines)

    def backfill(self, item: Schedule | str, start: datetime | str, end: datetime | str) -> int:
        """Launch the slots of a schedule after `start` up to `end`, and return how many slots that period has.

        Takes aware datetimes or ISO 8601 with an offset or Z. Slots that were launched before are left out.
        Unless the schedule's overlap policy is "allow", the runs wait for each other. They do not count for `max_runs`.
        Raises InvalidDefinition for a period without slots, with more than 1,000, or that is not over.
        """
        count, kept = control.backfill(self._handle, item, start, end)
        tell(kept)
        return count

    def update(self, definition: Definition, *, check: bool = True) -> None:
        """Replace the definition. Items that keep their id keep their state.

        An engine in this kernel uses it when this returns (or soon after, if its step takes more than two seconds). An
        engine elsewhere uses it within seconds.

        Raises InvalidDefinition and changes nothing then.
        """
        tell(control.update(self._handle, definition, check=check))

    def move_to_service(
        self, queue: str = "services", *, package: str = "bundle", requirements: Iterable[str] = ()
    ) -> None:
        """Move it from this kernel to an agent of that queue, as a service task. It may also be one that runs nowhere.

        It is stopped here and keeps its id, its history and the state of each item. No slot or event is launched
        twice; slots missed until the agent starts it follow the missed-run policies. `package` and `requirements` are
        those of `Manager.launch`.

        Raises InstanceStateError for a service and for an instance that runs in another kernel, InvalidDefinition for
        Python functions, a queue that does not exist, and a wrong `package`; nothing is changed then.
        """
        moving.to_service(self._handle, queue, Package(package, requirements))

    def move_to_kernel(self) -> None:
        """Move it from its agent to this kernel. The other way of `move_to_service`: it is the same instance.

        It is stopped on its agent, which may take up to two minutes, and continued here; a pause stays. Raises
        InstanceStateError if it is no service or has not stopped; resume it then when it has.
        """
        moving.to_kernel(self._handle)

    def stop(self) -> None:
        """Stop it, wherever it runs. Runs under way go on. It can be resumed later."""
        control.stop(self._handle)

    def restart(self) -> None:
        """Stop it, wherever it runs, and start it again where it was: a service on its queue, others in this kernel.

        It runs with this version of the package then; a service is given it anew (see `package` of `Manager.launch`).
        No slot or event is launched twice, and missed ones follow the missed-run policies. Waits up to two minutes
        until it has stopped, and raises InstanceStateError if it has not.
        """
        control.restart(self._handle)

    def delete(self) -> None:
        """Delete the instance, not its runs. It must not be running; a silent one is stopped."""
        control.delete(self._handle)

"""One instance: what it shows, and what users do with it. In this kernel, in another one, or on an agent."""

from __future__ import annotations

from datetime import datetime, timezone
from html import escape
from typing import TYPE_CHECKING

from clearml_sched_widgets import codec, history, preflight, service, views, why
from clearml_sched_widgets.definition import Definition, Schedule, Trigger, values
from clearml_sched_widgets.definition.checks import problems_in
from clearml_sched_widgets.engine import commands, launches, lease, own
from clearml_sched_widgets.engine.commands import Command
from clearml_sched_widgets.engine.loop import Engine
from clearml_sched_widgets.engine.runs import Run, run_of
from clearml_sched_widgets.errors import InstanceStateError, InvalidDefinition, Problem
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.records import LogLine, Task, TaskQuery, run_tag
from clearml_sched_widgets.running import engine_here, forget, functions_here, register, starting

if TYPE_CHECKING:
    import pandas as pd


def _period(start: datetime | str, end: datetime | str, now: datetime) -> tuple[datetime, datetime]:
    """The period of a backfill. Raises InvalidDefinition for what is no time, for no length, and for the future."""
    found = {"start": values.moment(start), "end": values.moment(end)}
    problems = [one.under(name) for name, value in found.items() for one in problems_in(value)]
    if not problems and found["end"] <= found["start"]:
        problems = [Problem("end", str(end), "expected a time after the start")]
    if not problems and found["end"] > now:
        problems = [Problem("end", str(end), f"expected a time that is past (it is now {now:%Y-%m-%d %H:%M} UTC)")]
    if problems:
        raise InvalidDefinition(problems)
    return found["start"], found["end"]


class Instance:
    """A definition that was saved or launched: a ClearML task of type `service`. Made by a Manager."""

    def __init__(self, gateway: Gateway, task: Task) -> None:
        self._gateway = gateway
        self._task = task
        self._viewer = views.Viewer(gateway, task.id)

    def __repr__(self) -> str:
        return f"Instance(id={self.id!r}, name={self.name!r}, status={self.status!r})"

    def _repr_html_(self) -> str:
        view = self.view()
        head = f"<p><b>{escape(view.name)}</b> {escape(view.status)}, {escape(view.where)}</p>"
        scheduled = history.scheduled_frame(view.scheduled)[["name", "next_run", "schedule", "queue", "state"]]
        executed = history.executed_frame(view.executed[:10])[["name", "cause", "started", "finished", "status"]]
        tables: list[str] = [frame.to_html(index=False, na_rep="") for frame in (scheduled, executed)]
        return head + "".join(tables)

    @property
    def id(self) -> str:
        """The id of its ClearML task."""
        return self._task.id

    @property
    def gateway(self) -> Gateway:
        """The connection that it was made with."""
        return self._gateway

    @property
    def task(self) -> Task:
        """Its ClearML task, as last read."""
        return self._task

    @property
    def name(self) -> str:
        return self._task.name

    @property
    def user(self) -> str:
        """The name of the user who made it."""
        return self._task.user

    @property
    def started(self) -> datetime | None:
        """When it last began to run, as last read; UTC."""
        return self._task.started

    @property
    def definition(self) -> Definition:
        """What it runs. Raises InvalidDefinition if somebody broke it by hand."""
        engine = engine_here(self.id)
        if engine is not None and engine.snapshot is not None:
            return engine.snapshot.definition
        return own.parse(self._task).definition

    @property
    def where(self) -> str:
        """ "kernel" (this one), "service" (an agent runs it) or "elsewhere" (another kernel, or none yet)."""
        if engine_here(self.id) is not None:
            return "kernel"
        return "service" if self._task.configuration.get(own.WHERE) == "service" else "elsewhere"

    @property
    def status(self) -> str:
        """As last read: draft, queued, running, paused, stopped, failed, or lost (running, but silent for minutes)."""
        engine = engine_here(self.id)
        if engine is not None and engine.snapshot is not None:
            return views.status_here(engine.snapshot)
        return views.status_of(self._task, datetime.now(timezone.utc))

    # -- what it did and will do
    def view(self) -> history.View:
        """Everything a screen shows. For an instance of this kernel no request; else it is read from the server."""
        engine = engine_here(self.id)
        if engine is not None and engine.snapshot is not None:
            return self._viewer.here(self._task, engine.snapshot)
        there = own.read(self._gateway, self.id)
        self._task = there.task
        return self._viewer.there(there, self.where)

    def read_older(self, view: history.View) -> history.View:
        """A view of this instance with a page more of the runs from before its engine began. One request.

        Until a view is `whole` it has the newest ones only. Raises GatewayError.
        """
        return self._viewer.read_older(view, self.definition)

    @property
    def scheduled(self) -> pd.DataFrame:
        """What will run: a row for each time of each schedule, and one for each trigger. Times in UTC.

        Its column `why` says why an item has not run, or what it waits for. Two requests while runs are queued.
        """
        view = self.view()
        watched = self._watched() if why.queues_of(view) else {}
        reasons = why.reasons(view, watched, datetime.now(timezone.utc))
        frame = history.scheduled_frame(view.scheduled)
        frame["why"] = [reasons[row.item].text for row in view.scheduled]
        return frame

    def _watched(self) -> dict[str, bool]:
        """Of each queue, by its name and its id, whether an agent serves it."""
        queues = self._gateway.queues(watched=True)
        return {key: bool(queue.watched) for queue in queues for key in (queue.id, queue.name)}

    @property
    def executed(self) -> pd.DataFrame:
        """What ran: a row for each launched task, the newest first. Times in UTC.

        The first time, one request for each 500 runs from before the engine began.
        """
        view = self.view()
        while not view.whole:
            view = self.read_older(view)
        return history.executed_frame(view.executed)

    @property
    def log(self) -> pd.DataFrame:
        """What the scheduler did: time (UTC), level and text."""
        return history.log_frame(self.view().log)

    # -- what users do with it
    def resume(self, item: Schedule | Trigger | str | None = None) -> None:
        """Go on: after a pause, after a stop, after the kernel or the agent that ran it is gone; start a draft.

        With an `item` (or its id): end the pause of that one, whoever or whatever paused it.

        In this kernel, or, for a service, on its queue again. What was launched before is never launched again; what
        was missed falls under the missed-run policy of each schedule.
        """
        if item is not None:
            self._send(Command(do="resume", item=self._item(item).id))
            return
        with starting:
            if engine_here(self.id) is not None:
                self._send(Command(do="resume"))
                return
            task = self._fresh()
            if task.configuration.get(own.WHERE) == "service":
                self._resume_service(task)
            else:
                self._resume_here(task)

    def _resume_here(self, task: Task) -> None:
        paused = views.is_paused(task)
        engine = Engine(self.id, self._gateway, tables=history.tables, functions=functions_here(self.id))
        try:
            engine.start()
        except InstanceStateError:
            if not paused:
                raise
            self._send(Command(do="resume"))  # it is alive in another kernel: its pause ends there
            return
        register(engine)
        if paused:
            self._send(Command(do="resume"))

    def _resume_service(self, task: Task) -> None:
        status = views.status_of(task, datetime.now(timezone.utc))
        if status == "paused":
            self._send(Command(do="resume"))
        elif status in ("running", "queued"):
            raise InstanceStateError(f"The instance {self.name} is {status} already.")
        else:
            gateway = self._gateway
            if task.status == "in_progress":
                gateway.set_status(self.id, "stopped", "Resumed")
            queue = task.queue_id or preflight.queue_id(self._gateway, "services")
            service.enqueue(gateway, self.id, queue)
            if views.is_paused(task):
                gateway.write_configuration(self.id, commands.dumps(Command(do="resume")))

    def pause(self, note: str = "", item: Schedule | Trigger | str | None = None) -> None:
        """Launch nothing by itself until `resume`; the slots and events in between are left out. Runs under way go on.

        With an `item` (or its id), only that one is paused.
        """
        if not isinstance(note, str):
            raise InvalidDefinition([Problem("note", note, "expected text")])
        self._send(Command(do="pause", note=note, item="" if item is None else self._item(item).id))

    def run_now(self, item: Schedule | Trigger | str) -> None:
        """Launch an item once, at once, outside of its schedule and whatever its policies. Takes the item or its id.

        Also while the item or the whole instance is paused: a pause holds back what runs by itself. A reused task that
        is queued or running is waited for.
        """
        self._send(Command(do="run_now", item=self._item(item).id))

    def retry(self, run: str) -> None:
        """Launch a run again (by its task's id), for the same slot or event and with the same values.

        It starts at once, whatever its item's policies. Raises InvalidDefinition if it is no run of this instance, or
        if its item is gone.
        """
        found = self._run(run)
        self._send(Command(do="retry", item=self._item(found.item).id, run=run))

    def abort(self, run: str) -> None:
        """End a run (by its task's id) that is queued or running: it is taken off its queue, or its agent stops it.

        Raises InvalidDefinition if it is no run of this instance, InstanceStateError if it has ended.
        """
        found = self._run(run)
        if found.local:
            raise InstanceStateError(f"The run {run} cannot be aborted: it is the call of a Python function.")
        if not found.active:
            raise InstanceStateError(f"The run {run} cannot be aborted: it is {found.status} already.")
        self._gateway.request_stop(found.task.id, "Aborted by its user")

    def console(self, run: str, lines: int = 200) -> list[LogLine]:
        """The last lines of a run's console (by its task's id), oldest first. Raises NotFound and the like."""
        return self._gateway.log(run, lines)

    def _run(self, run: str) -> Run:
        """A run as the server has it now; calls of functions and runs of reused tasks as this kernel knows them."""
        engine = engine_here(self.id)
        known = engine.snapshot.runs if engine is not None and engine.snapshot is not None else ()
        known_here = next((one for one in known if one.id == run and (one.local or one.reset)), None)
        if known_here is not None:
            return known_here
        query = TaskQuery(ids=(run,), system_tags=(run_tag(self.id),), hyperparams="scheduler", limit=1)
        found = [one for task in self._gateway.tasks(query) if (one := run_of(task, self.id))]
        if not found:
            raise InvalidDefinition([Problem("run", run, "expected the id of a task that this instance launched")])
        return found[0]

    def backfill(self, item: Schedule | str, start: datetime | str, end: datetime | str) -> int:
        """Launch the slots of a schedule after `start` up to `end` that were not launched yet; how many it has there.

        Takes aware datetimes or ISO 8601 with an offset or Z. A slot that has run already does not run again. Unless
        the schedule's overlap policy is "allow", the runs wait for each other. They do not count for `max_runs`.
        Raises InvalidDefinition for a period without slots, with more than 1,000, or that is not over.
        """
        schedule = self._item(item)
        period = _period(start, end, datetime.now(timezone.utc))
        if not isinstance(schedule, Schedule):
            raise InvalidDefinition([Problem("item", schedule.id, "expected a schedule: a trigger has no times")])
        if schedule.action.method != "clone":
            message = "expected a schedule that launches clones: it is not known when others ran"
            raise InvalidDefinition([Problem("item", schedule.id, message)])
        try:
            found = launches.backfill(schedule, *period)
        except ValueError as error:
            raise InvalidDefinition([Problem("start", f"{period[0]} to {period[1]}", str(error))]) from None
        begin, until = (moment.isoformat() for moment in period)
        self._send(Command(do="backfill", item=schedule.id, start=begin, end=until))
        return len(found)

    def _item(self, item: Schedule | Trigger | str) -> Schedule | Trigger:
        if not isinstance(item, (str, Schedule, Trigger)):
            raise InvalidDefinition(
                [Problem("item", item, "expected a schedule or a trigger of the instance, or its id")]
            )
        item_id = item if isinstance(item, str) else item.id
        found = self.definition.item(item_id)
        if found is None:
            known = ", ".join(f"{one.id} ({one.title})" for one in self.definition.items)
            raise InvalidDefinition([Problem("item", item_id, f"the instance has no such item; it has: {known}")])
        return found

    def update(self, definition: Definition, *, check: bool = True) -> None:
        """Replace the definition; a running instance takes it over within seconds. Items that stay keep their place.

        Raises InvalidDefinition, and then changes nothing.
        """
        preflight.require(definition)
        functions = functions_here(self.id)
        definition = functions.bind(definition)
        if check:
            preflight.check(self._gateway, definition)
        gateway, task = self._gateway, self._fresh()
        self._refuse_functions(definition, task)
        if task.status == "queued":
            raise InstanceStateError(
                f"The instance {self.name} waits in its queue; update it when it runs, or stop it first."
            )
        asleep = task.status not in ("created", "in_progress")
        if asleep:  # the server lets us write to a task only while it is a draft or in progress
            gateway.set_status(self.id, "in_progress", "Updated")
        functions.keep(definition)
        gateway.write_configuration(self.id, {own.DEFINITION: codec.dumps(definition, functions=True)})
        gateway.rename(self.id, definition.name)
        if asleep:
            gateway.set_status(self.id, "stopped", "Updated")
        elif task.status == "in_progress":
            self._send(Command(do="reload"))
        self._fresh()

    def _refuse_functions(self, definition: Definition, task: Task) -> None:
        """Python functions can only be given to an instance that this kernel runs, or is going to run."""
        service = task.configuration.get(own.WHERE) == "service"
        if service or (task.status == "in_progress" and engine_here(self.id) is None):
            problems = preflight.functions_elsewhere(definition)
            if problems:
                raise InvalidDefinition(problems)

    def stop(self) -> None:
        """End it, wherever it runs. Runs under way go on. It can be resumed later."""
        engine = engine_here(self.id)
        if engine is not None:
            engine.stop()
        else:
            self._gateway.request_stop(self.id, "Stopped by its user")
        self._fresh()

    def delete(self) -> None:
        """Delete the instance, not its runs. It must not be running."""
        if self._fresh().status in ("in_progress", "queued"):
            raise InstanceStateError(f"The instance {self.name} is {self.status}; stop it before you delete it.")
        self._gateway.delete_task(self.id)
        lease.drop(self._gateway, self.id)
        forget(self.id)

    def _send(self, command: Command) -> None:
        engine = engine_here(self.id)
        if engine is not None:
            engine.command(command)
            return
        if self._fresh().status != "in_progress":
            raise InstanceStateError(f"The instance {self.name} is {self.status}; resume it first.")
        self._gateway.write_configuration(self.id, commands.dumps(command))

    def _fresh(self) -> Task:
        self._task = own.read(self._gateway, self.id).task
        return self._task

"""What users do with an instance, wherever it runs. `Instance` offers it and tells what each raises."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime, timezone

from clearml_sched_widgets import codec, service
from clearml_sched_widgets.definition import Definition, Schedule, values
from clearml_sched_widgets.definition.checks import problems_in
from clearml_sched_widgets.engine.instance_task import commands, lease
from clearml_sched_widgets.engine.instance_task import task as instance_task
from clearml_sched_widgets.engine.instance_task.commands import Command
from clearml_sched_widgets.engine.loop import Engine
from clearml_sched_widgets.errors import InstanceStateError, InvalidDefinition, Problem
from clearml_sched_widgets.instances import preflight
from clearml_sched_widgets.instances.handle import Handle
from clearml_sched_widgets.instances.running import forget, functions_here, register, starting
from clearml_sched_widgets.policy import requested
from clearml_sched_widgets.policy.run import Run, run_of
from clearml_sched_widgets.records import Task, TaskQuery, run_tag
from clearml_sched_widgets.views import history, viewer


# -- begin and end
def resume(handle: Handle) -> None:
    """Start an instance, here or, a service, on its queue; or end its pause."""
    with starting:
        if handle.engine is not None:
            with contextlib.suppress(InstanceStateError):  # it has just ended: it is started anew
                handle.send(Command(do="resume"))
                return
        task = handle.reread()
        if handle.is_service:
            _resume_service(handle, task)
        else:
            _resume_here(handle, task)


def _resume_here(handle: Handle, task: Task) -> None:
    paused = viewer.is_paused(task)
    engine = Engine(handle.id, handle.gateway, tables=history.tables, functions=functions_here(handle.id))
    try:
        engine.start()
        register(engine)
    except InstanceStateError:
        if not paused:
            raise
        handle.send(Command(do="resume"))  # it is alive in another kernel: its pause ends there
        return
    except KeyboardInterrupt:
        engine.abandon()
        raise
    if paused:
        handle.send(Command(do="resume"))


def _resume_service(handle: Handle, task: Task) -> None:
    status = viewer.status_of(task, datetime.now(timezone.utc))
    if status == "paused":
        handle.send(Command(do="resume"))
    elif status in ("running", "queued"):
        raise InstanceStateError(f"The instance {handle.name} is {status} already.")
    else:
        gateway = handle.gateway
        if task.status == "in_progress":
            gateway.set_status(handle.id, "stopped", "Resumed")
        service.enqueue(gateway, handle.id, task.queue_id or preflight.queue_id(gateway, "services"))
        if viewer.is_paused(task):
            gateway.write_configuration(handle.id, commands.dumps(Command(do="resume")))
        handle.reread()


def stop(handle: Handle) -> None:
    """End an instance, wherever it runs."""
    engine = handle.engine
    if engine is None and handle.reread().status == "created":
        raise InstanceStateError(f"The instance {handle.name} is a draft: nothing runs that could be stopped.")
    if engine is not None:
        engine.stop()
    else:
        handle.gateway.request_stop(handle.id, "Stopped by its user")
    handle.reread()


def delete(handle: Handle) -> None:
    """Delete an instance that is not running, with what else the server and this kernel hold of it."""
    if handle.reread().status in ("in_progress", "queued"):
        raise InstanceStateError(f"The instance {handle.name} is {handle.status}; stop it before you delete it.")
    handle.gateway.delete_task(handle.id)
    lease.delete_lease_of(handle.gateway, handle.id)
    forget(handle.id)


# -- change what it runs
def update(handle: Handle, definition: Definition, *, check: bool) -> None:
    """Replace the definition, whether the instance runs or not."""
    preflight.require(definition)
    functions = functions_here(handle.id)
    definition = functions.bind(definition)
    if check:
        preflight.check(handle.gateway, definition)
    gateway, task = handle.gateway, handle.reread()
    _refuse_functions(handle, definition)
    if task.status == "queued":
        raise InstanceStateError(
            f"The instance {task.name} waits in its queue; update it when it runs, or stop it first."
        )
    with writable(handle, "Updated"):
        functions.keep(definition)
        gateway.write_configuration(task.id, {instance_task.DEFINITION: codec.dumps(definition, functions=True)})
        gateway.rename(task.id, definition.name)
    if task.status == "in_progress":
        with contextlib.suppress(InstanceStateError):  # it has ended meanwhile: what resumes it reads the definition
            handle.send(Command(do="reload"))
    handle.reread()


@contextlib.contextmanager
def writable(handle: Handle, reason: str) -> Iterator[None]:
    """The server lets us write to a task only while it is a draft or in progress: one that has ended becomes that."""
    gateway, task = handle.gateway, handle.task
    ended = task.status not in ("created", "in_progress")
    if task.status == "failed":  # the status machine leads from failed to running only through stopped
        gateway.set_status(task.id, "stopped", reason)
    if ended:
        gateway.set_status(task.id, "in_progress", reason)
    try:
        yield
    finally:
        if ended:
            gateway.set_status(task.id, "stopped", reason)


def _refuse_functions(handle: Handle, definition: Definition) -> None:
    """Python functions can only be given to an instance that this kernel runs, or is going to run."""
    if handle.is_service or (handle.task.status == "in_progress" and handle.engine is None):
        problems = preflight.functions_elsewhere(definition)
        if problems:
            raise InvalidDefinition(problems)


# -- its runs
def run_all(handle: Handle) -> None:
    """Launch every enabled item once."""
    if not any(item.enabled for item in handle.definition.items):
        raise InstanceStateError(f"The instance {handle.name} has no item that is enabled.")
    handle.send(Command(do="run_now"))


def retry(handle: Handle, run: str) -> None:
    """Launch a run again."""
    found = _run(handle, run)
    handle.send(Command(do="retry", item=handle.item(found.item).id, run=run))


def abort(handle: Handle, run: str) -> None:
    """End a run that is queued or running."""
    found = _run(handle, run)
    if found.local:
        raise InstanceStateError(f"The run {run} cannot be aborted: it is the call of a Python function.")
    if not found.active:
        raise InstanceStateError(f"The run {run} cannot be aborted: it is {found.status} already.")
    handle.gateway.request_stop(found.task.id, "Aborted by its user")
    if handle.engine is not None:
        handle.engine.refresh_runs()


def _run(handle: Handle, run: str) -> Run:
    """A run as the server has it now; calls of functions and runs of reused tasks as this kernel knows them."""
    message = "expected the id of a task that this instance launched"
    if not isinstance(run, str):
        raise InvalidDefinition([Problem("run", run, message)])
    shot = handle.snapshot
    known = () if shot is None else shot.runs
    known_here = next((one for one in known if one.id == run and (one.local or one.reset)), None)
    if known_here is not None:
        return known_here
    query = TaskQuery(ids=(run,), system_tags=(run_tag(handle.id),), hyperparams="scheduler", limit=1)
    found = [one for task in handle.gateway.tasks(query) if (one := run_of(task, handle.id))]
    if not found:
        raise InvalidDefinition([Problem("run", run, message)])
    return found[0]


def backfill(handle: Handle, item: Schedule | str, start: datetime | str, end: datetime | str) -> int:
    """Launch the slots of a schedule in a period that is over; how many it has there."""
    schedule = handle.item(item)
    period = _period(start, end, datetime.now(timezone.utc))
    if not isinstance(schedule, Schedule):
        raise InvalidDefinition([Problem("item", schedule.id, "expected a schedule: a trigger has no times")])
    if schedule.action.method != "clone":
        message = "expected a schedule that launches clones: it is not known when others ran"
        raise InvalidDefinition([Problem("item", schedule.id, message)])
    try:
        found = requested.backfill(schedule, *period)
    except ValueError as error:
        raise InvalidDefinition([Problem("start", f"{period[0]} to {period[1]}", str(error))]) from None
    begin, until = (moment.isoformat() for moment in period)
    handle.send(Command(do="backfill", item=schedule.id, start=begin, end=until))
    return len(found)


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

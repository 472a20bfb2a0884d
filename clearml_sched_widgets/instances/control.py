"""The operations of `Instance`, which work wherever the instance runs. `Instance` documents what each raises."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from time import monotonic

from clearml_sched_widgets import codec
from clearml_sched_widgets.definition import Definition, Schedule, values
from clearml_sched_widgets.definition.checks import problems_in
from clearml_sched_widgets.engine.instance_task import commands, lease
from clearml_sched_widgets.engine.instance_task import task as instance_task
from clearml_sched_widgets.engine.instance_task.commands import Command
from clearml_sched_widgets.engine.loop import Engine
from clearml_sched_widgets.errors import InstanceStateError, InvalidDefinition, Problem, SchedulerError
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.instances import preflight, service_task, waiting
from clearml_sched_widgets.instances.handle import Handle
from clearml_sched_widgets.instances.running import forget, functions_here, register, start_lock
from clearml_sched_widgets.policy import requested
from clearml_sched_widgets.policy.run import Run, run_of
from clearml_sched_widgets.policy.state import iso
from clearml_sched_widgets.records import Task, TaskQuery, run_tag
from clearml_sched_widgets.views import history, viewer

STOP_SECONDS = 120  # that an agent may take to stop an instance


# -- start and stop
def time_at(gateway: Gateway, began: float) -> datetime:
    """What the server's clock showed when the monotonic clock showed `began`. Raises GatewayError."""
    return gateway.present().time - timedelta(seconds=monotonic() - began)


def launched_at(moment: datetime) -> dict[str, str]:
    """The configuration object with the moment at which a launch was called: what comes due after it is launched."""
    return {instance_task.LAUNCHED: iso(moment) or ""}


def resume(handle: Handle, called: datetime | None = None, *, end_pause: bool = True) -> None:
    """Start an instance in this kernel or, if it is a service, on its queue. With `end_pause`, end its pause.

    `called` is when the launch of a draft was called, if the draft has it already; it is now otherwise (server time).
    """
    began = monotonic()
    with start_lock():
        if handle.engine is not None:
            with contextlib.suppress(InstanceStateError):  # the engine has just ended: start a new one
                handle.send(Command(do="resume"))
                return
        task = handle.reread()
        if task.status == "created" and called is None:
            handle.gateway.write_configuration(handle.id, launched_at(time_at(handle.gateway, began)))
        if handle.is_service:
            _resume_service(handle, task, end_pause)
        else:
            _resume_here(handle, end_pause and viewer.is_paused(task))


def _resume_here(handle: Handle, paused: bool) -> None:
    engine = Engine(handle.id, handle.gateway, tables=history.tables, functions=functions_here(handle.id))
    try:
        engine.start()
        register(engine)
    except InstanceStateError:
        if not paused:
            raise
        handle.send(Command(do="resume"))  # it runs in another kernel: end its pause there
        return
    except KeyboardInterrupt:
        engine.abandon()
        raise
    if paused:
        handle.send(Command(do="resume"))


def _resume_service(handle: Handle, task: Task, end_pause: bool) -> None:
    status = handle.known_status
    if status == "paused":
        handle.send(Command(do="resume"))
    elif status in ("running", "queued"):
        raise InstanceStateError(f"The instance {handle.name} is {status} already.")
    else:
        gateway = handle.gateway
        if status == "silent":
            gateway.set_status(handle.id, "stopped", "Resumed")
        queue, script = service_task.prepared_again(handle, task)
        if script:
            service_task.set_script(gateway, handle.id, script)
        service_task.enqueue(gateway, handle.id, queue)
        if end_pause and viewer.is_paused(task):
            gateway.write_configuration(handle.id, commands.dumps(Command(do="resume")))
        handle.reread()


def stop(handle: Handle) -> None:
    """Stop an instance, wherever it runs."""
    engine = handle.engine
    if engine is None and handle.reread().status == "created":
        raise InstanceStateError(f"The instance {handle.name} is a draft: nothing runs that could be stopped.")
    if engine is not None:
        engine.stop()
    else:
        handle.gateway.request_stop(handle.id, "Stopped by its user")
    handle.reread()


def restart(handle: Handle) -> None:
    """Stop an instance, wherever it runs, and start it again, with this version of the package."""
    task = handle.reread()
    if handle.is_service:
        service_task.prepared_again(handle, task)  # what would be refused is refused while it still runs
    elif handle.engine is None:
        missing = preflight.missing_functions(functions_here(handle.id).bind(handle.definition))
        if missing:
            raise InvalidDefinition(missing)
    stop_and_wait(handle)
    try:
        resume(handle, end_pause=False)
    except SchedulerError as error:
        error.args = (f"{error} It has stopped; resume() starts it.", *error.args[1:])
        raise


def stop_and_wait(handle: Handle) -> None:
    """Stop an instance, wherever it runs, and wait until it has. A silent one is left: it does not hear it."""
    handle.reread()
    if handle.known_status not in ("queued", "running", "paused"):
        return
    stop(handle)
    if not waiting.wait(handle, STOP_SECONDS):
        raise InstanceStateError(
            f"The instance {handle.name} was asked to stop, and has not within {STOP_SECONDS} s. Resume it when it has."
        )


def delete(handle: Handle) -> None:
    """Delete an instance that is not running, with its lease and the functions that this kernel holds for it."""
    handle.reread()
    if handle.known_status == "silent":
        handle.gateway.set_status(handle.id, "stopped", "Deleted")
    elif handle.task.status in ("in_progress", "queued"):
        raise InstanceStateError(f"The instance {handle.name} is {handle.known_status}; stop it before you delete it.")
    handle.gateway.delete_task(handle.id)
    lease.delete_lease_of(handle.gateway, handle.id)
    forget(handle.id)


# -- change its definition
def update(handle: Handle, definition: Definition, *, check: bool) -> str:
    """Replace the definition, whether the instance runs or not. Returns what `Handle.send` says."""
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
    if task.status == "in_progress" and handle.engine is None:
        handle.refuse_unknown(handle.abilities.missing_for(definition))
    with writable(handle, "Updated"):
        functions.keep(definition)
        gateway.write_configuration(task.id, {instance_task.DEFINITION: codec.dumps(definition, functions=True)})
        gateway.rename(task.id, definition.name)
    kept = ""
    if task.status == "in_progress":
        with contextlib.suppress(InstanceStateError):  # it has ended meanwhile: the next start reads the definition
            kept = handle.send(Command(do="reload"))
    handle.reread()
    return kept


@contextlib.contextmanager
def writable(handle: Handle, reason: str) -> Iterator[None]:
    """Make an ended instance's task writable: the server accepts writes only to drafts and tasks in progress."""
    gateway, seen = handle.gateway, handle.task
    ended = seen.status not in ("created", "in_progress")
    if ended:
        task = handle.reread()
        if task.status != seen.status:
            raise InstanceStateError(f"The instance {handle.name} is {handle.known_status} by now; try it again.")
        if task.status == "failed":  # the server allows failed to in_progress only through stopped
            gateway.set_status(task.id, "stopped", reason)
        gateway.set_status(task.id, "in_progress", reason)
    holders = _leases(handle) if ended else set()  # of an engine that is about to end
    try:
        yield
    finally:
        # A new lease is that of an engine which somebody has started meanwhile: it goes on.
        if ended and _leases(handle) <= holders:
            gateway.set_status(handle.id, "stopped", reason)


def _leases(handle: Handle) -> set[str]:
    return {found.id for found in handle.gateway.leases(f"{lease.PREFIX}{handle.id}")}


def _refuse_functions(handle: Handle, definition: Definition) -> None:
    """Raise InvalidDefinition for Python functions, unless this kernel runs the instance or is going to."""
    if handle.is_service or (handle.task.status == "in_progress" and handle.engine is None):
        problems = preflight.functions_elsewhere(definition)
        if problems:
            raise InvalidDefinition(problems)


# -- its runs
def run_all(handle: Handle) -> str:
    """Launch every enabled item once. Returns what `Handle.send` says, as the next ones do."""
    if not any(item.enabled for item in handle.definition.items):
        raise InstanceStateError(f"The instance {handle.name} has no item that is enabled.")
    return handle.send(Command(do="run_now"))


def retry(handle: Handle, run: str) -> str:
    """Launch a run again."""
    target = _find_run(handle, run)
    return handle.send(Command(do="retry", item=handle.item(target.item).id, run=run))


def abort(handle: Handle, run: str) -> None:
    """End a run that is queued or running."""
    target = _find_run(handle, run)
    if target.local:
        raise InstanceStateError(f"The run {run} cannot be aborted: it is the call of a Python function.")
    if not target.active:
        raise InstanceStateError(f"The run {run} cannot be aborted: it is {target.status} already.")
    handle.gateway.request_stop(target.task.id, "Aborted by its user")
    if handle.engine is not None:
        handle.engine.refresh_runs()


def _find_run(handle: Handle, run: str) -> Run:
    """The run with that id, from the server; a function call or a run of a reused task from this kernel's snapshot.

    Raises InvalidDefinition if there is none.
    """
    message = "expected the id of a task that this instance launched"
    if not isinstance(run, str):
        raise InvalidDefinition([Problem("run", run, message)])
    shot = handle.snapshot
    runs_here = () if shot is None else shot.runs
    run_here = next((one for one in runs_here if one.id == run and (one.local or one.reset)), None)
    if run_here is not None:
        return run_here
    query = TaskQuery(ids=(run,), system_tags=(run_tag(handle.id),), hyperparams="scheduler", limit=1)
    runs = [one for task in handle.gateway.tasks(query) if (one := run_of(task, handle.id))]
    if not runs:
        raise InvalidDefinition([Problem("run", run, message)])
    return runs[0]


def backfill(handle: Handle, item: Schedule | str, start: datetime | str, end: datetime | str) -> tuple[int, str]:
    """Launch the slots of a schedule in a past period. Returns how many slots that period has, and what `send` says."""
    schedule = handle.item(item)
    period = _period(start, end, handle.gateway.present().time)
    if not isinstance(schedule, Schedule):
        raise InvalidDefinition([Problem("item", schedule.id, "expected a schedule: a trigger has no times")])
    if schedule.action.method != "clone":
        message = "expected a schedule that launches clones: it is not known when others ran"
        raise InvalidDefinition([Problem("item", schedule.id, message)])
    try:
        slots = requested.backfill(schedule, *period)
    except ValueError as error:
        raise InvalidDefinition([Problem("start", f"{period[0]} to {period[1]}", str(error))]) from None
    begin, until = (moment.isoformat() for moment in period)
    return len(slots), handle.send(Command(do="backfill", item=schedule.id, start=begin, end=until))


def _period(start: datetime | str, end: datetime | str, now: datetime) -> tuple[datetime, datetime]:
    """The period of a backfill. Raises InvalidDefinition for an invalid time, an empty period, or a future end."""
    bounds = {"start": values.moment(start), "end": values.moment(end)}
    problems = [one.under(name) for name, value in bounds.items() for one in problems_in(value)]
    if not problems and bounds["end"] <= bounds["start"]:
        problems = [Problem("end", str(end), "expected a time after the start")]
    if not problems and bounds["end"] > now:
        problems = [Problem("end", str(end), f"expected a time that is past (it is now {now:%Y-%m-%d %H:%M} UTC)")]
    if problems:
        raise InvalidDefinition(problems)
    return bounds["start"], bounds["end"]

"""Moves an instance, with its state, from a kernel to an agent and back."""

from __future__ import annotations

from time import monotonic

import attrs

from clearml_sched_widgets.engine.instance_task import task as instance_task
from clearml_sched_widgets.errors import InstanceStateError, InvalidDefinition
from clearml_sched_widgets.instances import preflight, service_task
from clearml_sched_widgets.instances.control import launched_at, resume, stop, stop_and_wait, time_at, writable
from clearml_sched_widgets.instances.handle import Handle
from clearml_sched_widgets.instances.running import start_lock
from clearml_sched_widgets.instances.service_task import Package


def to_service(handle: Handle, queue: str, package: Package) -> None:
    """Stop an instance here, turn its task into a service task, and put it on the queue.

    The agent's engine continues from the state on the server, as after any stop, and takes the lease that the engine
    here has released. If the move is refused, nothing is changed.
    """
    began = monotonic()
    with start_lock():
        handle.reread()
        _check_movable(handle, queue, package)
        script = package.script(handle.definition)
        if handle.engine is not None:
            stop(handle)
        elif handle.task.status == "in_progress":  # silent
            handle.gateway.set_status(handle.id, "stopped", "Moved to a service")
        if handle.reread().status == "in_progress" or handle.engine is not None:
            raise InstanceStateError(f"The instance {handle.name} has not stopped yet; try again in a moment.")
        with writable(handle, "Moved to a service"):
            launched = launched_at(time_at(handle.gateway, began)) if handle.task.status == "created" else {}
            kept = attrs.evolve(package, queue=queue).configuration()
            objects = {instance_task.WHERE: "service", **kept, **launched}
            handle.gateway.write_configuration(handle.id, objects)
        service_task.submit(handle.gateway, handle.id, preflight.queue_id(handle.gateway, queue), script)
        handle.reread()


def to_kernel(handle: Handle) -> None:
    """Stop an agent's instance, and continue it in this kernel from the state on the server. A pause stays."""
    if not handle.is_service:
        raise InstanceStateError(f"The instance {handle.name} is no service; resume() runs it in this kernel.")
    _ = handle.definition  # one that cannot be read is refused while it still runs
    stop_and_wait(handle)
    if handle.task.status == "in_progress":  # silent
        handle.gateway.set_status(handle.id, "stopped", "Moved to a kernel")
        handle.reread()
    with writable(handle, "Moved to a kernel"):
        handle.gateway.write_configuration(handle.id, {instance_task.WHERE: "kernel"})
    handle.reread()
    resume(handle, end_pause=False)


def _check_movable(handle: Handle, queue: str, package: Package) -> None:
    """Raise InstanceStateError or InvalidDefinition for an instance that cannot be moved to an agent."""
    if handle.is_service:
        raise InstanceStateError(f"The instance {handle.name} is a service already.")
    if handle.engine is None and handle.known_status in ("running", "paused", "queued"):
        raise InstanceStateError(f"The instance {handle.name} runs in another kernel; stop it there first.")
    problems = preflight.functions_elsewhere(handle.definition)
    problems += preflight.missing_queue(handle.gateway.queues(), "service queue", queue)
    problems += package.problems(handle.definition)
    if problems:
        raise InvalidDefinition(problems)

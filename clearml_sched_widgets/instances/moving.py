"""An instance goes on elsewhere: what a kernel ran is handed over to an agent, with its state."""

from __future__ import annotations

from collections.abc import Iterable

from clearml_sched_widgets import service
from clearml_sched_widgets.engine.instance_task import task as instance_task
from clearml_sched_widgets.errors import InstanceStateError, InvalidDefinition
from clearml_sched_widgets.instances import preflight
from clearml_sched_widgets.instances.control import stop, writable
from clearml_sched_widgets.instances.handle import Handle
from clearml_sched_widgets.instances.running import starting


def to_service(handle: Handle, queue: str, requirements: Iterable[str] | None = None) -> None:
    """Stop an instance here, make its task one that an agent can run, and put it on the queue.

    The agent's engine goes on by what the server holds, as after any stop: it gets the lease that the one here gave
    back. Nothing is changed if this is refused.
    """
    with starting:
        handle.reread()
        _refuse(handle, queue)
        if handle.engine is not None:
            stop(handle)
        elif handle.task.status == "in_progress":  # nobody was heard of for minutes
            handle.gateway.set_status(handle.id, "stopped", "Moved to a service")
        if handle.reread().status == "in_progress" or handle.engine is not None:
            raise InstanceStateError(f"The instance {handle.name} has not stopped yet; try again in a moment.")
        with writable(handle, "Moved to a service"):
            handle.gateway.write_configuration(handle.id, {instance_task.WHERE: "service"})
            service.give_script(handle.gateway, handle.id, requirements)
        service.enqueue(handle.gateway, handle.id, preflight.queue_id(handle.gateway, queue))
        handle.reread()


def _refuse(handle: Handle, queue: str) -> None:
    """Raise for what is a service already, runs in another kernel, or cannot run on an agent."""
    if handle.is_service:
        raise InstanceStateError(f"The instance {handle.name} is a service already.")
    if handle.engine is None and handle.status in ("running", "paused", "queued"):
        raise InstanceStateError(f"The instance {handle.name} runs in another kernel; stop it there first.")
    problems = preflight.functions_elsewhere(handle.definition)
    problems += preflight.missing_queue(handle.gateway.queues(), "service queue", queue)
    if problems:
        raise InvalidDefinition(problems)

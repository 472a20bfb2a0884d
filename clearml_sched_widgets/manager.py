"""The public class `Manager`: creates and finds instances for notebooks, widgets and scripts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from time import monotonic

import attrs

from clearml_sched_widgets import codec
from clearml_sched_widgets.definition import Definition, values
from clearml_sched_widgets.definition.checks import problems_in
from clearml_sched_widgets.definition.items import new_id
from clearml_sched_widgets.engine.instance_task import abilities
from clearml_sched_widgets.engine.instance_task import task as instance_task
from clearml_sched_widgets.engine.instance_task.lease import PREFIX
from clearml_sched_widgets.errors import GatewayError, InvalidDefinition, Problem
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.gateway.paging import pages
from clearml_sched_widgets.instances import control, preflight, running, service_task
from clearml_sched_widgets.instances.instance import Instance
from clearml_sched_widgets.instances.service_task import Package
from clearml_sched_widgets.records import INSTANCE_TAG, TaskQuery

EARLIEST = datetime.min.replace(tzinfo=timezone.utc)
DEFAULT_PROJECT = "DevOps/Schedulers"
NOTHING: Mapping[str, str] = {}


class Manager:
    """Creates and finds instances in one ClearML project.

    Uses the `gateway` given, or connects with the user's ClearML configuration when a connection is first needed.
    Raises InvalidDefinition for a project name that ClearML does not accept.
    Its methods raise GatewayError if the server refuses a request or does not answer.
    """

    def __init__(self, project: str = DEFAULT_PROJECT, *, gateway: Gateway | None = None) -> None:
        self.project = _checked_project(project)
        self._gateway = gateway

    def __repr__(self) -> str:
        return f"Manager(project={self.project!r})"

    @property
    def gateway(self) -> Gateway:
        """The connection, opened on first use. Raises NotConfigured, AccessDenied, Unavailable."""
        if self._gateway is None:
            from clearml_sched_widgets.gateway.clearml import connect  # clearml takes seconds to import

            self._gateway = connect()
        return self._gateway

    def launch(
        self,
        definition: Definition,
        where: str = "kernel",
        queue: str = "services",
        *,
        package: str = "bundle",
        requirements: Iterable[str] = (),
    ) -> Instance:
        """Check a definition, save it, and run it in this kernel or as a service task on `queue`.

        `package` is what the agent of a service runs. "bundle": this scheduler, carried by the task itself, so the
        agent needs clearml and no package index. The path of a wheel: that wheel's, carried likewise. "name", or an
        address such as "https://…" or "git+https://…": what the agent's pip finds there. `requirements` are more
        packages for its pip; a `name_regex` in a bundle needs "regex".

        What comes due while this works, runs at once. Raises InvalidDefinition with all problems and creates nothing
        then.
        """
        began = monotonic()
        preflight.require(definition)
        chosen = Package(package, requirements, queue)
        called = control.time_at(self.gateway, began)
        problems = [] if where in ("kernel", "service") else [Problem("where", where, 'expected "kernel" or "service"')]
        problems += chosen.problems(definition) if where == "service" else chosen.choice_problems()
        problems += preflight.problems(self.gateway, definition, called)
        if where == "service":
            problems += preflight.functions_elsewhere(definition)
            problems += preflight.missing_queue(self.gateway.queues(), "service queue", queue)
        if problems:
            raise InvalidDefinition(problems)
        script = chosen.script(definition) if where == "service" else None
        instance = self._create(definition, where, called, chosen.configuration() if script else {})
        running.functions_here(instance.id).keep(definition)
        if script:
            try:
                service_task.submit(self.gateway, instance.id, preflight.queue_id(self.gateway, queue), script)
            except GatewayError as error:
                error.args = (f"{error} It is saved as the draft {instance.id}; resume() launches it.",)
                raise
            return self.get(instance.id)
        control.resume(instance._handle, called)
        return instance

    def save(self, definition: Definition, instance: Instance | None = None) -> Instance:
        """Save a definition as a draft, or as an instance's new definition. It is not checked against the server.

        Raises InvalidDefinition for a draft with Python functions: they cannot be saved.
        """
        preflight.require(definition)
        if instance is None:
            return self._create(definition, "kernel")
        if not isinstance(instance, Instance):
            message = "expected an Instance, such as Manager().get(id), or none given for a new one"
            raise InvalidDefinition([Problem("instance", instance, message)])
        instance.update(definition, check=False)
        return instance

    def instances(self) -> list[Instance]:
        """All instances of the workspace, the latest first. Two requests, and one more for each 499 instances."""
        query = TaskQuery(
            system_tags=(INSTANCE_TAG,), without_system_tags=("archived",), order="created", configuration=True
        )
        leases = {lease.name.removeprefix(PREFIX): lease for lease in self.gateway.leases(PREFIX)}  # before the tasks
        tasks = {task.id: task for page in pages(self.gateway, query) for task in page}
        latest = sorted(tasks.values(), key=lambda task: task.last_update or EARLIEST, reverse=True)
        return [Instance(self.gateway, task, leases.get(task.id)) for task in latest]

    def get(self, instance_id: str) -> Instance:
        """The instance with that id. Raises NotFound, or SchedulerError for a task that is no instance."""
        if not isinstance(instance_id, str) or not instance_id.strip():
            message = "expected the id of an instance, as in Manager().instances()[0].id"
            raise InvalidDefinition([Problem("instance_id", instance_id, message)])
        return Instance(self.gateway, instance_task.read(self.gateway, instance_id).task)

    def clone(self, instance_id: str, name: str | None = None) -> Definition:
        """A copy of an instance's definition, with new item ids, to change and launch."""
        old = self.get(instance_id).definition
        return attrs.evolve(
            old,
            name=name or f"{old.name} (copy)",
            schedules=[attrs.evolve(item, id=new_id()) for item in old.schedules],
            triggers=[attrs.evolve(item, id=new_id()) for item in old.triggers],
        )

    def check(self, definition: Definition) -> None:
        """Raise InvalidDefinition for unknown tasks and queues and schedules that never run. Two requests."""
        preflight.check(self.gateway, definition)

    def warnings(self, definition: Definition) -> list[Problem]:
        """What works but may surprise: queues without an agent, pipelines that wait for themselves. Three requests."""
        return preflight.warnings(self.gateway, definition)

    def _create(
        self, definition: Definition, where: str, launched: datetime | None = None, more: Mapping[str, str] = NOTHING
    ) -> Instance:
        """Create the instance's task. `launched` is when its launch was called; a draft has none, and no functions."""
        text = codec.dumps(definition, functions=launched is not None)
        configuration = {instance_task.DEFINITION: text, instance_task.STATE: "{}", instance_task.WHERE: where}
        configuration |= {**more, **(control.launched_at(launched) if launched else {})}
        configuration |= abilities.dumps(abilities.own()) if launched else {}  # spares its engine a request
        return self.get(self.gateway.create_instance(definition.name, self.project, configuration))


def _checked_project(name: str) -> str:
    """The project name without surrounding blanks. Raises InvalidDefinition if ClearML does not accept it."""
    checked = values.required_project(name)
    problems = [problem.under("project") for problem in problems_in(checked)]
    if problems:
        raise InvalidDefinition(problems)
    return checked

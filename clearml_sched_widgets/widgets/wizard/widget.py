"""The Wizard: the form that makes, previews and launches a definition."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import attrs
import traitlets

from clearml_sched_widgets.codec import dumps, from_data, loads, to_data
from clearml_sched_widgets.definition import Definition
from clearml_sched_widgets.errors import InvalidDefinition, Problem
from clearml_sched_widgets.instances import preflight
from clearml_sched_widgets.widgets.dashboard.view_data import instance_summary
from clearml_sched_widgets.widgets.host import static_html
from clearml_sched_widgets.widgets.host.base import SchedulerWidget
from clearml_sched_widgets.widgets.host.connection import Connection, connection_to
from clearml_sched_widgets.widgets.host.messages import BadMessage, Handler, Request, problems_data
from clearml_sched_widgets.widgets.wizard import lookup, previews
from clearml_sched_widgets.widgets.wizard.functions import functions_of, with_functions
from clearml_sched_widgets.widgets.wizard.latest import latest_now
from clearml_sched_widgets.widgets.wizard.review import review

if TYPE_CHECKING:
    from clearml_sched_widgets.instances.instance import Instance
    from clearml_sched_widgets.manager import Manager


class WizardPart:
    """Handles the form's messages: validates, previews, looks up, saves and launches.

    `on_created` is called with each launched or saved instance. If it is given, the form is blank afterwards.
    """

    def __init__(
        self,
        connection: Connection,
        definition: Definition | None,
        on_created: Callable[[Instance], None] | None = None,
    ) -> None:
        self._connection = connection
        self._draft: dict[str, Any] = {} if definition is None else to_data(definition)
        self._functions = functions_of(definition) if definition else {}
        self._form_id = uuid.uuid4().hex  # the page stores the user's input under it, separate from other widgets
        self._revision = 0
        self._on_created = on_created
        self.instance: Instance | None = None

    @property
    def definition(self) -> Definition:
        """The definition in the form. Raises InvalidDefinition."""
        return self._parse(self._draft or {"name": ""})

    def _parse(self, data: dict[str, Any]) -> Definition:
        """The definition of the page's data, which has only the names of its functions."""
        return with_functions(from_data(data), self._functions)

    def instant_handlers(self) -> Mapping[str, Handler]:
        return {
            "validate": self._validate,
            "outlook": lambda request: previews.outlook(request, self._connection.now()),
            "day": lambda request: previews.day(request, self._connection.now()),
            "import": self._import,
            "export": self._export,
            "discard": self._discard,
        }

    def slow_handlers(self) -> Mapping[str, Handler]:
        return {
            "check": self._check,
            "matches": lambda request: previews.matches(request, self._connection.manager().gateway),
            "latest": lambda request: latest_now(request, self._connection.manager().gateway),
            "task": self._task,
            "tasks": self._tasks,
            "parameters": self._parameters,
            "queues": self._queues,
            "projects": self._projects,
            "launch": self._launch,
            "save": self._save,
        }

    def state(self) -> dict[str, Any]:
        return {"draft": self._draft, "form": self._form_id}

    def refresh(self) -> None:
        """Nothing is read before the page asks for it."""

    def _validate(self, request: Request) -> dict[str, Any]:
        revision, data = request.number("revision"), request.data()
        if revision >= self._revision:  # messages may arrive out of order
            self._revision, self._draft = revision, data
        return {"revision": revision, **review(data, self._connection.now())}

    def _check(self, request: Request) -> dict[str, Any]:
        manager = self._connection.manager()
        problems: list[dict[str, str]] = []
        warnings: list[dict[str, str]] = []
        try:
            definition = self._parse(request.data())
            bases = preflight.base_tasks(manager.gateway, definition)
            mismatches = lookup.type_mismatches(definition, bases)
            warnings = problems_data([*preflight.warnings(manager.gateway, definition, bases), *mismatches])
            manager.check(definition)
        except InvalidDefinition as error:
            problems = problems_data(error.problems)
        return {"revision": request.number("revision"), "problems": problems, "warnings": warnings}

    def _task(self, request: Request) -> dict[str, Any]:
        return lookup.resolve(self._connection.manager().gateway, request.text("id"))

    def _tasks(self, request: Request) -> dict[str, Any]:
        gateway = self._connection.manager().gateway
        pipelines = request.payload.get("pipelines") is True
        tasks, more = lookup.search(gateway, request.text("text", ""), request.number("page"), pipelines=pipelines)
        return {"tasks": [lookup.task_data(task) for task in tasks], "more": more}

    def _parameters(self, request: Request) -> dict[str, Any]:
        return {"parameters": lookup.parameters(self._connection.manager().gateway, request.text("id"))}

    def _queues(self, _: Request) -> dict[str, Any]:
        queues = self._connection.manager().gateway.queues(watched=True)
        return {"queues": [{"id": queue.id, "name": queue.name, "watched": queue.watched} for queue in queues]}

    def _projects(self, request: Request) -> dict[str, Any]:
        return lookup.projects(self._connection.manager().gateway, request.text("text", ""))

    def _launch(self, request: Request) -> dict[str, Any]:
        manager = self._connection.manager()
        definition = self._parse(request.data())
        where, queue = request.text("where"), request.text("queue", "services")
        return self._remember_instance(manager.launch(definition, where=where, queue=queue), request.data())

    def _save(self, request: Request) -> dict[str, Any]:
        manager = self._connection.manager()
        return self._remember_instance(manager.save(self._parse(request.data())), request.data())

    def _remember_instance(self, instance: Instance, data: dict[str, Any]) -> dict[str, Any]:
        self.instance = instance
        self._draft = data  # the last edit may not have been validated on its own
        if self._on_created is not None:
            self._draft = {}  # the next form is blank
            self._on_created(instance)
        return {"instance": instance_summary(instance)}

    def _import(self, request: Request) -> dict[str, Any]:
        try:
            return {"data": to_data(loads(request.text("text")))}
        except InvalidDefinition as error:
            raise InvalidDefinition(with_text_position(each) for each in error.problems) from None

    def _discard(self, _: Request) -> dict[str, Any]:
        self._draft = {}
        return {}

    def _export(self, request: Request) -> dict[str, Any]:
        definition, format = self._parse(request.data()), request.text("format", "json")
        if format not in ("json", "yaml"):
            raise BadMessage(f"The message 'export' names the format {format!r}; expected json or yaml.")
        return {"name": definition.name, "text": dumps(definition, "yaml" if format == "yaml" else "json")}


def with_text_position(problem: Problem) -> Problem:
    """The problem with its line as the path, if the text is neither JSON nor YAML and has no paths."""
    value = problem.value
    in_text = not problem.path and isinstance(value, str) and value.startswith("line ")
    return attrs.evolve(problem, path=value) if in_text else problem


class Wizard(SchedulerWidget):
    """A form that makes a definition, shows what it would run, and launches it.

    `definition` prefills the form. Without `manager`, one is made from your ClearML configuration when it is shown.
    """

    _kind = traitlets.Unicode("wizard").tag(sync=True)
    draft = traitlets.Dict().tag(sync=True)
    form = traitlets.Unicode().tag(sync=True)

    def __init__(self, definition: Definition | None = None, manager: Manager | None = None) -> None:
        if definition is not None and not isinstance(definition, Definition):
            raise InvalidDefinition([Problem("definition", definition, "expected a Definition")])
        connection = connection_to(manager)
        self._wizard = WizardPart(connection, definition)
        super().__init__(connection, (self._wizard,))

    def _static_html(self, now: datetime) -> str:
        return static_html.draft(self._wizard.state()["draft"], now)

    def __repr__(self) -> str:
        draft = self._wizard.state()["draft"]
        items = sum(len(draft.get(kind) or ()) for kind in ("schedules", "triggers"))
        made = f", instance={self.instance!r}" if self.instance else ""
        return f"Wizard(name={draft.get('name', '')!r}, items={items}{made})"

    @property
    def definition(self) -> Definition:
        """The definition in the form. Raises InvalidDefinition, whose `problems` say what is missing."""
        return self._wizard.definition

    @property
    def instance(self) -> Instance | None:
        """The instance that was last launched or saved with this form."""
        return self._wizard.instance

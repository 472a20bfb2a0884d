"""The SchedulerApp widget: all instances, the form for a new one, and the dashboard of the selected one."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import traitlets

from clearml_sched_widgets.codec import to_data
from clearml_sched_widgets.errors import NotFound
from clearml_sched_widgets.instances.running import snapshots_here
from clearml_sched_widgets.records import TaskQuery
from clearml_sched_widgets.widgets.app.configuration import configuration_data
from clearml_sched_widgets.widgets.dashboard.part import DashboardPart
from clearml_sched_widgets.widgets.dashboard.widget import ShowsInstance, instance_parts
from clearml_sched_widgets.widgets.host import static_html
from clearml_sched_widgets.widgets.host.connection import Connection, connection_to
from clearml_sched_widgets.widgets.host.messages import Handler, Request
from clearml_sched_widgets.widgets.wizard.editing import EditingPart, ShowsForm
from clearml_sched_widgets.widgets.wizard.widget import WizardPart

if TYPE_CHECKING:
    from clearml_sched_widgets.manager import Manager

MOST_NAMED_TASKS = 500  # base tasks whose names are looked up for one definition; one answer of the server has no more


class InstancesPart:
    """Clones, describes and deletes any instance of the list, whether it is shown or not."""

    def __init__(self, connection: Connection, dashboard: DashboardPart) -> None:
        self._connection = connection
        self._dashboard = dashboard

    def instant_handlers(self) -> Mapping[str, Handler]:
        return {}

    def slow_handlers(self) -> Mapping[str, Handler]:
        return {"clone": self._clone, "configuration": self._configuration, "delete": self._delete}

    def state(self) -> dict[str, Any]:
        return {}

    def refresh(self) -> None:
        """Nothing is read before the page asks for it."""

    def _clone(self, request: Request) -> dict[str, Any]:
        return {"data": to_data(self._connection.manager().clone(request.text("instance")))}

    def _configuration(self, request: Request) -> dict[str, Any]:
        manager = self._connection.manager()
        definition = manager.get(request.text("instance")).definition
        ids = tuple({item.action.task for item in definition.items if item.action.task})[:MOST_NAMED_TASKS]
        tasks = manager.gateway.tasks(TaskQuery(ids=ids, order="created"))
        return configuration_data(definition, {task.id: task.name for task in tasks})

    def _delete(self, request: Request) -> dict[str, Any]:
        wanted = request.text("instance")
        with contextlib.suppress(NotFound):  # somebody else has deleted it
            self._connection.manager().get(wanted).delete()
        shown = self._dashboard.instance
        if shown is not None and shown.id == wanted:
            self._dashboard.choose(None)
        self._dashboard.listing.drop(wanted)
        return {}


class SchedulerApp(ShowsForm, ShowsInstance):
    """All instances of the workspace; launch a new one, and follow, pause, stop, copy or delete one of them."""

    _kind = traitlets.Unicode("app").tag(sync=True)

    def __init__(self, manager: Manager | None = None) -> None:
        connection = connection_to(manager)
        self._dashboard = DashboardPart(connection, None, automatic=False)
        wizard = WizardPart(connection, None, on_created=self._dashboard.choose)
        instances = InstancesPart(connection, self._dashboard)
        parts = (*instance_parts(connection, self._dashboard), wizard, EditingPart(), instances)
        super().__init__(connection, parts)

    def _static_html(self, now: datetime) -> str:
        listing = self._dashboard.listing
        return static_html.instances(
            listing.rows(), snapshots_here(), now, loaded=listing.loaded, web=self._connection.web_url
        )

"""The Dashboard widget: the live view of one instance."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import traitlets

from clearml_sched_widgets.errors import InvalidDefinition, Problem
from clearml_sched_widgets.markup import paragraph
from clearml_sched_widgets.views.instance_html import html
from clearml_sched_widgets.widgets.dashboard.actions import ActionsPart
from clearml_sched_widgets.widgets.dashboard.part import DashboardPart
from clearml_sched_widgets.widgets.dashboard.progress import ProgressPart, ShowsProgress
from clearml_sched_widgets.widgets.dashboard.timeline.part import ShowsTimeline, TimelinePart
from clearml_sched_widgets.widgets.dashboard.vitals import ShowsVitals, VitalsPart
from clearml_sched_widgets.widgets.host.base import Part, SchedulerWidget
from clearml_sched_widgets.widgets.host.connection import Connection, connection_to
from clearml_sched_widgets.widgets.wizard.editing import EditingPart, ShowsForm
from clearml_sched_widgets.widgets.wizard.widget import WizardPart

if TYPE_CHECKING:
    import pandas as pd

    from clearml_sched_widgets.instances.instance import Instance
    from clearml_sched_widgets.manager import Manager


def instance_parts(connection: Connection, dashboard: DashboardPart) -> tuple[Part, ...]:
    """The parts of a widget that show one instance."""
    return (
        dashboard,
        TimelinePart(dashboard.shown_view, connection.now),
        ProgressPart(dashboard.shown_view),
        VitalsPart(connection, dashboard.shown_view, lambda: dashboard.heartbeat),
        ActionsPart(dashboard.require_instance, dashboard.requested_instance, dashboard.read_again, connection.now),
    )


def _manager_of(instance: Instance | None) -> Manager | None:
    """A manager with an instance's gateway; None without one. Raises InvalidDefinition if it is not an Instance."""
    if instance is None:
        return None
    from clearml_sched_widgets.instances.instance import Instance
    from clearml_sched_widgets.manager import Manager

    if not isinstance(instance, Instance):
        raise InvalidDefinition([Problem("instance", instance, "expected an Instance, as Manager().get(id) returns")])
    return Manager(gateway=instance.gateway)


def _first_rows(table: str) -> Callable[[int, ShowsInstance], dict[str, Any]]:
    """The serializer of a window trait: it sends the current first rows of the table in place of the number."""
    return lambda _, widget: widget._dashboard.first_rows(table)


class ShowsInstance(ShowsTimeline, ShowsVitals, ShowsProgress, SchedulerWidget):
    """The traits that show an instance, and its tables and log as pandas frames."""

    instances: traitlets.List[Any] = traitlets.List().tag(sync=True)
    instance_changes = traitlets.Dict().tag(sync=True)
    loaded = traitlets.Bool().tag(sync=True)
    selected = traitlets.Unicode().tag(sync=True)
    view = traitlets.Dict().tag(sync=True)
    # A window is a number in Python. The page gets the current first rows in place of it.
    scheduled_window = traitlets.Int().tag(sync=True, to_json=_first_rows("scheduled"))
    scheduled_changes = traitlets.Dict().tag(sync=True)
    executed_window = traitlets.Int().tag(sync=True, to_json=_first_rows("executed"))
    executed_changes = traitlets.Dict().tag(sync=True)
    log_window = traitlets.Int().tag(sync=True, to_json=_first_rows("log"))
    log_changes = traitlets.Dict().tag(sync=True)

    _dashboard: DashboardPart

    def __repr__(self) -> str:
        shown = self._dashboard.picture(self._connection.now())
        about = f"instance={shown.name!r}, status={shown.status!r}" if shown else "instance=None"
        return f"{type(self).__name__}({about})"

    @property
    def instance(self) -> Instance | None:
        """The instance that is shown."""
        return self._dashboard.instance

    @property
    def scheduled(self) -> pd.DataFrame:
        """The scheduled tasks: a row per schedule time and trigger. Raises InstanceStateError without an instance."""
        return self._dashboard.require_instance().scheduled

    @property
    def executed(self) -> pd.DataFrame:
        """The executed tasks: one row per run. Raises InstanceStateError without an instance."""
        return self._dashboard.require_instance().executed

    @property
    def log(self) -> pd.DataFrame:
        """The log of the scheduler's actions. Raises InstanceStateError without an instance."""
        return self._dashboard.require_instance().log


class Dashboard(ShowsForm, ShowsInstance):
    """A live view of an instance: what it will run, what it ran, and its log. It can pause, resume, run, edit and stop.

    Without `instance` it shows the most recent one that runs in this kernel, or else lets you choose one. Without
    `manager` it uses the connection of the instance, or your ClearML configuration.
    """

    _kind = traitlets.Unicode("dashboard").tag(sync=True)

    def __init__(self, instance: Instance | None = None, manager: Manager | None = None) -> None:
        instance_manager = _manager_of(instance)
        connection = connection_to(instance_manager if manager is None else manager)
        self._dashboard = DashboardPart(connection, instance, automatic=True)
        wizard = WizardPart(connection, None, on_created=self._dashboard.choose)
        super().__init__(connection, (*instance_parts(connection, self._dashboard), wizard, EditingPart()))

    def _static_html(self, now: datetime) -> str:
        picture = self._dashboard.picture(now)
        return paragraph("No instance had been chosen.") if picture is None else html(picture, self._connection.web_url)

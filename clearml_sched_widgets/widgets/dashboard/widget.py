"""What an instance will run and has run, live."""

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


def parts_of(connection: Connection, dashboard: DashboardPart) -> tuple[Part, ...]:
    """Everything that shows one instance."""
    return (
        dashboard,
        TimelinePart(dashboard.shown),
        ProgressPart(dashboard.shown),
        VitalsPart(connection, dashboard.shown, lambda: dashboard.heartbeat),
        ActionsPart(dashboard.required, dashboard.instance_of, dashboard.read_again),
    )


def _manager_of(instance: Instance | None) -> Manager | None:
    """A manager with an instance's own connection. Raises InvalidDefinition for what is no instance."""
    if instance is None:
        return None
    from clearml_sched_widgets.instances.instance import Instance
    from clearml_sched_widgets.manager import Manager

    if not isinstance(instance, Instance):
        raise InvalidDefinition([Problem("instance", instance, "expected an Instance, as Manager().get(id) returns")])
    return Manager(gateway=instance.gateway)


def _first(table: str) -> Callable[[int, ShowsInstance], dict[str, Any]]:
    """Sends for a window, which is a number in Python, what the table or the log begins with at that moment."""
    return lambda _, widget: widget._dashboard.first_rows(table)


class ShowsInstance(ShowsTimeline, ShowsVitals, ShowsProgress, SchedulerWidget):
    """The traits that show an instance, and the frames behind them."""

    instances: traitlets.List[Any] = traitlets.List().tag(sync=True)
    instance_changes = traitlets.Dict().tag(sync=True)
    loaded = traitlets.Bool().tag(sync=True)
    selected = traitlets.Unicode().tag(sync=True)
    view = traitlets.Dict().tag(sync=True)
    # A number in Python; what is sent are the first rows as they are at that moment.
    scheduled_window = traitlets.Int().tag(sync=True, to_json=_first("scheduled"))
    scheduled_changes = traitlets.Dict().tag(sync=True)
    executed_window = traitlets.Int().tag(sync=True, to_json=_first("executed"))
    executed_changes = traitlets.Dict().tag(sync=True)
    log_window = traitlets.Int().tag(sync=True, to_json=_first("log"))
    log_changes = traitlets.Dict().tag(sync=True)

    _dashboard: DashboardPart

    def __repr__(self) -> str:
        shown = self.instance
        about = f"instance={shown.name!r}, status={shown.status!r}" if shown else "instance=None"
        return f"{type(self).__name__}({about})"

    @property
    def instance(self) -> Instance | None:
        """The instance that is shown."""
        return self._dashboard.instance

    @property
    def scheduled(self) -> pd.DataFrame:
        """What will run: one row per schedule time and trigger. Raises InstanceStateError if nothing is shown."""
        return self._dashboard.required().scheduled

    @property
    def executed(self) -> pd.DataFrame:
        """What ran: one row per launched task. Raises InstanceStateError if nothing is shown."""
        return self._dashboard.required().executed

    @property
    def log(self) -> pd.DataFrame:
        """Everything the scheduler did. Raises InstanceStateError if nothing is shown."""
        return self._dashboard.required().log


class Dashboard(ShowsForm, ShowsInstance):
    """What an instance will run, what it ran, and its log, live; pause, resume, run now, edit, stop.

    Without `instance` it shows the most recent one that runs in this kernel, or else lets you choose. Without `manager`
    it asks the server that the instance is on.
    """

    _kind = traitlets.Unicode("dashboard").tag(sync=True)

    def __init__(self, instance: Instance | None = None, manager: Manager | None = None) -> None:
        own = _manager_of(instance)
        connection = connection_to(own if manager is None else manager)
        self._dashboard = DashboardPart(connection, instance, automatic=True)
        wizard = WizardPart(connection, None, made=self._dashboard.choose)
        super().__init__(connection, (*parts_of(connection, self._dashboard), wizard, EditingPart()))

    def _still(self, now: datetime) -> str:
        known = self._dashboard.still(now)
        return paragraph("No instance had been chosen.") if known is None else html(known, self._connection.web)

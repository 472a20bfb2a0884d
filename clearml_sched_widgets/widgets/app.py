"""The whole product in one widget: all instances, the form for a new one, the dashboard of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import traitlets

from clearml_sched_widgets.codec import to_data
from clearml_sched_widgets.widgets.connection import Connection, connection_to
from clearml_sched_widgets.widgets.dashboard import DashboardPart, ShowsInstance
from clearml_sched_widgets.widgets.messages import Handler, Request
from clearml_sched_widgets.widgets.timeline.part import TimelinePart
from clearml_sched_widgets.widgets.wizard import WizardPart

if TYPE_CHECKING:
    from clearml_sched_widgets.manager import Manager


class ClonePart:
    """Gives the form the definition of an earlier instance."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def instant(self) -> Mapping[str, Handler]:
        return {}

    def slow(self) -> Mapping[str, Handler]:
        return {"clone": self._clone}

    def state(self) -> dict[str, Any]:
        return {}

    def refresh(self) -> None:
        """Nothing is read before the page asks for it."""

    def _clone(self, request: Request) -> dict[str, Any]:
        return {"data": to_data(self._connection.manager().clone(request.text("instance")))}


class SchedulerApp(ShowsInstance):
    """All your instances; launch a new one, and follow, pause or stop one of them."""

    _kind = traitlets.Unicode("app").tag(sync=True)
    draft = traitlets.Dict().tag(sync=True)

    def __init__(self, manager: Manager | None = None) -> None:
        connection = connection_to(manager)
        self._dashboard = DashboardPart(connection, None, automatic=False)
        wizard = WizardPart(connection, None, made=self._dashboard.choose)
        timeline = TimelinePart(self._dashboard.shown)
        super().__init__(connection, (self._dashboard, timeline, wizard, ClonePart(connection)))

"""Follows the shown instance and the list of instances: reads them in the background and publishes what changed."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import attrs

from clearml_sched_widgets.errors import (
    AccessDenied,
    GatewayError,
    InstanceStateError,
    NotConfigured,
    NotFound,
    RetryableError,
    SchedulerError,
)
from clearml_sched_widgets.views.instance_html import InstancePicture, picture_of_view
from clearml_sched_widgets.views.viewer import SILENT_AFTER, silence_text
from clearml_sched_widgets.widgets.dashboard.tables import Tables
from clearml_sched_widgets.widgets.dashboard.view_data import view_data
from clearml_sched_widgets.widgets.host.connection import Connection
from clearml_sched_widgets.widgets.host.messages import Handler, Request
from clearml_sched_widgets.widgets.host.worker import READINGS
from clearml_sched_widgets.widgets.instances.listing import Listing

if TYPE_CHECKING:
    from clearml_sched_widgets.instances.instance import Instance
    from clearml_sched_widgets.views.history import View

READ_EVERY = 5.0  # seconds between two readings from the server
READ_FOR = 90.0  # seconds that reading continues after the page last sent "open"


class DashboardPart:
    """Follows the shown instance and the list of all instances.

    With `automatic`, and if no instance is given, the most recent instance of this kernel is chosen.
    """

    def __init__(self, connection: Connection, instance: Instance | None, *, automatic: bool) -> None:
        self._connection = connection
        self._automatic = automatic and instance is None
        self._lock = threading.Lock()
        self._reading = False
        self._read_at = -READ_EVERY
        self._opened_at = -READ_FOR
        self._view_local_at = 0.0
        self._view: View | None = None
        self._published_view: View | None = None
        self._view_data = view_data(None)
        self._tables = Tables()
        self._reading_older = False  # whether older runs are being read
        self._problem = ""  # why the chosen instance cannot be shown
        self.heartbeat: datetime | None = None  # the last sign of life of the instance
        self.listing = Listing()
        self.instance = instance
        if instance is not None:
            self.listing.add(instance)

    def instant_handlers(self) -> Mapping[str, Handler]:
        return {"select": self._on_select, **self._tables.handlers()}

    def first_rows(self, table: str) -> dict[str, Any]:
        """The current first rows of a table, or the last lines of the log."""
        return self._tables.first(table)

    def slow_handlers(self) -> Mapping[str, Handler]:
        return {
            "older_log": lambda request: self._tables.older_log(request, self.require_instance()),
            "pause": self._on_pause,
            "resume": self._on_resume,
            "run_now": self._on_run_now,
            "stop": self._on_stop,
        }

    def shown_view(self) -> View | None:
        """The view of the shown instance as last read; None if nothing was read yet or nothing is shown."""
        with self._lock:
            return self._view

    def picture(self, now: datetime) -> InstancePicture | None:
        """A static picture of the shown instance; None if no instance is shown. Sends no request."""
        instance, view = self.instance, self.shown_view()
        if instance is None:
            return None
        if view is None or instance.where == "kernel":
            return instance.at_hand(now)
        if view.status != "silent" or view.heartbeat is None:
            return picture_of_view(view)
        return picture_of_view(view, silence_text(max(now - view.heartbeat, SILENT_AFTER)))

    def require_instance(self) -> Instance:
        """The shown instance. Raises InstanceStateError if there is none."""
        if self.instance is None:
            raise InstanceStateError("No instance is selected. Launch one, or choose one in the widget.")
        return self.instance

    def requested_instance(self, request: Request) -> Instance:
        """The instance that a request names, or else the shown one.

        Sends a request to the server unless it is the shown one. Raises GatewayError, and InstanceStateError if the
        request names no instance and none is shown.
        """
        wanted, shown = request.text("instance", ""), self.instance
        if shown is not None and wanted in ("", shown.id):
            return shown
        return self._connection.manager().get(wanted) if wanted else self.require_instance()

    def choose(self, instance: Instance | None) -> None:
        """Show this instance from now on."""
        with self._lock:
            self.instance, self._view, self._problem, self._read_at = instance, None, "", -READ_EVERY
            self._view_local_at = 0.0
            self._automatic = False
        if instance is not None:
            self.listing.add(instance)

    def refresh(self) -> None:
        self._opened_at = time.monotonic()

    def state(self) -> dict[str, Any]:
        self._read_if_due()
        instance = self.instance
        if instance is not None and instance.where == "kernel":
            self._view_local(instance)
        with self._lock:  # read together, because another instance may be chosen at any moment
            instance, view, problem = self.instance, self._view, self._problem
        self._read_older_if_due(instance, view)
        if view is not self._published_view:
            self._published_view, self._view_data = view, view_data(view)
            self._tables.show(view)
        data = {**self._view_data, "view": {"problem": problem}} if problem else self._view_data
        return {
            "selected": "" if instance is None else instance.id,
            **self.listing.state(),
            **self._tables.state(),
            **data,
        }

    def _view_local(self, instance: Instance) -> None:
        """View an instance of this kernel. This sends no request, but takes CPU time: it may use a tenth of it."""
        began = time.monotonic()
        if began >= self._view_local_at:
            self._set_view(instance, instance.view())
            self._view_local_at = began + 10 * (time.monotonic() - began)

    def _set_view(self, instance: Instance, view: View) -> None:
        with self._lock:
            if self.instance is instance:  # another one may have been chosen in the meantime
                self._view, self._problem, self.heartbeat = _unless_same(self._view, view), "", view.heartbeat

    def _set_problem(self, instance: Instance, problem: str) -> None:
        """Set the reason why the instance cannot be shown."""
        with self._lock:
            if self.instance is instance:
                self._problem = problem

    def _read_if_due(self) -> None:
        now = time.monotonic()
        if self._reading or not self._connection.connected or now - self._opened_at > READ_FOR:
            return
        if now - self._read_at >= READ_EVERY:
            self._reading, self._read_at = True, now
            READINGS.submit(self._read)

    def _read(self) -> None:
        try:
            self.listing.read(self._connection.manager().gateway)
            if self.listing.has_unread:  # read again at once, but after the other jobs that already wait
                self._read_at = -READ_EVERY
            if self._automatic:
                self._choose_from_kernel()
            self._read_instance()
        except GatewayError as error:
            self._connection.record_failure(error)
        finally:
            self._reading = False

    def _read_instance(self) -> None:
        instance = self.instance
        if instance is None or instance.where == "kernel":
            return
        try:
            self._set_view(instance, instance.view())
        except (NotConfigured, AccessDenied, RetryableError):
            raise
        except NotFound:
            self.listing.drop(instance.id)
            gone = f"The instance {instance.name!r} was deleted meanwhile. Choose another one, or launch one."
            self._set_problem(instance, gone)
        except SchedulerError as error:  # its definition is not valid
            self._set_problem(instance, str(error))
        except Exception as error:  # noqa: BLE001 - anybody may have written the text of its configuration
            self._set_problem(instance, f"It holds what nobody expects ({type(error).__name__}). Clone or delete it.")

    def _read_older_if_due(self, instance: Instance | None, view: View | None) -> None:
        """Read older runs one page at a time, so that other readings do not wait for all of them."""
        is_open = time.monotonic() - self._opened_at <= READ_FOR
        if instance is None or view is None or view.whole or self._reading_older or not is_open:
            return
        if self._connection.connected:
            self._reading_older = True
            READINGS.submit(partial(self._read_older, instance))

    def _read_older(self, instance: Instance) -> None:
        """Add older runs to the view. It is taken when this job starts, so that a newer view is not overwritten."""
        try:
            with self._lock:
                view = self._view if self.instance is instance else None
            if view is None:
                return
            longer = instance.read_older(view)
            if instance.where != "kernel":  # the next view of an instance of this kernel includes these runs
                self._set_view(instance, longer)
        except GatewayError as error:
            self._connection.record_failure(error)
        finally:
            self._reading_older = False

    def _choose_from_kernel(self) -> None:
        own = [instance for instance in self.listing if instance.where == "kernel"]
        if own and self._automatic:  # the user may have chosen one in the meantime
            self.choose(own[0])

    def _on_select(self, request: Request) -> dict[str, Any]:
        wanted = request.text("instance", "")
        self.choose(self.listing.get(wanted) if wanted else None)
        return {}

    def _on_pause(self, request: Request) -> dict[str, Any]:
        self.requested_instance(request).pause(request.text("note", ""))
        return self.read_again()

    def _on_resume(self, request: Request) -> dict[str, Any]:
        self.requested_instance(request).resume()
        return self.read_again()

    def _on_run_now(self, request: Request) -> dict[str, Any]:
        self.requested_instance(request).run_now(request.text("item"))
        return self.read_again()

    def _on_stop(self, request: Request) -> dict[str, Any]:
        self.listing.get(request.text("instance")).stop()
        return self.read_again()

    def read_again(self) -> dict[str, Any]:
        """Start a reading as soon as possible, so that the page shows what the command did."""
        self._read_at = -READ_EVERY
        self.listing.look_again()
        return {}


def _unless_same(old: View | None, new: View) -> View:
    """The new view, or the old object if only the heartbeat differs, so that nothing is computed from it again."""
    return old if old is not None and attrs.evolve(new, heartbeat=old.heartbeat) == old else new

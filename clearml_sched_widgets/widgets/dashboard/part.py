"""Follows one instance and the list of all of them, wherever they run, and shows what is new."""

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
from clearml_sched_widgets.widgets.dashboard.tables import Tables
from clearml_sched_widgets.widgets.dashboard.view_data import view_data
from clearml_sched_widgets.widgets.host.connection import Connection
from clearml_sched_widgets.widgets.host.messages import Handler, Request
from clearml_sched_widgets.widgets.host.worker import READINGS
from clearml_sched_widgets.widgets.instances.listing import Listing

if TYPE_CHECKING:
    from clearml_sched_widgets.instances.instance import Instance
    from clearml_sched_widgets.views.history import View

READ_EVERY = 5.0  # seconds between two readings of what runs elsewhere
READ_FOR = 90.0  # seconds after the page was last heard of


class DashboardPart:
    """Follows one instance and the list of all of them.

    With `automatic`, the most recent instance of this kernel is chosen when none was given.
    """

    def __init__(self, connection: Connection, instance: Instance | None, *, automatic: bool) -> None:
        self._connection = connection
        self._automatic = automatic and instance is None
        self._lock = threading.Lock()
        self._reading = False
        self._read_at = -READ_EVERY
        self._heard_at = -READ_FOR
        self._look_at = 0.0
        self._view: View | None = None
        self._drawn: View | None = None
        self._shown = view_data(None)
        self._tables = Tables()
        self._older = False  # whether a page of older runs is being read
        self._problem = ""  # why the chosen instance cannot be shown
        self.heartbeat: datetime | None = None  # when the instance was last heard of
        self.listing = Listing()
        self.instance = instance
        if instance is not None:
            self.listing.add(instance)

    def instant(self) -> Mapping[str, Handler]:
        return {"select": self._on_select, **self._tables.handlers()}

    def first_rows(self, table: str) -> dict[str, Any]:
        """The first rows of a table, as they are now."""
        return self._tables.first(table)

    def slow(self) -> Mapping[str, Handler]:
        return {
            "older_log": lambda request: self._tables.older_log(request, self.required()),
            "pause": self._on_pause,
            "resume": self._on_resume,
            "run_now": self._on_run_now,
            "stop": self._on_stop,
        }

    def shown(self) -> View | None:
        """What is shown, as last read; None while there is nothing."""
        with self._lock:
            return self._view

    def still(self, now: datetime) -> InstancePicture | None:
        """What is known at this moment of what is shown; None while that is nothing. No request."""
        instance, view = self.instance, self.shown()
        if instance is None:
            return None
        return picture_of_view(view) if view is not None and instance.where != "kernel" else instance.at_hand(now)

    def required(self) -> Instance:
        """The instance that is shown. Raises InstanceStateError if there is none."""
        if self.instance is None:
            raise InstanceStateError("No instance is selected. Launch one, or choose one in the widget.")
        return self.instance

    def instance_of(self, request: Request) -> Instance:
        """The instance that a request is for: the one it names, as another one may be shown by now, or what is shown.

        No request for what is shown. Raises InstanceStateError if that is nothing, GatewayError.
        """
        wanted, shown = request.text("instance", ""), self.instance
        if shown is not None and wanted in ("", shown.id):
            return shown
        return self._connection.manager().get(wanted) if wanted else self.required()

    def choose(self, instance: Instance | None) -> None:
        """Show this instance from now on."""
        with self._lock:
            self.instance, self._view, self._problem, self._read_at = instance, None, "", -READ_EVERY
            self._look_at = 0.0
            self._automatic = False
        if instance is not None:
            self.listing.add(instance)

    def refresh(self) -> None:
        self._heard_at = time.monotonic()

    def state(self) -> dict[str, Any]:
        self._read_if_due()
        instance = self.instance
        if instance is not None and instance.where == "kernel":
            self._look(instance)
        with self._lock:  # they belong together: another one may be chosen at any moment
            instance, view, problem = self.instance, self._view, self._problem
        self._read_older_if_due(instance, view)
        if view is not self._drawn:
            self._drawn, self._shown = view, view_data(view)
            self._tables.show(view)
        shown = {**self._shown, "view": {"problem": problem}} if problem else self._shown
        return {
            "selected": "" if instance is None else instance.id,
            **self.listing.state(),
            **self._tables.state(),
            **shown,
        }

    def _look(self, instance: Instance) -> None:
        """View an instance of this kernel: no request, but work, for which it gets a tenth of the time."""
        began = time.monotonic()
        if began >= self._look_at:
            self._keep(instance, instance.view())
            self._look_at = began + 10 * (time.monotonic() - began)

    def _keep(self, instance: Instance, view: View) -> None:
        with self._lock:
            if self.instance is instance:  # another one may have been chosen meanwhile
                self._view, self._problem, self.heartbeat = _renewed(self._view, view), "", view.heartbeat

    def _refuse(self, instance: Instance, problem: str) -> None:
        """Say why an instance cannot be shown."""
        with self._lock:
            if self.instance is instance:
                self._problem = problem

    def _read_if_due(self) -> None:
        now = time.monotonic()
        if self._reading or not self._connection.connected or now - self._heard_at > READ_FOR:
            return
        if now - self._read_at >= READ_EVERY:
            self._reading, self._read_at = True, now
            READINGS.submit(self._read)

    def _read(self) -> None:
        try:
            self.listing.read(self._connection.manager().gateway)
            if self.listing.behind:  # the next reading follows at once, but what else is to be read comes before it
                self._read_at = -READ_EVERY
            if self._automatic:
                self._choose_own()
            self._read_instance()
        except GatewayError as error:
            self._connection.failed(error)
        finally:
            self._reading = False

    def _read_instance(self) -> None:
        instance = self.instance
        if instance is None or instance.where == "kernel":
            return
        try:
            self._keep(instance, instance.view())
        except (NotConfigured, AccessDenied, RetryableError):
            raise
        except NotFound:
            self.listing.drop(instance.id)
            gone = f"The instance {instance.name!r} was deleted meanwhile. Choose another one, or launch one."
            self._refuse(instance, gone)
        except SchedulerError as error:  # somebody broke its definition
            self._refuse(instance, str(error))
        except Exception as error:  # noqa: BLE001 - its configuration is text that anybody may have written
            self._refuse(instance, f"It holds what nobody expects ({type(error).__name__}). Clone or delete it.")

    def _read_older_if_due(self, instance: Instance | None, view: View | None) -> None:
        """Read the runs of long ago, a page at a time, so that nothing else that is read waits for all of them."""
        heard = time.monotonic() - self._heard_at <= READ_FOR
        if instance is None or view is None or view.whole or self._older or not heard:
            return
        if self._connection.connected:
            self._older = True
            READINGS.submit(partial(self._read_older, instance))

    def _read_older(self, instance: Instance) -> None:
        """Lengthen the view as it is when its turn has come: one that was read meanwhile must not be lost."""
        try:
            with self._lock:
                view = self._view if self.instance is instance else None
            if view is None:
                return
            longer = instance.read_older(view)
            if instance.where != "kernel":  # one that runs here is looked at in a moment, and has it then
                self._keep(instance, longer)
        except GatewayError as error:
            self._connection.failed(error)
        finally:
            self._older = False

    def _choose_own(self) -> None:
        own = [instance for instance in self.listing if instance.where == "kernel"]
        if own and self._automatic:  # the user may have been quicker
            self.choose(own[0])

    def _on_select(self, request: Request) -> dict[str, Any]:
        wanted = request.text("instance", "")
        self.choose(self.listing.get(wanted) if wanted else None)
        return {}

    def _on_pause(self, request: Request) -> dict[str, Any]:
        self.instance_of(request).pause(request.text("note", ""))
        return self.read_again()

    def _on_resume(self, request: Request) -> dict[str, Any]:
        self.instance_of(request).resume()
        return self.read_again()

    def _on_run_now(self, request: Request) -> dict[str, Any]:
        self.instance_of(request).run_now(request.text("item"))
        return self.read_again()

    def _on_stop(self, request: Request) -> dict[str, Any]:
        self.listing.get(request.text("instance")).stop()
        return self.read_again()

    def read_again(self) -> dict[str, Any]:
        """Read again at the next chance, so that the page shows what the command did."""
        self._read_at = -READ_EVERY
        self.listing.look_again()
        return {}


def _renewed(old: View | None, new: View) -> View:
    """The new view, or the old one if nothing but the time has changed: the same object is the same picture."""
    return old if old is not None and attrs.evolve(new, heartbeat=old.heartbeat) == old else new

"""The base class of the widgets: it answers every message of the page and publishes the traits of its parts."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

import anywidget
import traitlets

from clearml_sched_widgets.errors import AccessDenied, NotConfigured, RetryableError
from clearml_sched_widgets.instances import kept
from clearml_sched_widgets.widgets.host import static_html
from clearml_sched_widgets.widgets.host.bundle import built
from clearml_sched_widgets.widgets.host.connection import Connection
from clearml_sched_widgets.widgets.host.messages import (
    BadMessage,
    Handler,
    Request,
    acceptance,
    answer,
    message_id,
    parse,
    refusal,
)
from clearml_sched_widgets.widgets.host.page_values import millis
from clearml_sched_widgets.widgets.host.publisher import PUBLISHER
from clearml_sched_widgets.widgets.host.subshells import route_by_page_subshell
from clearml_sched_widgets.widgets.host.surroundings import surroundings
from clearml_sched_widgets.widgets.host.worker import COMMANDS

BEAT_SECONDS = 10  # between two messages of the kernel that it is there


class Part(Protocol):
    """A part of a widget: the messages that it handles and the traits that it shows. A widget has one or more."""

    def instant_handlers(self) -> Mapping[str, Handler]:
        """Handlers that only compute, by action. They run at once, in the thread that received the message."""

    def slow_handlers(self) -> Mapping[str, Handler]:
        """Handlers that talk to the server, by action. They run one after the other in a background thread."""

    def state(self) -> dict[str, Any]:
        """The traits' values, without any request. Called a few times a second; unchanged objects are reused."""

    def refresh(self) -> None:
        """Note that the widget is open on a page. Outdated data is then read in the background."""


def _present_millis(_beat: int, widget: SchedulerWidget) -> int | None:
    """The serializer of the clock trait: it sends the server's present in place of the number of the beat."""
    return millis(widget._connection.now())


class SchedulerWidget(anywidget.AnyWidget):
    """The base class of the widgets. The constructor sends no request; the first display starts to connect."""

    _esm = built("index.js")
    _css = built("index.css")
    _kind = traitlets.Unicode().tag(sync=True)
    clock = traitlets.Int().tag(sync=True, to_json=_present_millis)  # changes with each beat
    connection = traitlets.Dict().tag(sync=True)
    surroundings = traitlets.Dict().tag(sync=True)

    def __init__(self, connection: Connection, parts: tuple[Part, ...]) -> None:
        self._connection = connection
        self._parts = parts
        self._instant_handlers: dict[str, Handler] = {"open": self._on_open, "retry": self._on_retry}
        self._slow_handlers: dict[str, Handler] = {}
        for part in parts:
            self._instant_handlers.update(part.instant_handlers())
            self._slow_handlers.update(part.slow_handlers())
        super().__init__(**self._current_values())
        self.on_msg(self._receive)

    def publish(self) -> bool | None:
        """Set the traits that changed, in one message, and return whether any did. None when the widget is closed.

        Only the publisher may call this.
        """
        if self.comm is None:
            return None
        self._connection.retry_if_due()
        changed = {name: value for name, value in self._current_values().items() if getattr(self, name) != value}
        if changed:
            with self.hold_sync():
                for name, value in changed.items():
                    self.set_trait(name, value)
        route_by_page_subshell(self.comm)
        return bool(changed)

    def _current_values(self) -> dict[str, Any]:
        beat = int(self._connection.now().timestamp()) // BEAT_SECONDS
        shared = {"clock": beat, "connection": self._connection.state, "surroundings": surroundings()}
        return {**shared, **{name: value for part in self._parts for name, value in part.state().items()}}

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        # The page sends "open" as well, but its message may wait until the running cell has ended.
        self._open()
        widget = super()._repr_mimebundle_(**kwargs)
        return widget if widget is None else ({**widget[0], **self._static_bundle()}, widget[1])

    def _static_bundle(self) -> dict[str, str]:
        """The static HTML, which is shown where the notebook has no kernel. Other hosts prefer the widget."""
        now = self._connection.now()
        try:
            return {"text/html": f"{self._static_html(now)}{static_html.caption(now)}"}
        except Exception:  # bad data of an instance must not keep the widget from being shown
            logging.getLogger(__name__).exception("there is no picture of a widget")
            return {}

    def _static_html(self, now: datetime) -> str:
        """The current content of the widget as HTML. Sends no request and is quick."""
        raise NotImplementedError

    def _open(self) -> None:
        self._connection.open()
        PUBLISHER.add(self)
        for part in self._parts:
            part.refresh()

    def _on_open(self, _: Request) -> dict[str, Any]:
        self._open()
        return {"clock": millis(self._connection.now())}

    def _on_retry(self, _: Request) -> dict[str, Any]:
        self._connection.retry()
        return {}

    def _receive(self, _widget: Any, content: Any, _buffers: Any) -> None:
        try:
            request = parse(content)
            if request.action in self._slow_handlers:
                handler = self._slow_handlers[request.action]
                self.send(acceptance(request.id))
                COMMANDS.submit(lambda: self._run_and_answer(request, handler))
                return
            if request.action not in self._instant_handlers:
                raise BadMessage(f"This widget does not know the action {request.action!r}.")
            self.send(answer(request.id, self._instant_handlers[request.action](request)))
            PUBLISHER.wake()  # the request may have changed what the page shows
        except Exception as error:  # noqa: BLE001 - every message is answered
            self.send(refusal(message_id(content), error))

    def _run_and_answer(self, request: Request, handler: Handler) -> None:
        try:
            with kept.collected() as said:
                result = handler(request)
            message = answer(request.id, {**result, **({"said": " ".join(said)} if said else {})})
        except (NotConfigured, AccessDenied, RetryableError) as error:
            self._connection.record_failure(error)
            message = refusal(request.id, error)
        except Exception as error:  # noqa: BLE001 - every message is answered
            message = refusal(request.id, error)
        self.send(message)

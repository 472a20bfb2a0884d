"""What all widgets share: one bundle, messages that are always answered, traits written by the publisher only."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any, Protocol

import anywidget
import traitlets

from clearml_sched_widgets.errors import AccessDenied, NotConfigured, RetryableError
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
from clearml_sched_widgets.widgets.host.publisher import PUBLISHER
from clearml_sched_widgets.widgets.host.subshells import let_the_page_choose
from clearml_sched_widgets.widgets.host.surroundings import surroundings
from clearml_sched_widgets.widgets.host.worker import COMMANDS


class Part(Protocol):
    """A piece of a widget: the messages it handles and the state it shows. A widget is made of one or more."""

    def instant(self) -> Mapping[str, Handler]:
        """Handlers that only compute; they answer right away, on whatever thread the message came."""

    def slow(self) -> Mapping[str, Handler]:
        """Handlers that talk to the server; they run one after the other in the background."""

    def state(self) -> dict[str, Any]:
        """The traits' values, from memory only: called a few times a second. The same object means no change."""

    def refresh(self) -> None:
        """A view is on a page: start reading, in the background, what is older than it should be."""


class SchedulerWidget(anywidget.AnyWidget):
    """Base of the widgets. Making one does no request; connecting begins when it is displayed."""

    _esm = built("index.js")
    _css = built("index.css")
    _kind = traitlets.Unicode().tag(sync=True)
    connection = traitlets.Dict().tag(sync=True)
    surroundings = traitlets.Dict().tag(sync=True)

    def __init__(self, connection: Connection, parts: tuple[Part, ...]) -> None:
        self._connection = connection
        self._parts = parts
        self._instant: dict[str, Handler] = {"open": self._on_open, "retry": self._on_retry}
        self._slow: dict[str, Handler] = {}
        for part in parts:
            self._instant.update(part.instant())
            self._slow.update(part.slow())
        super().__init__(**self._states())
        self.on_msg(self._receive)

    def publish(self) -> bool | None:
        """Set the traits that changed, in one message: whether any did. None when the widget is closed.

        For the publisher only.
        """
        if self.comm is None:
            return None
        self._connection.tick()
        changed = {name: value for name, value in self._states().items() if getattr(self, name) != value}
        if changed:
            with self.hold_sync():
                for name, value in changed.items():
                    self.set_trait(name, value)
        let_the_page_choose(self.comm)
        return bool(changed)

    def _states(self) -> dict[str, Any]:
        shared = {"connection": self._connection.state, "surroundings": surroundings()}
        return {**shared, **{name: value for part in self._parts for name, value in part.state().items()}}

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        # The page says that it is open, too, but its message may wait until the running cell has ended.
        self._open()
        widget = super()._repr_mimebundle_(**kwargs)
        return widget if widget is None else ({**widget[0], **self._picture()}, widget[1])

    def _picture(self) -> dict[str, str]:
        """For those who read the notebook without its kernel; hosts that have one prefer the widget."""
        now = datetime.now(timezone.utc)
        try:
            return {"text/html": f"{self._still(now)}{static_html.caption(now)}"}
        except Exception:  # whatever somebody wrote into an instance, the widget is shown all the same
            logging.getLogger(__name__).exception("there is no picture of a widget")
            return {}

    def _still(self, now: datetime) -> str:
        """What is known at this moment, as HTML. No request, and little work."""
        raise NotImplementedError

    def _open(self) -> None:
        self._connection.open()
        PUBLISHER.add(self)
        for part in self._parts:
            part.refresh()

    def _on_open(self, _: Request) -> dict[str, Any]:
        self._open()
        return {}

    def _on_retry(self, _: Request) -> dict[str, Any]:
        self._connection.retry()
        return {}

    def _receive(self, _widget: Any, content: Any, _buffers: Any) -> None:
        try:
            request = parse(content)
            if request.action in self._slow:
                handler = self._slow[request.action]
                self.send(acceptance(request.id))
                COMMANDS.submit(lambda: self._answer(request, handler))
                return
            if request.action not in self._instant:
                raise BadMessage(f"This widget does not know the action {request.action!r}.")
            self.send(answer(request.id, self._instant[request.action](request)))
            PUBLISHER.wake()  # what the page shows may be another thing now
        except Exception as error:  # noqa: BLE001 - every message is answered
            self.send(refusal(message_id(content), error))

    def _answer(self, request: Request, handler: Handler) -> None:
        try:
            message = answer(request.id, handler(request))
        except (NotConfigured, AccessDenied, RetryableError) as error:
            self._connection.failed(error)
            message = refusal(request.id, error)
        except Exception as error:  # noqa: BLE001 - every message is answered
            message = refusal(request.id, error)
        self.send(message)

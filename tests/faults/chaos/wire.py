"""The way of one engine to the server: requests are lost, late or refused, and the engine dies or freezes in them."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, cast

from clearml_sched_widgets.errors import (
    AccessDenied,
    GatewayError,
    OutcomeUnknown,
    PermanentError,
    Unavailable,
)
from clearml_sched_widgets.gateway.base import Gateway
from clearml_sched_widgets.gateway.present import Sent, ServerClock
from clearml_sched_widgets.records import Present
from tests.engine.faulty import METHODS, READS
from tests.engine.world import Killed
from tests.faults.chaos.clocks import START
from tests.faults.chaos.server import Caller
from tests.faults.chaos.weather import Strike

if TYPE_CHECKING:
    from tests.faults.chaos.kernels import Kernel
    from tests.faults.chaos.world import World

NO_ANSWER = "no answer in time"
LONG = 2.0  # seconds; a request that is under way for longer may be overtaken by others


class Wire:
    """A `Gateway` for one engine. It learns the server's time from the answers, as the HTTP gateway does."""

    def __init__(self, world: World, kernel: Kernel) -> None:
        self._world, self._kernel = world, kernel
        self._clock = ServerClock(monotonic=kernel.host.monotonic, wall=kernel.host.now)
        self._previous = ""

    def gateway(self) -> Gateway:
        return cast(Gateway, self)

    def own_connection(self, timeout: float = 60.0) -> Gateway:  # noqa: ARG002 - the same wire
        return self.gateway()

    def present(self, task_id: str = "", *, ask: bool = True) -> Present:  # noqa: ARG002 - all answers have a date
        if ask and not self._clock.fresh():
            with contextlib.suppress(PermanentError):
                self._call("server", self._world.server.server)
            if not self._clock.fresh():
                raise Unavailable("The server's answers do not say what time it is")
        return self._clock.present()

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._world.server, name)
        return functools.partial(self._call, name, method) if name in METHODS else method

    def _call(self, name: str, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        world, weather, called = self._world, self._world.weather, self._world.time.now
        sent = self._clock.sending()
        world.time.now += weather.latency(called)
        previous, self._previous = self._previous, name
        self._suffer(weather.strike(name, previous, "before"), name)
        if not world.server_up:
            self._complain(name, "the server is down")
            raise Unavailable("connection refused")
        if name == "write_configuration":
            world.deliver_saves()
        kind = weather.fault(world.time.now, name, write=name not in READS)
        delayed = world.time.now - called > LONG
        carry_out = functools.partial(self._carry_out, called, functools.partial(method, *args, **kwargs))
        if kind:
            self._complain(name, kind)
            self._go_wrong(kind, name, sent, carry_out)
        try:
            answer = carry_out(delayed=delayed)
        except GatewayError as error:
            world.record.say(world.time.now, self._kernel.label, f"{name}: {error!r}")
            self._clock.saw_date(self._date(), sent)
            raise
        date = self._date()
        self._suffer(weather.strike(name, previous, "after"), name)
        self._clock.saw_date(date, sent)
        return answer

    def _carry_out(self, called: float, request: Callable[[], Any], *, delayed: bool) -> Any:
        with self._world.server.called_by(Caller(self._kernel.label, called, delayed)):
            return request()

    def _go_wrong(self, kind: str, name: str, sent: Sent, carry_out: Callable[..., Any]) -> None:
        """Raise what the engine sees of a request that fails."""
        world, weather = self._world, self._world.weather
        if kind == "unavailable":
            raise Unavailable("HTTP 503")
        if kind == "denied":
            self._clock.saw_date(self._date(), sent)
            raise AccessDenied("HTTP 401")
        if kind == "nonsense":
            world.record.nonsense.append(world.time.now)
            raise TypeError(f"{name}: nobody foresaw this answer")
        if kind == "late":
            world.deliver_later(weather.lateness(), name, functools.partial(carry_out, delayed=True))
        if kind == "lost answer":
            with contextlib.suppress(GatewayError):
                carry_out(delayed=False)
        world.stand(self._kernel, weather.patience())
        raise OutcomeUnknown(NO_ANSWER)

    def suffer_after_call(self) -> None:
        """Let a strike hit the engine that has just called a function."""
        self._suffer(self._world.weather.strike("call", "", "after"), "a function")

    def _suffer(self, strike: Strike | None, name: str) -> None:
        if strike is None:
            return
        self._complain(name, f"{'killed' if strike.deadly else 'frozen'} {strike.moment} it")
        if strike.deadly:
            raise Killed
        self._world.stand(self._kernel, strike.seconds, sleep=strike.sleep)

    def _complain(self, name: str, what: str) -> None:
        self._world.mark_dirty()
        self._world.record.say(self._world.time.now, self._kernel.label, f"{name}: {what}")

    def _date(self) -> str:
        ahead = self._world.time.now + self._world.server_time.ahead
        return format_datetime(START + timedelta(seconds=ahead), usegmt=True)

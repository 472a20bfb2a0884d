"""The server's present is known from its answers, whatever the clocks of this machine do."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearml_sched_widgets.gateway.present import FRESH, UNKNOWN, ServerClock

START = datetime(2026, 11, 30, 12, 0, 0, tzinfo=timezone.utc)


class Machines:
    """A host with two clocks and a server with one."""

    def __init__(self, server_ahead: float = 0.0) -> None:
        self.true = 1000.0  # seconds that have really passed
        self.host_jump = timedelta(0)
        self.server_ahead = server_ahead
        self.clock = ServerClock(lambda: self.true, self.wall)

    def wall(self) -> datetime:
        return START + timedelta(seconds=self.true) + self.host_jump

    def server(self) -> datetime:
        return START + timedelta(seconds=self.true + self.server_ahead)

    def ask(self, there: float = 0.01, back: float = 0.01, date: str | None = None) -> None:
        """Send one request that takes `there` and its answer that takes `back` seconds."""
        sent = self.clock.sending()
        self.true += there
        header = formatdate(self.server().timestamp(), usegmt=True) if date is None else date
        self.true += back
        self.clock.saw_date(header, sent)

    def off(self) -> tuple[float, float]:
        """How far the lower and the upper bound are from the server's clock, in seconds."""
        present = self.clock.present()
        low = (self.server() - present.time).total_seconds()
        return low, present.uncertainty.total_seconds() - low


def test_before_the_first_answer_it_is_the_hosts_time_and_quite_unsure() -> None:
    machines = Machines(server_ahead=7200)
    present = machines.clock.present()
    assert (present.time, present.uncertainty) == (machines.wall(), UNKNOWN)
    assert not machines.clock.fresh()


@given(
    st.floats(-1e6, 1e6),
    st.lists(st.tuples(st.floats(0, 0.4), st.floats(0, 0.4), st.floats(0, 3)), min_size=1, max_size=40),
)
def test_the_servers_clock_is_always_within_the_bounds_and_they_get_narrower(
    ahead: float, requests: list[tuple[float, float, float]]
) -> None:
    machines = Machines(ahead)
    for there, back, pause in requests:
        machines.true += pause
        machines.ask(there, back)
        low, high = machines.off()
        assert low >= -1e-5
        assert high >= -1e-5
        assert low + high <= 1.0 + 0.8 + 0.1


def test_many_answers_narrow_the_second_of_a_date_to_a_few_round_trips() -> None:
    machines = Machines(server_ahead=123.4)
    for number in range(60):
        machines.true += 1.017
        machines.ask()
        assert number < 59 or sum(machines.off()) < 0.1


def test_a_time_of_our_own_write_narrows_it_to_that_round_trip() -> None:
    machines = Machines(server_ahead=-45.0)
    machines.ask()
    sent = machines.true
    machines.true += 0.02
    written = machines.server()
    machines.true += 0.02
    machines.clock.saw_own_time(written, sent, machines.true)
    assert sum(machines.off()) < 0.05
    assert machines.off()[0] >= -1e-5


@pytest.mark.parametrize("jump", [60.0, -60.0, 86_400.0, -86_400.0, 2.5, -2.5])
def test_a_servers_clock_that_is_set_is_followed_with_the_next_answer(jump: float) -> None:
    machines = Machines()
    for _ in range(20):
        machines.true += 0.9
        machines.ask()
    machines.server_ahead += jump
    machines.ask()
    low, high = machines.off()
    assert -1e-5 <= low <= 1.1
    assert -1e-5 <= high <= 1.1


@pytest.mark.parametrize("hours", [-48.0, -0.1, 0.1, 2.0, 72.0])
def test_k10_k11_a_jump_of_the_hosts_clock_changes_nothing_but_asks_again(hours: float) -> None:
    machines = Machines()
    machines.ask()
    before = machines.off()
    machines.host_jump = timedelta(hours=hours)
    assert machines.off() == before
    assert not machines.clock.fresh()  # the jump may as well be a suspend, in which the monotonic clock stood still
    machines.ask()
    assert machines.clock.fresh()


def test_after_a_suspend_the_next_answer_counts_alone() -> None:
    machines = Machines()
    machines.ask()
    machines.host_jump, machines.server_ahead = timedelta(hours=8), 8 * 3600.0  # the monotonic clock stood still
    assert not machines.clock.fresh()
    machines.ask()
    low, high = machines.off()
    assert -1e-5 <= low <= 1.1
    assert -1e-5 <= high <= 1.1


def test_an_answer_that_came_while_the_machine_slept_is_not_trusted() -> None:
    machines = Machines()
    machines.ask()
    sent = machines.clock.sending()
    header = formatdate(machines.server().timestamp(), usegmt=True)
    machines.host_jump, machines.server_ahead = timedelta(minutes=3), 180.0  # the monotonic clock stood still
    machines.clock.saw_date(header, sent)
    assert not machines.clock.fresh()
    machines.ask()
    assert machines.clock.fresh()
    assert sum(machines.off()) < 1.1


def test_the_last_answer_is_fresh_for_ten_seconds() -> None:
    machines = Machines()
    machines.ask()
    machines.true += FRESH - 0.1
    assert machines.clock.fresh()
    machines.true += 0.2
    assert not machines.clock.fresh()


@pytest.mark.parametrize(
    "date",
    [
        *("", "yesterday", "Mon, 30 Nov", "Mon, 99 Nov 2026 12:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"),
        *("Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 30 Nov 0026 12:00:00 GMT", "\ud800", "x" * 100_000),
    ],
)
def test_a_date_that_makes_no_sense_is_ignored(date: str) -> None:
    machines = Machines()
    machines.ask()
    before = machines.clock.present().uncertainty
    machines.ask(date=date)
    assert machines.clock.present().uncertainty >= before
    assert machines.off()[0] >= -1e-5


def test_a_date_without_a_zone_is_utc() -> None:
    machines = Machines()
    machines.ask(date=machines.server().strftime("%a, %d %b %Y %H:%M:%S -0000"))
    assert machines.off()[0] >= -1e-5

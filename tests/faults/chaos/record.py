"""What the server and an observer beside the machines saw. The judge reads nothing else.

All times are seconds of true time since `clocks.START`; times of slots are of the same scale, as the server's clock
shows them.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import attrs

from tests.faults.chaos.clocks import START


@attrs.frozen(kw_only=True)
class Mark:
    """What a run's `Scheduler` section says. `nominal` is its slot, in seconds."""

    key: str
    item: str
    cause: str
    nominal: float | None
    object: str


@attrs.frozen(kw_only=True)
class Sent:
    """A task that was enqueued, or made. `called` is when an engine began the request, `at` when it was carried out."""

    called: float
    at: float
    sender: str  # the engine's name; empty for users
    task: str
    mark: Mark
    delayed: bool  # the request was under way for long


@attrs.frozen(kw_only=True)
class Call:
    """A request of an engine that was carried out, other than those of `Sent`."""

    called: float
    at: float
    sender: str
    method: str
    target: str
    delayed: bool


@attrs.frozen(kw_only=True)
class Status:
    """A change of a task's status, by an engine or, if `sender` is empty, by anybody else."""

    at: float
    task: str
    before: str
    after: str
    sender: str


@attrs.frozen(kw_only=True)
class Text:
    """A definition that a user wrote."""

    at: float
    text: str


@attrs.define(kw_only=True)
class Order:
    """A command of a user. `done` is when it was certainly carried out; None if it never was, or nobody knows."""

    id: str
    at: float
    do: str
    item: str = ""
    start: str = ""
    end: str = ""
    run: str = ""
    in_kernel: bool = False
    done: float | None = None
    lost: float | None = None  # when the process ended that may have carried it out, or not


@attrs.frozen(kw_only=True)
class Opened:
    """An engine that got the lease and read the instance."""

    sender: str
    began: float
    at: float


@attrs.frozen(kw_only=True)
class Work:
    """A span of an engine's work: one call of `open` or `step`, or a part of it between two freezes."""

    sender: str
    began: float
    ended: float
    ok: bool  # the call ended in this span, and nothing went wrong


@attrs.frozen(kw_only=True)
class Seen:
    """An object that triggers watch, as it was from this moment on."""

    at: float
    object: str
    kind: str  # task, dataset or model
    name: str
    status: str
    tags: tuple[str, ...]


@attrs.frozen(kw_only=True)
class FunctionCall:
    """A function that was called; it ends at `until`, if its process lives."""

    at: float
    until: float
    sender: str
    key: str


@attrs.define
class Record:
    """Everything that was seen, in the order of time."""

    enqueued: list[Sent] = attrs.field(factory=list)
    made: list[Sent] = attrs.field(factory=list)
    calls: list[Call] = attrs.field(factory=list)
    statuses: list[Status] = attrs.field(factory=list)
    deleted: dict[str, float] = attrs.field(factory=dict)  # when users deleted a task, by its id
    gone: dict[str, float] = attrs.field(factory=dict)  # when anybody deleted a task, by its id
    touched: dict[str, float] = attrs.field(factory=dict)  # runs that users dequeued, reset or enqueued: when first
    texts: list[Text] = attrs.field(factory=list)
    orders: list[Order] = attrs.field(factory=list)
    opened: list[Opened] = attrs.field(factory=list)
    leases: list[tuple[float, str]] = attrs.field(factory=list)  # when which engine made the lease
    saves: list[tuple[float, str]] = attrs.field(factory=list)  # the state objects that engines wrote
    work: list[Work] = attrs.field(factory=list)
    seen: list[Seen] = attrs.field(factory=list)
    functions: list[FunctionCall] = attrs.field(factory=list)
    dirty: list[tuple[float, float]] = attrs.field(factory=list)  # spans in which something went wrong
    offsets: list[tuple[float, float]] = attrs.field(factory=list)  # of the server's clock: since when, how far ahead
    nonsense: list[float] = attrs.field(factory=list)  # when an engine met an answer that nobody foresaw
    cleanups: list[float] = attrs.field(factory=list)  # when users removed the lease
    broken: list[str] = attrs.field(factory=list)  # errors that an engine let through
    trace: list[str] = attrs.field(factory=list)
    quiet_from: float = 0.0  # when the chaos ended
    ended: float = 0.0
    state: str = ""  # the state object at the end
    log: list[str] = attrs.field(factory=list)  # the lines of the instance's log at the end

    def say(self, at: float, who: str, what: str) -> None:
        """Add a line to the trace."""
        self.trace.append(f"{at:9.2f}  {who:<7}  {what}")


def seconds_of(text: str) -> float | None:
    """A time in ISO 8601 as seconds since START; None for an empty text."""
    return (datetime.fromisoformat(text.replace("Z", "+00:00")) - START).total_seconds() if text else None


def mark_of(section: dict[str, str]) -> Mark | None:
    """What a `Scheduler` section says; None if it is not a run's."""
    if not section.get("key"):
        return None
    return Mark(
        key=section["key"],
        item=section.get("item", ""),
        cause=section.get("cause", ""),
        nominal=seconds_of(section.get("scheduled", "")),
        object=section.get("object", ""),
    )


def loads(text: str) -> dict[str, Any]:
    """A JSON object."""
    data = json.loads(text or "{}")
    assert isinstance(data, dict)
    return data

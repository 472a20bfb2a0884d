"""Every exception of this package.

SchedulerError
├── InvalidDefinition      what was configured is wrong; nothing was applied (also a ValueError)
├── InstanceStateError     the instance is not in a state that allows this
└── GatewayError           talking to the ClearML server
    ├── PermanentError     the same request will fail again
    │   ├── NotConfigured  no clearml.conf and no CLEARML_* variables
    │   ├── AccessDenied   wrong or revoked credentials
    │   ├── NotFound       no such task, queue, project …
    │   ├── Conflict       the object is not in the status, or not as unique, as the request needs
    │   └── Refused        any other answer of the server that says no
    └── RetryableError     the same request may succeed later
        ├── Unavailable    the request was not carried out, or its answer makes no sense and it only reads
        └── OutcomeUnknown the request may or may not have been carried out
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs


class SchedulerError(Exception):
    """Base of every error that this package raises on purpose."""


@attrs.frozen
class Problem:
    """One thing that is wrong with a definition: where, what was given, and what would be right."""

    path: str
    value: Any
    message: str

    def under(self, prefix: str) -> Problem:
        """The same problem seen from one level up: `times[0]` under `recurrence` is `recurrence.times[0]`."""
        if not self.path:
            return attrs.evolve(self, path=prefix)
        separator = "" if self.path.startswith("[") or not prefix else "."
        return attrs.evolve(self, path=f"{prefix}{separator}{self.path}")

    def __str__(self) -> str:
        shown = repr(self.value)
        if len(shown) > 80:
            shown = f"{shown[:77]}..."
        return f"{self.path or 'value'} = {shown}: {self.message}"


class InvalidDefinition(SchedulerError, ValueError):
    """A definition, or a part of one, was refused. `problems` lists everything wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.problems,)  # the default would pass the message text to __init__

    def under(self, prefix: str) -> InvalidDefinition:
        return InvalidDefinition(problem.under(prefix) for problem in self.problems)


class InstanceStateError(SchedulerError):
    """The instance is not in a state that allows what was asked for."""


class OtherVersion(InstanceStateError):
    """The instance's engine has another version of this package, and does not understand what it is told."""


class GatewayError(SchedulerError):
    """A request to the ClearML server failed. `code` and `subcode` are the server's, or 0 if it did not answer."""

    def __init__(self, message: str, *, code: int = 0, subcode: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.subcode = subcode


class PermanentError(GatewayError):
    """The same request will fail again."""


class NotConfigured(PermanentError):
    """There is no ClearML configuration to connect with."""


class AccessDenied(PermanentError):
    """The server does not accept the credentials."""


class NotFound(PermanentError):
    """The server does not have that object."""


class Conflict(PermanentError):
    """The object is in another status than the request needs, or its name is taken."""


class Refused(PermanentError):
    """The server refused the request for another reason."""


class RetryableError(GatewayError):
    """The same request may succeed later."""


class Unavailable(RetryableError):
    """The request was not carried out, or only reads and got no answer that makes sense."""


class OutcomeUnknown(RetryableError):
    """There was no answer that makes sense: the request may or may not have been carried out."""

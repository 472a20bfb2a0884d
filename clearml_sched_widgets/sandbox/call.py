"""One request to the API, and the registry of endpoints."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from clearml_sched_widgets.sandbox import identity
from clearml_sched_widgets.sandbox.store import Doc, Store

Version = tuple[int, int]
_MAX_SCROLLS = 10_000


def read_version(text: str) -> Version:
    """Convert `2.30` to (2, 30)."""
    major, _, minor = text.partition(".")
    return int(major), int(minor or 0)


@dataclass
class State:
    """What all requests share: the documents, the credentials and the positions of scrolls."""

    store: Store
    token_key: bytes
    credentials: Mapping[str, str]  # access key -> secret key
    scrolls: dict[str, int] = field(default_factory=dict)  # scroll id -> position

    def save_scroll(self, scroll: str, position: int) -> None:
        """Remember how far a client has scrolled. Drops the oldest scroll if there are too many."""
        self.scrolls[scroll] = position
        if len(self.scrolls) > _MAX_SCROLLS:
            del self.scrolls[next(iter(self.scrolls))]


@dataclass
class Call:
    """One request, as its handler gets it."""

    name: str
    version: str
    state: State
    data: Doc = field(default_factory=dict)
    batch: list[Doc] | None = None
    worker: str = ""
    ip: str = "127.0.0.1"
    user: str = identity.USER_ID
    raw: tuple[str, str] | None = None  # text and media type of an answer that is not JSON

    @property
    def store(self) -> Store:
        """The documents."""
        return self.state.store

    def api_older_than(self, version: str) -> bool:
        """True if the request uses an API version older than `version`."""
        return read_version(self.version) < read_version(version)


Handler = Callable[[Call], Doc]


@dataclass(frozen=True)
class Endpoint:
    """One handler, and the description of the requests that it accepts."""

    name: str
    since: str
    handler: Handler
    required: tuple[str, ...]
    types: Mapping[str, type | tuple[type, ...]]
    defaults: Mapping[str, Any]
    nonempty: tuple[str, ...]
    choices: Mapping[str, tuple[str, ...]]
    authorize: bool


_endpoints: dict[str, list[Endpoint]] = {}


def endpoint(
    name: str,
    *,
    since: str = "1.0",
    required: tuple[str, ...] = (),
    types: Mapping[str, type | tuple[type, ...]] | None = None,
    defaults: Mapping[str, Any] | None = None,
    nonempty: tuple[str, ...] = (),
    choices: Mapping[str, tuple[str, ...]] | None = None,
    authorize: bool = True,
) -> Callable[[Handler], Handler]:
    """Register a handler. `since` is the first API version that has it; the rest describes a valid request."""

    def register(handler: Handler) -> Handler:
        new_endpoint = Endpoint(
            name, since, handler, required, types or {}, defaults or {}, nonempty, choices or {}, authorize
        )
        _endpoints.setdefault(name, []).append(new_endpoint)
        _endpoints[name].sort(key=lambda item: read_version(item.since), reverse=True)
        return handler

    return register


def find_endpoint(name: str, version: str) -> Endpoint | None:
    """Return the newest variant of an endpoint that this API version has, or None."""
    wanted = read_version(version)
    return next((item for item in _endpoints.get(name, ()) if read_version(item.since) <= wanted), None)


def endpoint_names() -> list[str]:
    """The names of all endpoints, sorted."""
    return sorted(_endpoints)

"""Plain records of what a ClearML server holds, as far as this package looks at it. All times are aware, in UTC."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import attrs

RUN_TAG = "clearml-sched"  # system tag of every run that we launched
LATEST_TAG = "clearml-sched-latest"  # system tag of the runs whose base task was looked for as the latest of several
INSTANCE_TAG = "clearml-sched-instance"  # system tag of the task that is an instance
PIPELINE_TAG = "pipeline"  # system tag of pipelines: controllers, and the projects that hold them
SECTION = "Scheduler"  # hyperparameter section by which a run is recognised
ACTIVE = frozenset({"queued", "in_progress"})
FINISHED = frozenset({"completed", "failed", "stopped", "published", "closed"})
# The server stamps a change before others can read it, so a change may appear after one with a later time.
# Polls therefore read this far back.
LOOKBACK = timedelta(seconds=10)


def run_tag(instance_id: str) -> str:
    """The system tag shared by all runs of one instance."""
    return f"{RUN_TAG}:{instance_id}"


def mark(text: str) -> str:
    """A hash that is stored beside a configuration object's text and shows a change without reading the text."""
    return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=8).hexdigest()


@attrs.frozen(kw_only=True)
class Param:
    """One hyperparameter. `type` and `description` are set by the SDK; a clone must keep them."""

    value: str
    type: str = ""
    description: str = ""


Params = Mapping[str, Mapping[str, Param]]  # section -> name -> parameter


@attrs.frozen(kw_only=True)
class Task:
    """A task: a base task, a run, or an instance. `hyperparams`, `configuration` and `marks` are read on request.

    `scheduler` has the values of our own section of the hyperparameters. It is plain text, as there may be thousands.
    `marks` has the mark of each configuration object that was written by this package; see `mark`.
    """

    id: str
    name: str = ""
    type: str = ""
    status: str = "created"
    status_message: str = ""
    status_reason: str = ""
    project_id: str | None = None
    project: str = ""
    user_id: str = ""
    user: str = ""
    parent: str | None = None
    queue_id: str | None = None
    tags: tuple[str, ...] = ()
    system_tags: tuple[str, ...] = ()
    created: datetime | None = None
    started: datetime | None = None
    completed: datetime | None = None
    status_changed: datetime | None = None
    last_update: datetime | None = None
    last_change: datetime | None = None
    hyperparams: Params = attrs.field(factory=dict)
    scheduler: Mapping[str, str] = attrs.field(factory=dict)
    configuration: Mapping[str, str] = attrs.field(factory=dict)
    marks: Mapping[str, str] = attrs.field(factory=dict)

    @property
    def virgin(self) -> bool:
        """Whether the task was never enqueued, started, dequeued or reset: a fresh clone has no `status_changed`."""
        return self.status == "created" and self.status_changed is None

    @property
    def is_pipeline(self) -> bool:
        """Whether the task is the controller of a pipeline. The steps that it launches have it as their `parent`."""
        return self.type == "controller" and PIPELINE_TAG in self.system_tags


@attrs.frozen(kw_only=True)
class Entity:
    """What a trigger reads of an object. `entity` is "task", "dataset" or "model"; a ready model is "published"."""

    entity: str
    id: str
    name: str = ""
    project_id: str | None = None
    project: str = ""
    user_id: str = ""
    type: str = ""
    status: str = ""
    tags: tuple[str, ...] = ()
    system_tags: tuple[str, ...] = ()
    created: datetime | None = None
    started: datetime | None = None
    completed: datetime | None = None
    status_changed: datetime | None = None
    changed: datetime | None = None  # server time of the last change; polls are ordered by it
    scheduler: Mapping[str, str] = attrs.field(factory=dict)  # the Scheduler section, if it is a run

    @property
    def archived(self) -> bool:
        return "archived" in self.system_tags


@attrs.frozen(kw_only=True)
class Queue:
    """A queue. `watched` says whether any agent serves it; None if that was not requested."""

    id: str
    name: str
    waiting: int = 0
    watched: bool | None = None


@attrs.frozen(kw_only=True)
class Project:
    """A project by its full name. `system_tags` are read only where they are needed."""

    id: str
    name: str
    system_tags: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Lease:
    """A hidden project that serves as a lock: its name is unique on the server, and its id is never used again.

    `last_update` is when it was made or last renewed (server time).
    """

    id: str
    name: str
    text: str
    last_update: datetime | None = None


@attrs.frozen(kw_only=True)
class Present:
    """What the server's clock shows now: not before `time`, and not later than `uncertainty` after it."""

    time: datetime
    uncertainty: timedelta


@attrs.frozen(kw_only=True)
class Server:
    """The server and the user of a connection. Holds no secrets."""

    api_url: str
    web_url: str
    user_id: str
    user: str


@attrs.frozen(kw_only=True)
class LogLine:
    """One line of a task's console. `level` is a lower-case logging level."""

    time: datetime
    level: str
    text: str


@attrs.frozen(kw_only=True)
class Clone:
    """A request to clone a task. Mappings and tags replace those of the base task; the caller merges them first."""

    task: str
    name: str
    project: str | None  # full name, created if missing; None keeps the base task's project
    parent: str
    tags: tuple[str, ...]
    system_tags: tuple[str, ...]
    hyperparams: Params
    container: Mapping[str, str] = attrs.field(factory=dict)  # image, arguments, setup_shell_script; empty: the base's


@attrs.frozen(kw_only=True)
class Edit:
    """New values for a draft. They replace the draft's own; the caller merges them first."""

    tags: tuple[str, ...]
    system_tags: tuple[str, ...]
    hyperparams: Params
    container: Mapping[str, str] = attrs.field(factory=dict)  # empty keeps the draft's own


@attrs.frozen(kw_only=True)
class Enqueued:
    """The outcome of an enqueue request, by task id; `failed` maps an id to the server's message."""

    succeeded: tuple[str, ...] = ()
    failed: Mapping[str, str] = attrs.field(factory=dict)
    watched: bool | None = None


@attrs.frozen(kw_only=True)
class TaskQuery:
    """Which tasks to read, and which of their fields. All conditions must hold; None and empty mean no restriction.
    The exception is an empty `ids`, which matches no task.

    `ids`: any of these. `text`: a part of the name (case-insensitive) or a whole id; with `text_tags` also a part of a
    tag. Tasks in the projects `text_projects` (ids) match a text, too. `name`: exactly this name. `types`, `statuses`,
    `parents` (ids): any of these. `tags`: all of these.
    `system_tags`: all of these. `without_system_tags`: none of these. `since`: the `order` field is at or after it.
    `order` is a field name of Task among created, completed, status_changed, last_update, last_change; a leading "-"
    descends. Tasks without that time come last.
    At most 500 rows; `page` counts from 0. `hyperparams`: "none", "scheduler" (that section only) or "all".
    With `bare`, only a task's id and its order field are read.

    `configuration`: read all configuration objects with their marks. `objects`: read the objects with these names.
    `marks`: read only the marks of these objects. `without`: read all objects except these, and leave out the names of
    the task's project and user.
    """

    ids: tuple[str, ...] | None = None
    text: str = ""
    text_tags: bool = False
    text_projects: tuple[str, ...] = ()
    name: str = ""
    types: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    project_id: str | None = None
    tags: tuple[str, ...] = ()
    system_tags: tuple[str, ...] = ()
    without_system_tags: tuple[str, ...] = ()
    since: datetime | None = None
    order: str = "-last_update"
    limit: int = 500
    page: int = 0
    hyperparams: str = "none"
    configuration: bool = False
    objects: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    bare: bool = False


Table = Mapping[str, list[Any]]  # columns by title, all of one length

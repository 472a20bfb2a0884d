"""Defines the commands of users to a running instance, and how its task's configuration carries them."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping

import attrs

from clearml_sched_widgets.surrogates import mended

PREFIX = "command."  # each command is a configuration object of its own, so two users never overwrite each other's
LONGEST_FIELD = 10_000  # characters
KINDS = frozenset({"pause", "resume", "run_now", "retry", "backfill", "reload"})


@attrs.frozen(kw_only=True)
class Command:
    """One command of a user.

    `do` is one of KINDS. `item` is an item's id; for pause, resume and run_now empty means all items, but run_now
    leaves out the disabled ones. `note` is the reason of a pause, `run` the id of the run that is launched again.
    `start` and `end` are the period of a backfill in ISO 8601.
    """

    do: str
    item: str = ""
    note: str = ""
    run: str = ""
    start: str = ""
    end: str = ""
    id: str = attrs.field(factory=lambda: f"{time.time_ns():020d}-{uuid.uuid4().hex[:12]}")  # ids sort by time


FIELDS = tuple(field.name for field in attrs.fields(Command) if field.name != "id")


def dumps(command: Command) -> dict[str, str]:
    """The configuration object that carries a command."""
    return {f"{PREFIX}{command.id}": json.dumps(attrs.asdict(command))}


def waiting_commands(configuration: Mapping[str, str]) -> list[Command]:
    """The commands in a task's configuration, oldest first. A command that cannot be read has an empty `do`."""
    return [_loads(name, text) for name, text in sorted(configuration.items()) if name.startswith(PREFIX)]


def _loads(name: str, text: str) -> Command:
    command_id = name[len(PREFIX) :]
    try:
        data = json.loads(text)
        fields = {field: data.get(field, "") for field in FIELDS}
    except (ValueError, AttributeError, RecursionError):
        return Command(do="", id=command_id)
    sensible = all(isinstance(value, str) and len(value) <= LONGEST_FIELD for value in fields.values())
    command = Command(**mended(fields), id=command_id) if sensible else Command(do="", id=command_id)
    return command if command.do in KINDS else attrs.evolve(command, do="")

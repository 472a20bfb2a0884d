"""What users ask of a running instance: from this kernel directly, from elsewhere through its task's configuration."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping

import attrs

PREFIX = "command."  # each command is a configuration object of its own: two users never overwrite each other's
KINDS = frozenset({"pause", "resume", "run_now", "reload"})


@attrs.frozen(kw_only=True)
class Command:
    """`do` is pause, resume, run_now or reload; `item` the item to run; `note` the reason of a pause."""

    do: str
    item: str = ""
    note: str = ""
    id: str = attrs.field(factory=lambda: uuid.uuid4().hex)


def dumps(command: Command) -> dict[str, str]:
    """The configuration object that carries a command."""
    return {f"{PREFIX}{command.id}": json.dumps(attrs.asdict(command))}


def waiting(configuration: Mapping[str, str]) -> list[Command]:
    """The commands among the configuration objects of a task; one that we cannot read has an empty `do`."""
    return [_loads(name, text) for name, text in sorted(configuration.items()) if name.startswith(PREFIX)]


def _loads(name: str, text: str) -> Command:
    command_id = name[len(PREFIX) :]
    try:
        data = json.loads(text)
        command = Command(do=str(data["do"]), item=str(data["item"]), note=str(data["note"]), id=command_id)
    except (ValueError, KeyError, TypeError):
        return Command(do="", id=command_id)
    return command if command.do in KINDS else attrs.evolve(command, do="")

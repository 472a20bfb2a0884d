"""What an engine understands: it publishes that on its instance's task, for notebooks with another version."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from zoneinfo import available_timezones

import attrs

from clearml_sched_widgets import codec
from clearml_sched_widgets.definition import Definition
from clearml_sched_widgets.engine.instance_task.commands import KINDS

ENGINE = "engine"  # the configuration object
LONGEST_VERSION = 40  # characters
FEW_ZONES = 300  # a system with fewer time zones has only those that a bundle brought


@attrs.frozen(kw_only=True)
class Abilities:
    """What an engine understands. The defaults are those of the engines that published nothing."""

    version: str = ""  # of this package; empty if not known
    definition: int = 1  # the latest version of the definition's format
    commands: frozenset[str] = frozenset({"pause", "resume", "run_now", "retry", "backfill", "reload"})
    regex: bool = True  # whether it can search names by a regular expression
    zones: frozenset[str] | None = None  # the time zones that it knows, if those are few

    def missing_for(self, definition: Definition) -> str:
        """What a definition has that it does not understand; empty if it understands all."""
        if (needed := codec.needed_version(definition)) > self.definition:
            return f"a definition of version {needed} (it reads version {self.definition})"
        if not self.regex and any(trigger.select.name_regex for trigger in definition.triggers):
            return "name_regex (its Python has no package regex)"
        named = {schedule.recurrence.timezone for schedule in definition.schedules}
        unknown = sorted(named - self.zones) if self.zones is not None else []
        return f"the time zone {unknown[0]} (its system has no time zones)" if unknown else ""


@lru_cache(maxsize=1)
def own() -> Abilities:
    """What an engine of this version understands in this process."""
    try:
        ours = version("clearml-sched-widgets")
    except PackageNotFoundError:  # run from its source, without being installed
        ours = ""
    zones = available_timezones()
    return Abilities(
        version=ours,
        definition=codec.VERSION,
        commands=KINDS,
        regex=find_spec("regex") is not None,
        zones=frozenset(zones) if len(zones) < FEW_ZONES else None,
    )


def dumps(abilities: Abilities) -> dict[str, str]:
    """The configuration object that publishes them."""
    data = {**attrs.asdict(abilities), "commands": sorted(abilities.commands)}
    data["zones"] = None if abilities.zones is None else sorted(abilities.zones)
    return {ENGINE: json.dumps(data)}


def loads(configuration: Mapping[str, str]) -> Abilities:
    """What the engine of a task published. What is missing or makes no sense is as if it had published nothing."""
    try:
        data = json.loads(configuration.get(ENGINE) or "{}")
        return Abilities(
            version="".join(filter(str.isprintable, str(data["version"])))[:LONGEST_VERSION],
            definition=int(data["definition"]),
            commands=frozenset(map(str, data["commands"])),
            regex=bool(data["regex"]),
            zones=None if data.get("zones") is None else frozenset(map(str, data["zones"])),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
        return Abilities()

"""The files of a bundle: the modules that a service needs, the packages that those need, licences and time zones."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib import metadata, resources
from importlib.util import find_spec
from pathlib import Path
from zipfile import Path as ZipPath

from clearml_sched_widgets.definition import Definition
from clearml_sched_widgets.errors import SchedulerError

OWN = "clearml_sched_widgets"
# Rooms and modules that only a notebook, a command line or a test uses.
NOT_FOR_A_SERVICE = frozenset(
    {"widgets", "sandbox", "instances", "bundle", "simulation", "memory", "manager.py", "next_runs.py", "cli.py"}
)
# Distribution, and its modules. All are pure Python. What clearml itself needs (requests, dateutil, PyYAML, pyparsing)
# is not among them: an agent that runs tasks has it.
PACKAGES: dict[str, tuple[str, ...]] = {
    "attrs": ("attr", "attrs"),
    "cattrs": ("cattrs",),
    "croniter": ("croniter",),
    "exceptiongroup": ("exceptiongroup",),
    "pyhocon": ("pyhocon",),
    "typing-extensions": ("typing_extensions",),
}
UNUSED = frozenset({"preconf", "tests"})  # rooms of these packages
METADATA = "METADATA"
LICENCE_NAMES = ("licen", "copying", "notice")
ZONES = "zones"
Root = Path | ZipPath


def files(definition: Definition, wheel: Path | None = None) -> dict[str, bytes]:
    """The files by path. Our own come from the installed package or from a wheel of it. Raises SchedulerError."""
    own = of_wheel(wheel) if wheel else _own_of_installation()
    return {**_needs(), **own, **{f"{ZONES}/{name}": _zone(name) for name in sorted(_zone_names(definition))}}


def _modules(folder: Root, place: str, left_out: frozenset[str] = frozenset()) -> Iterator[tuple[str, bytes]]:
    """The Python files of a folder and those below it."""
    for path in folder.iterdir():
        if path.name in left_out:
            continue
        if path.is_dir():
            yield from _modules(path, f"{place}/{path.name}", left_out)
        elif path.name.endswith(".py"):
            yield f"{place}/{path.name}", path.read_bytes()


# -- our own
@lru_cache(maxsize=1)
def _own_of_installation() -> dict[str, bytes]:
    own = dict(_modules(Path(__file__).parent.parent, OWN, NOT_FOR_A_SERVICE))
    return {**own, **dict(_papers("clearml-sched-widgets"))}


def of_wheel(wheel: Path) -> dict[str, bytes]:
    """The files of a service in a wheel. Raises BadZipFile, OSError, RuntimeError for one that cannot be read."""
    root = ZipPath(wheel)
    if not (root / OWN).is_dir():
        return {}
    own = dict(_modules(root / OWN, OWN, NOT_FOR_A_SERVICE))
    for folder in root.iterdir():
        if folder.name.endswith(".dist-info"):
            own.update(_papers_in(folder, folder.name))
    return own


# -- others'
@lru_cache(maxsize=1)
def _needs() -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for name, modules in PACKAGES.items():
        for module in modules:
            found.update(_module(module))
        found.update(_papers(name))
    return found


def _module(name: str) -> Iterator[tuple[str, bytes]]:
    spec = find_spec(name)
    if spec is None or not spec.origin or not spec.origin.endswith(".py"):
        raise SchedulerError(
            f"The package {name} of this Python cannot be put into a bundle: its source is not there. "
            'Install it with pip, or launch with package="name".'
        )
    origin = Path(spec.origin)
    if spec.submodule_search_locations is None:
        return iter([(origin.name, origin.read_bytes())])
    return _modules(origin.parent, name, UNUSED)


def _papers(distribution: str) -> Iterator[tuple[str, bytes]]:
    """The metadata and the licences of a package, where the import system finds them."""
    try:
        found = metadata.distribution(distribution)
    except metadata.PackageNotFoundError:
        raise SchedulerError(
            f"The package {distribution} runs from its source here: a bundle needs it installed, with its licence. "
            "Install it with pip (also as editable)."
        ) from None
    folder = f"{distribution.replace('-', '_')}-{found.version}.dist-info"
    yield f"{folder}/{METADATA}", _head((found.read_text(METADATA) or "").encode())
    for file in found.files or ():
        if ".dist-info" in file.parts[0] and file.name.lower().startswith(LICENCE_NAMES):
            yield f"{folder}/{'/'.join(file.parts[1:])}", Path(str(file.locate())).read_bytes()


def _head(paper: bytes) -> bytes:
    """The metadata without the description, which is the package's whole README."""
    return paper.partition(b"\n\n")[0] + b"\n"


def _papers_in(folder: Root, place: str) -> Iterator[tuple[str, bytes]]:
    for path in folder.iterdir():
        if path.is_dir():
            yield from _papers_in(path, f"{place}/{path.name}")
        elif path.name == METADATA:
            yield f"{place}/{METADATA}", _head(path.read_bytes())
        elif path.name.lower().startswith(LICENCE_NAMES):
            yield f"{place}/{path.name}", path.read_bytes()


# -- time zones
def _zone_names(definition: Definition) -> set[str]:
    """The zones of all schedules; UTC, too, because a slim image may have none."""
    return {"UTC", *(str(schedule.recurrence.timezone) for schedule in definition.schedules)}


def _zone(name: str) -> bytes:
    places: Iterable[Root] = (Path(folder) for folder in zoneinfo.TZPATH)
    for place in places:
        if (path := place / name).is_file():
            return path.read_bytes()
    return resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()

"""The structure of the package: who may import whom, what stays pure, and what is loaded when."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import clearml_sched_widgets

PACKAGE = "clearml_sched_widgets"
ROOT = Path(clearml_sched_widgets.__file__).parent

# The floors of the house, from the ground up: (rooms, what they are). A room may import the rooms of its own line that
# stand before it, and everything on the lines above. A new room gets its place here and in CONTRIBUTING.md.
FLOORS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("errors", "bidi", "surrogates", "markup", "records"), "plain records, the exceptions, other people's texts"),
    (("definition",), "what a user configures"),
    (("recurrence", "conditions", "codec"), "when a schedule is due; what counts as an event; JSON and YAML"),
    (("policy",), "what follows from a definition, a state and a moment"),
    (("simulation",), "policy on a virtual clock"),
    (("sentences",), "words made of data"),
    (("gateway",), "the only way to ClearML"),
    (("engine",), "the thin shell: one step after the other"),
    (("views",), "what is shown of an instance, and why something has not run"),
    (("next_runs", "service", "bundle", "instances", "manager"), "what users hold"),
    (("widgets",), "the form, the dashboard and the app"),
    (("cli",), "what starts things"),
)

# The sandbox stands beside all of it: a server that shared code with its client would prove nothing about it. Nobody
# knows it but the command line, which starts it.
BESIDE: dict[str, set[str]] = {"sandbox": {"errors"}}
ALSO: dict[str, set[str]] = {"cli": {"sandbox"}}

MOST_MODULES = 12  # beside each other in one folder of `engine` and `widgets`

PURE_ROOMS = ("definition", "codec", "recurrence", "conditions", "policy", "simulation", "sentences")


def _allowed() -> dict[str, set[str]]:
    allowed, below = {}, set[str]()
    for rooms, _ in FLOORS:
        for place, room in enumerate(rooms):
            allowed[room] = {*below, *rooms[:place], *ALSO.get(room, ())}
        below.update(rooms)
    return {**allowed, **BESIDE}


# By room: the other rooms that it may import.
ALLOWED = _allowed()
GROUND = FLOORS[0][0]
PURE = sorted(path for room in PURE_ROOMS for path in (ROOT / room).rglob("*.py"))
IMPURE_MODULES = {
    *("anywidget", "clearml", "ipywidgets", "pandas"),
    *("asyncio", "httpx", "logging", "os", "random", "requests", "socket", "subprocess", "threading", "time", "urllib"),
}
CLOCK_METHODS = {"now", "utcnow", "today", "monotonic", "perf_counter", "time_ns"}
IO_FUNCTIONS = {"open", "print", "input"}


def modules() -> list[Path]:
    return sorted(path for path in ROOT.rglob("*.py") if path != ROOT / "__init__.py")


def label(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """The line and the full dotted name of everything that a file imports, wherever in the file it does."""
    parts = [PACKAGE, *path.relative_to(ROOT).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = parts[: len(parts) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def room_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def floor_of(room: str) -> str:
    """The sentence of the floor that a room is on."""
    return next((sentence for rooms, sentence in FLOORS if room in rooms), "an embedded server, beside all of it")


def why_not(room: str, target: str) -> str:
    """What is wrong with an import, in the words of FLOORS."""
    if floor_of(room) == floor_of(target):
        return f'on the floor "{floor_of(room)}", {target} stands after {room}'
    return f'"{floor_of(target)}" is not below "{floor_of(room)}"'


def wrong_imports(path: Path) -> list[str]:
    room = room_of(path)
    if room not in ALLOWED:
        return [f"{label(path)}: give the room {room!r} its floor in FLOORS"]
    wrong = []
    for line, name in imported(path):
        package, _, rest = name.partition(".")
        target = rest.partition(".")[0]
        if package == PACKAGE and target in ALLOWED and target != room and target not in ALLOWED[room]:
            wrong.append(f"{label(path)}:{line}: {room} may not import {target}; {why_not(room, target)}")
    return wrong


def dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join([PACKAGE, *(parts[:-1] if parts[-1] == "__init__" else parts)])


def needed(path: Path, names: set[str]) -> set[str]:
    """The modules of the package that a file imports."""
    found = {name if name in names else name.rpartition(".")[0] for _, name in imported(path)} & names
    return found - {dotted(path)}


def test_no_two_modules_need_each_other_also_inside_a_folder() -> None:
    names = {dotted(path) for path in modules()}
    TopologicalSorter({dotted(path): needed(path, names) for path in modules()}).prepare()  # raises CycleError


@pytest.mark.parametrize("path", modules(), ids=label)
def test_imports_point_only_down_the_floors(path: Path) -> None:
    assert wrong_imports(path) == []


def test_a_wrong_import_is_noticed_in_all_its_forms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    (tmp_path / "engine").mkdir()
    path = tmp_path / "engine" / "loop.py"
    path.write_text(
        f"import {PACKAGE}.manager\nfrom {PACKAGE} import widgets\nfrom ..service import main\n"
        f"from .. import cli\nfrom . import state\nfrom {PACKAGE}.gateway.base import Gateway\n"
    )
    wrong = wrong_imports(path)
    assert [line.partition(";")[0].split(" ")[-1] for line in wrong] == ["manager", "widgets", "service", "cli"]
    assert wrong[0].endswith('; "what users hold" is not below "the thin shell: one step after the other"')
    stranger = tmp_path / "utils.py"
    stranger.write_text("")
    assert wrong_imports(stranger) == ["utils.py: give the room 'utils' its floor in FLOORS"]


def test_every_room_of_the_package_has_its_floor() -> None:
    assert {room_of(path) for path in modules()} == set(ALLOWED)


def crowded(folder: Path) -> int:
    """The modules beside each other in a folder, but for the one that only introduces it."""
    return sum(path.name != "__init__.py" for path in folder.glob("*.py"))


@pytest.mark.parametrize("room", ["engine", "widgets"])
def test_no_folder_is_a_corridor_of_doors(room: str) -> None:
    folders = [ROOT / room, *(path for path in (ROOT / room).rglob("*") if path.is_dir())]
    assert {label(folder): crowded(folder) for folder in folders if crowded(folder) > MOST_MODULES} == {}


def test_only_what_reads_the_sdks_configuration_imports_clearml() -> None:
    importers = {label(path) for path in modules() for _, name in imported(path) if name.partition(".")[0] == "clearml"}
    assert importers == {"gateway/sdk_configuration.py"}


def impurities(path: Path) -> list[str]:
    """Imports and calls by which a file could read a clock, do I/O or pull in something heavy."""
    found = [f"{line}: imports {name}" for line, name in imported(path) if name.partition(".")[0] in IMPURE_MODULES]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Attribute) and node.func.attr in CLOCK_METHODS:
            found.append(f"{node.lineno}: reads a clock with {node.func.attr}()")
        elif isinstance(node.func, ast.Name) and node.func.id in IO_FUNCTIONS:
            found.append(f"{node.lineno}: does I/O with {node.func.id}()")
    return found


@pytest.mark.parametrize("path", PURE, ids=label)
def test_a_pure_module_reads_no_clock_and_does_no_io(path: Path) -> None:
    assert impurities(path) == []


@pytest.mark.parametrize("room", PURE_ROOMS)
def test_a_pure_room_imports_only_pure_rooms_and_the_ground_floor(room: str) -> None:
    assert ALLOWED[room] <= {*PURE_ROOMS, *GROUND}


def test_an_impure_module_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    path = tmp_path / "rule.py"
    path.write_text("import time\nfrom datetime import datetime\ndatetime.now()\nopen('x')\n")
    assert impurities(path) == ["1: imports time", "3: reads a clock with now()", "4: does I/O with open()"]


def loaded_by(statement: str) -> set[str]:
    """The top-level packages that a new interpreter has loaded after a statement, and the modules of this one."""
    code = f"{statement}\nimport sys, json\nprint(json.dumps(list(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    names: list[str] = json.loads(done.stdout.splitlines()[-1])
    return {name if name.startswith(PACKAGE) else name.partition(".")[0] for name in names}


def test_the_package_alone_loads_none_of_its_modules() -> None:
    loaded = loaded_by(f"import {PACKAGE}; dir({PACKAGE})")
    assert {name for name in loaded if name.startswith(PACKAGE)} == {PACKAGE}
    assert not loaded & {"anywidget", "attrs", "clearml", "ipywidgets", "pandas"}


def test_the_definition_loads_nothing_of_the_simulation_and_the_engine() -> None:
    loaded = loaded_by(f"import {PACKAGE}.definition")
    own = {name.split(".")[1] for name in loaded if name.startswith(f"{PACKAGE}.")}
    assert own == {"bidi", "definition", "errors", "markup", "surrogates"}


def test_the_wizard_loads_no_clearml() -> None:
    loaded = loaded_by(f"from {PACKAGE} import Wizard, Dashboard, SchedulerApp")
    assert "anywidget" in loaded
    assert "clearml" not in loaded


@pytest.mark.parametrize("module", ["engine", "manager", "service"])
def test_what_runs_on_an_agent_loads_neither_pandas_nor_a_widget(module: str) -> None:
    loaded = loaded_by(f"import {PACKAGE}.{module}")
    assert f"{PACKAGE}.{module}" in loaded
    assert not loaded & {"anywidget", "clearml", "ipywidgets", "pandas", f"{PACKAGE}.widgets"}


@pytest.mark.parametrize("name", clearml_sched_widgets.__all__)
def test_every_public_name_resolves_to_what_its_home_defines(name: str) -> None:
    value = getattr(clearml_sched_widgets, name)
    assert value.__name__ == name
    assert value.__module__.startswith(f"{PACKAGE}.{clearml_sched_widgets._HOME[name]}")
    assert name in dir(clearml_sched_widgets)


def test_type_checkers_see_the_same_names_from_the_same_modules() -> None:
    tree = ast.parse((ROOT / "__init__.py").read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    typed = {
        alias.name: (node.module or "").removeprefix(f"{PACKAGE}.")
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert typed == clearml_sched_widgets._HOME
    assert sorted(clearml_sched_widgets.__all__) == sorted(typed)


def test_an_unknown_name_is_an_attribute_error_that_names_it() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Crontab'"):
        getattr(clearml_sched_widgets, "Crontab")  # noqa: B009 - a type checker would refuse the direct form

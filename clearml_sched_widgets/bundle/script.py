"""Chooses what an agent installs and runs, by the user's word, and checks it before anything is made."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import tarfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit
from zipfile import BadZipFile, ZipFile

import attrs

from clearml_sched_widgets.bundle import bootstrap, contents
from clearml_sched_widgets.definition import Definition
from clearml_sched_widgets.errors import InvalidDefinition, Problem

BUNDLE, NAME = "bundle", "name"
DISTRIBUTION = "clearml-sched-widgets"
MOST_CHARACTERS = 450_000  # of the script: the SDK keeps no longer ones either
LINE = 120  # characters of the archive in a line of the script
EXPECTED = (
    'expected "bundle", "name" (pip installs it by its name), the address of a package ("https://…", "git+https://…") '
    "or the path of a wheel"
)
# All that a service without a bundle needs is to be installed.
INSTALLED = '''"""Runs the scheduler instance that is saved in this very task."""

from clearml_sched_widgets.service import main

if __name__ == "__main__":
    main()
'''


@attrs.frozen
class Script:
    """The code of a service's task, and its pip requirements."""

    code: str = attrs.field(repr=False)
    requirements: tuple[str, ...]


def problems(definition: Definition, package: str = BUNDLE, requirements: Iterable[str] = ()) -> list[Problem]:
    """What is wrong with the user's choice for a definition."""
    extra = requirements if isinstance(requirements, str) else tuple(requirements)
    found = choice_problems(package, extra)
    return found if found or not carries(package) else list(_missing_regex(definition, extra))


def choice_problems(package: str, requirements: Sequence[str]) -> list[Problem]:
    """What is wrong with the user's choice, whatever the definition."""
    if isinstance(requirements, str):
        message = 'expected a list of pip requirements, such as ["regex>=2024"]'
        return [Problem("requirements", requirements, message), *_package_problems(package)]
    return [*_requirement_problems(requirements), *_package_problems(package)]


def make_script(definition: Definition, package: str = BUNDLE, requirements: Iterable[str] = ()) -> Script:
    """The script with which an agent runs a definition.

    `package`: "bundle" puts the scheduler into the script, the path of a wheel that wheel's; "name" or an address has
    the agent's pip install it. `requirements` are more packages for pip.
    Raises InvalidDefinition with all problems.
    """
    if found := problems(definition, package, requirements):
        raise InvalidDefinition(found)
    if not carries(package):
        own = f"{DISTRIBUTION}=={version(DISTRIBUTION)}" if package == NAME else f"{DISTRIBUTION} @ {package}"
        return Script(INSTALLED, (own, *requirements))
    code = _bundle(contents.files(definition, Path(package) if package != BUNDLE else None))
    if len(code) > MOST_CHARACTERS:
        message = f"its {len(code):,} characters are more than the {MOST_CHARACTERS:,} of a task's script; {EXPECTED}"
        raise InvalidDefinition([Problem("package", package, message)])
    return Script(code, ("clearml", *requirements))


def carries(package: str) -> bool:
    """Whether the script carries the scheduler in itself."""
    return package == BUNDLE or is_wheel(package)


def is_wheel(package: str) -> bool:
    """Whether the word is the path of a wheel on this machine."""
    return package.endswith(".whl") and "://" not in package


# -- checks
def _package_problems(package: object) -> Iterator[Problem]:
    if not isinstance(package, str) or not package.strip():
        yield Problem("package", package, EXPECTED)
    elif is_wheel(package):
        yield from _wheel_problems(package)
    elif "://" in package:
        yield from _address_problems(package)
    elif package not in (BUNDLE, NAME):
        yield Problem("package", package, EXPECTED)


def _wheel_problems(package: str) -> Iterator[Problem]:
    path = Path(package)
    if not path.is_file():
        yield Problem("package", package, f"there is no such file ({path.absolute()}); expected the path of a wheel")
        return
    try:
        with ZipFile(path) as wheel:
            ours = f"{contents.OWN}/service.py" in wheel.namelist()
    except (BadZipFile, OSError):
        ours = False
    if not ours:
        yield Problem("package", package, f"it is no wheel of {DISTRIBUTION}")


def _address_problems(package: str) -> Iterator[Problem]:
    if re.search(r"\s", package):
        yield Problem("package", package, "expected an address without blanks")
        return
    try:
        parts = urlsplit(package)
        secret = parts.password is not None or (parts.username is not None and "ssh" not in parts.scheme)
    except ValueError:
        yield Problem("package", package, EXPECTED)
        return
    if secret:  # everybody who sees the task sees its requirements
        shown = package.replace(parts.netloc, f"…@{parts.netloc.rpartition('@')[2]}")
        message = "expected an address without user and password: give them to the agent's pip or git"
        yield Problem("package", shown, message)


def _requirement_problems(requirements: Sequence[object]) -> Iterator[Problem]:
    for index, requirement in enumerate(requirements):
        path = f"requirements[{index}]"
        if not isinstance(requirement, str) or not requirement.strip() or "\n" in requirement:
            yield Problem(path, requirement, 'expected a pip requirement, such as "regex>=2024"')
        elif _name(requirement) == DISTRIBUTION:
            yield Problem(path, requirement, 'this package itself: use package="name", an address or a wheel')


def _name(requirement: str) -> str:
    """The package's name in a pip requirement, as pip compares names; empty if it begins with none."""
    found = re.match(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)", requirement)
    return re.sub(r"[-_.]+", "-", found[1]).lower() if found else ""


def _missing_regex(definition: Definition, requirements: Sequence[str]) -> Iterator[Problem]:
    if "regex" in map(_name, requirements):
        return
    message = 'it needs the package regex, which no bundle can carry: add requirements=["regex"], or use package="name"'
    for index, trigger in enumerate(definition.triggers):
        if trigger.select.name_regex:
            yield Problem(f"triggers[{index}].select.name_regex", trigger.select.name_regex, message)


# -- the bundle
def _bundle(files: Mapping[str, bytes]) -> str:
    """The script that carries these files. The same files always give the same script."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:xz", preset=9) as tar:
        for path, data in sorted(files.items()):
            member = tarfile.TarInfo(path)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    data = archive.getvalue()
    text = base64.b85encode(data).decode()
    code = Path(bootstrap.__file__).read_text(encoding="utf-8")
    code = code.replace('SHA256 = ""', f'SHA256 = "{hashlib.sha256(data).hexdigest()}"')
    lines = [f"{bootstrap.MARK}{text[start : start + LINE]}" for start in range(0, len(text), LINE)]
    return "\n".join([code, *lines, ""])

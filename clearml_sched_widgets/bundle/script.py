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
from typing import Any
from urllib.parse import urlsplit
from zipfile import BadZipFile

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
NO_LOGIN = "expected an address without user and password, as the task shows it to all: give them to the agent's pip"
SCHEMES = frozenset({"http", "https", "file", *(f"git+{scheme}" for scheme in ("http", "https", "ssh", "file"))})
SSH = frozenset({"ssh", "git+ssh"})
LOGIN = re.compile(r"([\w+.-]+)://([^/@\s]*)@")
NO_PORT = re.compile(r"(://[^/@:\s]+:)(?!\d+(?:[/?#]|$))[^/?#@\s]+")
SECRET_PARAMETER = re.compile(r"([?&](?:\w*token|\w*key|password|secret)=)[^&#\s]+", re.IGNORECASE)
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
    extra = as_given(requirements)
    found = choice_problems(package, extra)
    return found if found or not carries(package) else list(missing_regex(definition, extra))


def as_given(requirements: Any) -> Any:
    """The requirements as a tuple. What is no list of them stays as it is, for the check to name it."""
    is_list = isinstance(requirements, Iterable) and not isinstance(requirements, (str, bytes, Mapping))
    return tuple(requirements) if is_list else requirements


def choice_problems(package: str, requirements: object) -> list[Problem]:
    """What is wrong with the user's choice, whatever the definition."""
    if not isinstance(requirements, tuple):
        message = 'expected a list of pip requirements, such as ["regex>=2024"]'
        return [Problem("requirements", requirements, message), *_package_problems(package)]
    return [*_requirement_problems(requirements), *_package_problems(package)]


def make_script(definition: Definition, package: str = BUNDLE, requirements: Iterable[str] = ()) -> Script:
    """The script with which an agent runs a definition.

    `package`: "bundle" puts the scheduler into the script, the path of a wheel that wheel's; "name" or an address has
    the agent's pip install it. `requirements` are more packages for pip.
    Raises InvalidDefinition with all problems.
    """
    requirements = as_given(requirements)
    if found := problems(definition, package, requirements):
        raise InvalidDefinition(found)
    if not carries(package):
        own = f"{DISTRIBUTION}=={version(DISTRIBUTION)}" if package == NAME else f"{DISTRIBUTION} @ {package}"
        return Script(INSTALLED, (own, *requirements))
    code = _bundle(contents.files(definition, Path(package).expanduser() if package != BUNDLE else None))
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
    try:
        path = Path(package).expanduser()
        if not path.is_file():
            yield Problem(
                "package", package, f"there is no such file ({path.absolute()}); expected the path of a wheel"
            )
            return
        ours = f"{contents.OWN}/service.py" in contents.of_wheel(path)  # reads all of it
    except (BadZipFile, OSError, RuntimeError, NotImplementedError):
        ours = False
    if not ours:
        yield Problem("package", package, f"it is no wheel of {DISTRIBUTION}")


def _address_problems(package: str) -> Iterator[Problem]:
    if not package.isprintable() or " " in package:
        yield Problem("package", package, "expected an address without blanks")
    elif _holds_login(package):
        yield Problem("package", without_logins(package), NO_LOGIN)
    elif not _is_address(package):
        yield Problem("package", without_logins(package), EXPECTED)


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        _ = parts.port  # a password may stand there, too
    except ValueError:
        return False
    return parts.scheme in SCHEMES and (bool(parts.hostname) or (parts.scheme == "file" and bool(parts.path)))


def _holds_login(text: str) -> bool:
    """Whether an address in the text has a password, or a user who may be a token. `git@` is how SSH names its user."""
    logins = (login for scheme, login in LOGIN.findall(text) if ":" in login or scheme.lower() not in SSH)
    return any(logins) or SECRET_PARAMETER.search(text) is not None


def without_logins(text: str) -> str:
    """The text with `…` in place of logins, for messages."""
    text = NO_PORT.sub(r"\1…", text)
    return SECRET_PARAMETER.sub(r"\1…", LOGIN.sub(r"\1://…@", text))


def _requirement_problems(requirements: Sequence[object]) -> Iterator[Problem]:
    for index, requirement in enumerate(requirements):
        path = f"requirements[{index}]"
        if not isinstance(requirement, str) or not requirement.isprintable() or not _name(requirement):
            message = 'expected a pip requirement, such as "regex>=2024"; options of pip are the agent\'s'
            yield Problem(path, requirement, message)
        elif _holds_login(requirement):
            yield Problem(path, without_logins(requirement), NO_LOGIN)
        elif DISTRIBUTION in re.sub(r"[-_.]+", "-", requirement).lower():
            yield Problem(path, requirement, 'this package itself: use package="name", an address or a wheel')


def _name(requirement: str) -> str:
    """The package's name in a pip requirement, as pip compares names; empty if it begins with none."""
    found = re.match(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)", requirement)
    return re.sub(r"[-_.]+", "-", found[1]).lower() if found else ""


def missing_regex(definition: Definition, requirements: Sequence[str]) -> Iterator[Problem]:
    """A problem for each trigger that searches names by a regular expression, for which a bundle needs one package."""
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

"""The script of a service: what it carries, what it says when it is damaged, and which choices are refused."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
import zipfile
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest

from clearml_sched_widgets import (
    Action,
    Daily,
    Definition,
    InvalidDefinition,
    Schedule,
    Select,
    StatusChanged,
    TaskTrigger,
)
from clearml_sched_widgets.bundle import bootstrap, contents, make_script, script
from clearml_sched_widgets.errors import SchedulerError

NIGHTLY = Definition("nightly", [Schedule(Action("a" * 32), Daily("06:20", timezone="Pacific/Auckland"))])
LIMIT = 450_000


@pytest.fixture(scope="module")
def code() -> str:
    return make_script(NIGHTLY).code


def archive_of(code: str, folder: Path) -> dict[str, bytes]:
    path = folder / "service.py"
    path.write_text(code)
    # The archive's hash is in the script; `read_archive` compares with that of the module.
    found = re.search(r'^SHA256 = "(\w+)"', code, re.MULTILINE)
    assert found
    bootstrap.SHA256, before = found[1], bootstrap.SHA256
    try:
        data = bootstrap.read_archive(str(path))
    finally:
        bootstrap.SHA256 = before
    with tarfile.open(fileobj=BytesIO(data), mode="r:xz") as archive:
        return {member.name: content.read() for member in archive if (content := archive.extractfile(member))}


def run(code: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    path = folder / "service.py"
    path.write_text(code)
    return subprocess.run(
        [sys.executable, path], cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_it_is_small_enough_for_a_task_and_the_same_for_the_same_definition(code: str) -> None:
    assert len(code) < LIMIT
    assert make_script(NIGHTLY) == script.Script(code, ("clearml",))
    assert max(map(len, code.splitlines())) <= 122


def test_it_carries_the_zones_of_its_definition_and_all_licences(code: str, tmp_path: Path) -> None:
    files = archive_of(code, tmp_path)
    assert sorted(name for name in files if name.startswith("zones/")) == ["zones/Pacific/Auckland", "zones/UTC"]
    assert files["zones/UTC"].startswith(b"TZif")
    licences = {name.partition("-")[0] for name in files if ".dist-info/" in name and "licen" in name.lower()}
    packages = {name.replace("-", "_") for name in contents.PACKAGES}
    assert licences == {*packages, "clearml_sched_widgets"}
    assert len(files) == len(contents.files(NIGHTLY))


def test_no_widget_no_sandbox_and_no_test_is_in_it(code: str, tmp_path: Path) -> None:
    rooms = {name.split("/")[1] for name in archive_of(code, tmp_path) if name.startswith("clearml_sched_widgets/")}
    assert rooms & {"widgets", "sandbox", "instances", "manager.py", "bundle", "cli.py"} == set()
    assert rooms >= {"engine", "gateway", "policy", "service.py"}


IMPORTED = """
import json, sys
sys.path.insert(0, sys.argv[1])
import clearml_sched_widgets.service as service
try:
    service.main()
except SystemExit as end:
    said = str(end)
import clearml_sched_widgets.gateway.clearml, clearml_sched_widgets.views.history, croniter, pyhocon
tops = {name.partition(".")[0] for name in sys.modules}
print(json.dumps([said, service.__file__, sorted(tops)]))
"""


def test_a_service_imports_no_widget_no_pandas_no_jupyter_and_no_clearml(code: str, tmp_path: Path) -> None:
    folder = tmp_path / "unpacked"
    for name, data in archive_of(code, tmp_path).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED, folder],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={},
    )
    said, place, tops = json.loads(done.stdout)
    assert said == "CLEARML_TASK_ID is not set: this module is run by a clearml-agent, not by hand."
    assert place.startswith(str(folder))
    assert not {"anywidget", "clearml", "IPython", "ipykernel", "ipywidgets", "numpy", "pandas", "regex"} & set(tops)


def test_it_runs_and_leaves_no_folder(code: str, tmp_path: Path) -> None:
    done = run(code, tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "CLEARML_TASK_ID is not set: this module is run by a clearml-agent, not by hand.\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["service.py"]


@pytest.mark.parametrize("damage", ["cut", "changed", "empty"])
def test_a_damaged_script_says_so(code: str, tmp_path: Path, damage: str) -> None:
    lines = code.splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("#="))
    damaged = {
        "cut": code[: len(code) * 2 // 3],
        "changed": "\n".join([*lines[:-3], lines[-2], lines[-3], lines[-1]]),
        "empty": "\n".join(lines[:first]),
    }[damage]
    done = run(damaged, tmp_path)
    assert done.returncode == 1
    assert done.stderr == (
        "The scheduler in this script is damaged. Resume the instance in a notebook: that writes it anew.\n"
    )


def test_an_older_python_is_named(code: str, tmp_path: Path) -> None:
    """It begins with every Python 3.6; of this one, only the number is changed."""
    old = code.replace("import tempfile\n", "import tempfile\n\nsys.version_info = (3, 8, 1)\n", 1)
    done = run(old, tmp_path)
    assert done.returncode == 1
    assert done.stderr == (
        "The scheduler needs Python 3.10 or newer, but this one is 3.8. "
        f"This is {sys.executable}; choose an agent, or an image for the task, that has a Python that is newer.\n"
    )


def test_a_python_without_clearml_is_named(code: str, tmp_path: Path) -> None:
    without = code.replace("import tempfile\n", 'import tempfile\n\nsys.modules["requests"] = None\n', 1)
    done = run(without, tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("The scheduler needs what comes with clearml: ")
    assert "requests" in done.stderr


def test_another_version_that_was_imported_before_is_not_used(code: str, tmp_path: Path) -> None:
    fake = 'import types\n\nsys.modules["clearml_sched_widgets"] = sys.modules["attr"] = types.ModuleType("x")\n'
    done = run(code.replace("import tempfile\n", f"import tempfile\n{fake}", 1), tmp_path)
    assert done.stderr.startswith("CLEARML_TASK_ID is not set")


# -- other packages
def test_by_name_the_agents_pip_installs_this_version() -> None:
    made = make_script(NIGHTLY, "name", ["regex>=2024"])
    assert made.requirements == (f"clearml-sched-widgets=={version('clearml-sched-widgets')}", "regex>=2024")
    assert made.code.endswith("main()\n")


@pytest.mark.parametrize(
    "address", ["https://example.org/a.whl", "git+https://example.org/a.git@main", "git+ssh://git@example.org/a.git"]
)
def test_an_address_is_given_to_pip(address: str) -> None:
    assert make_script(NIGHTLY, address).requirements == (f"clearml-sched-widgets @ {address}",)


def wheel(folder: Path, service: str) -> Path:
    path = folder / "clearml_sched_widgets-9.9.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("clearml_sched_widgets/__init__.py", "")
        made.writestr("clearml_sched_widgets/service.py", service)
        made.writestr("clearml_sched_widgets-9.9.0.dist-info/METADATA", "Name: x\nVersion: 9.9.0\n\nlong text")
    return path


def test_a_wheel_travels_in_the_task(tmp_path: Path) -> None:
    path = wheel(
        tmp_path, "from importlib.metadata import version\ndef main(): print(version('clearml-sched-widgets'))\n"
    )
    made = make_script(NIGHTLY, str(path))
    assert made.requirements == ("clearml",)
    assert run(made.code, tmp_path).stdout == "9.9.0\n"


# -- refused
@pytest.mark.parametrize(
    ("package", "said"),
    [
        ("pip", 'expected "bundle", "name"'),
        ("", 'expected "bundle", "name"'),
        (None, 'expected "bundle", "name"'),
        ("nowhere.whl", "there is no such file (/"),
        ("https://user:geheim@example.org/a.whl", "expected an address without user and password"),
        ("git+https://token@example.org/a.git", "expected an address without user and password"),
        ("https://example.org/a b", "expected an address without blanks"),
        ("https://[::1", 'expected "bundle", "name"'),
        ("://", 'expected "bundle", "name"'),
        ("https:///x", 'expected "bundle", "name"'),
        ("s3://bucket/x.whl", 'expected "bundle", "name"'),
        ("https://h:geheim/x", 'expected "bundle", "name"'),
        ("https://h/x?token=geheim", "expected an address without user and password"),
        ("nossh+https://token@h/x", "expected an address without user and password"),
        ("git+ssh://git:geheim@h/x", "expected an address without user and password"),
        ("https://h/x\u202e", "expected an address without blanks"),
    ],
)
def test_a_wrong_package_is_refused_and_no_secret_repeated(package: str, said: str) -> None:
    with pytest.raises(InvalidDefinition) as caught:
        make_script(NIGHTLY, package)
    assert [problem.path for problem in caught.value.problems] == ["package"]
    assert said in str(caught.value)
    assert "geheim" not in str(caught.value)
    assert "token@" not in str(caught.value)


@pytest.mark.parametrize("content", [b"no archive", b""])
def test_a_file_that_is_no_wheel_of_ours_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.whl"
    path.write_bytes(content)
    with pytest.raises(InvalidDefinition, match="it is no wheel of clearml-sched-widgets"):
        make_script(NIGHTLY, str(path))


@pytest.mark.parametrize(
    "requirement", ["clearml-sched-widgets", "Clearml_Sched.Widgets==0.1", "clearml-sched-widgets[sandbox] @ https://a"]
)
def test_our_own_name_in_the_requirements_is_refused(requirement: str) -> None:
    with pytest.raises(InvalidDefinition, match=r'requirements\[1\] = .*: this package itself: use package="name"'):
        make_script(NIGHTLY, requirements=["attrs", requirement])


@pytest.mark.parametrize(
    "requirement",
    [
        *("regex @ https://u:geheim@h/x.whl", "git+https://geheim@h/x", "regex @ https://h/x.whl?access_token=geheim"),
        "https://u:geheim@h/x.whl#egg=regex",
    ],
)
def test_a_login_in_a_requirement_is_refused_and_not_repeated(requirement: str) -> None:
    with pytest.raises(InvalidDefinition, match="expected an address without user and password") as caught:
        make_script(NIGHTLY, requirements=[requirement])
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    "requirement", ["", " ", "a\nb", "a\rb", "a\u2028b", "-r x.txt", "--index-url https://h", "-e .", 3]
)
def test_a_requirement_that_is_none_is_refused(requirement: str) -> None:
    with pytest.raises(InvalidDefinition, match="expected a pip requirement"):
        make_script(NIGHTLY, "name", [requirement])


@pytest.mark.parametrize("requirements", ["attrs", None, 5, {"attrs": 1}])
def test_requirements_that_are_no_list_are_refused(requirements: list[str]) -> None:
    with pytest.raises(InvalidDefinition, match=r"requirements = .*: expected a list of pip requirements"):
        make_script(NIGHTLY, requirements=requirements)


def test_a_name_regex_needs_a_package_that_no_bundle_can_carry() -> None:
    select = Select(name_regex="^train")
    trigger = TaskTrigger(Action("a" * 32), StatusChanged(to=["completed"]), select)
    definition = Definition("nightly", triggers=[trigger])
    with pytest.raises(
        InvalidDefinition, match=r"triggers\[0\].select.name_regex = '\^train': it needs the package regex"
    ):
        make_script(definition)
    assert make_script(definition, requirements=["regex>=2024"]).requirements == ("clearml", "regex>=2024")
    assert make_script(definition, "name").requirements[1:] == ()


def test_a_bundle_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(script, "MOST_CHARACTERS", 300_000)
    with pytest.raises(
        InvalidDefinition, match=r"package = 'bundle': its 3\d\d,\d\d\d characters are more than the 300,000"
    ):
        make_script(NIGHTLY)


def test_a_package_whose_source_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "find_spec", lambda _: SimpleNamespace(origin="/frozen.pyc"))
    contents._needs.cache_clear()
    with pytest.raises(SchedulerError, match=r"The package attr of this Python cannot be put into a bundle"):
        make_script(NIGHTLY)


def test_a_package_that_was_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(contents.PACKAGES, "no-such-package", ("attr",))
    contents._needs.cache_clear()
    with pytest.raises(SchedulerError, match="The package no-such-package runs from its source here"):
        make_script(NIGHTLY)

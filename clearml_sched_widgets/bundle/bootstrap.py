"""Runs the scheduler instance that is saved in this very task. The lines with #= at the end are the scheduler."""
# It begins on old Pythons, too, and says what it needs.

import base64
import hashlib
import io
import os
import shutil
import sys
import tarfile
import tempfile

SHA256 = ""  # of the archive
MARK = "#="  # begins a line of the archive
OLDEST_PYTHON = (3, 10)
ANOTHER = f"This is {sys.executable}; choose an agent, or an image for the task, that has a Python"


def read_archive(path: str) -> bytes:
    """Return the archive in a script. Exits with what is wrong if it is damaged."""
    with open(path, encoding="utf-8") as script:  # noqa: PTH123
        lines = [line[len(MARK) :].strip() for line in script if line.startswith(MARK)]
    try:
        data = base64.b85decode("".join(lines))
    except ValueError:
        data = b""
    if hashlib.sha256(data).hexdigest() != SHA256:
        sys.exit("The scheduler in this script is damaged. Resume the instance in a notebook: that writes it anew.")
    return data


def unpack(data: bytes, folder: str) -> None:
    """Write the archive's files into a folder."""
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:xz") as archive:
        for member in archive:
            content = archive.extractfile(member)
            assert content is not None
            path = os.path.join(folder, *member.name.split("/"))  # noqa: PTH118
            os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120
            with open(path, "wb") as file:  # noqa: PTH123
                file.write(content.read())


def run(folder: str) -> None:
    """Run the service with the modules and, where the system has none, the time zones of a folder."""
    sys.path.insert(0, folder)
    carried = {name.split(".")[0] for name in os.listdir(folder)}  # noqa: PTH208
    for name in [name for name in sys.modules if name.split(".")[0] in carried]:
        del sys.modules[name]  # imported before, by what runs at Python's start: perhaps another version
    try:
        import zoneinfo

        import requests  # noqa: F401 - a service needs it, and a Python without clearml has it rarely

        zoneinfo.reset_tzpath([*zoneinfo.TZPATH, os.path.join(folder, "zones")])  # noqa: PTH118
        from clearml_sched_widgets.service import main
    except ImportError as error:
        sys.exit(f"The scheduler needs what comes with clearml: {error}. {ANOTHER} with clearml.")
    main()


def start() -> None:
    """Check this Python, unpack, and run."""
    if sys.version_info < OLDEST_PYTHON:
        version = ".".join(map(str, sys.version_info[:2]))
        sys.exit(f"The scheduler needs Python 3.10 or newer, but this one is {version}. {ANOTHER} that is newer.")
    data = read_archive(__file__)
    beside = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - the agent clears it, even after a kill
    folder = tempfile.mkdtemp(prefix="scheduler-", dir=beside if os.access(beside, os.W_OK) else None)
    try:
        unpack(data, folder)
        run(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    start()

"""Keeps the wheel of a release for `tests/engine/test_releases.py`, without the widgets and the sandbox.

python scripts/keep_release.py dist/clearml_sched_widgets-0.1.0-py3-none-any.whl
"""

from __future__ import annotations

import sys
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

FOLDER = Path(__file__).parent.parent / "tests" / "releases"
LEFT_OUT = ("clearml_sched_widgets/widgets/", "clearml_sched_widgets/sandbox/")


def main(wheel: Path) -> None:
    """Copy the wheel, and delete those of earlier releases."""
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.whl"):
        old.unlink()
    kept = FOLDER / wheel.name
    with ZipFile(wheel) as source, ZipFile(kept, "w", ZIP_DEFLATED, compresslevel=9) as target:
        for member in source.infolist():
            if not member.filename.startswith(LEFT_OUT):
                target.writestr(member, source.read(member), compress_type=ZIP_DEFLATED, compresslevel=9)
    print(f"{kept}: {kept.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Build hook that adds the page's JavaScript bundle to the package, so that installing a wheel needs no Node."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUNDLE = ("index.js", "index.css")
STATIC = Path("clearml_sched_widgets", "widgets", "static")


class BundleHook(BuildHookInterface):
    """Builds the bundle with npm if it is missing or older than its sources. Raises RuntimeError if it cannot."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        root = Path(self.root)
        built = [root / STATIC / name for name in BUNDLE]
        missing = not all(path.is_file() for path in built)
        if not missing and not _is_stale(built, root / "js"):
            return
        npm = shutil.which("npm")
        if npm is not None:
            _build(npm, root / "js")
        elif missing:
            raise RuntimeError(
                f"{STATIC} has no widget bundle and there is no npm to build it. Install Node.js 20 or newer, or "
                "install a released wheel, which has the bundle in it."
            )
        else:
            self.app.display_warning(f"{STATIC} is older than js/src, and there is no npm to build it again.")


def _is_stale(built: list[Path], js: Path) -> bool:
    sources = [path for path in (js / "src").rglob("*") if path.is_file()]
    sources += [path for path in (js / "build.mjs", js / "package-lock.json") if path.is_file()]
    oldest = min(path.stat().st_mtime for path in built)
    return any(path.stat().st_mtime > oldest for path in sources)


def _build(npm: str, js: Path) -> None:
    for command in ([npm, "ci"], [npm, "run", "build"]):
        done = subprocess.run(command, cwd=js, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            command_line = " ".join(["npm", *command[1:]])
            raise RuntimeError(f"`{command_line}` in {js} failed with {done.returncode}:\n{done.stdout}{done.stderr}")

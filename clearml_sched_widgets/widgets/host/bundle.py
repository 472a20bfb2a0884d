"""The paths of the built page code."""

from __future__ import annotations

from pathlib import Path

STATIC = Path(__file__).parents[1] / "static"


def built(name: str) -> Path:
    """The path of one built file. Raises FileNotFoundError, which says how to build it, if it is missing."""
    path = STATIC / name
    if not path.is_file():
        raise FileNotFoundError(
            f"The widgets' page code is not built: {path} is missing. Run `make setup` in the checkout (or "
            "`npm ci` and `npm run build` in its js folder), or install a released wheel, which has it."
        )
    return path

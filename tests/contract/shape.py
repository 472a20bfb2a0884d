"""Compares the keys and types of two JSON values, not their values."""

from __future__ import annotations

import re
from typing import Any

CUT = "\u2026"  # marks omitted items in the recording
_ID = re.compile(r"^[0-9a-f]{32}$")


def is_id(value: Any) -> bool:
    """True if a value looks like an object's id."""
    return isinstance(value, str) and bool(_ID.match(value))


def whole(values: list[Any]) -> list[Any]:
    """A recorded list without the marks of omitted items."""
    return [value for value in values if not (isinstance(value, str) and value.startswith(CUT))]


def differences(recorded: Any, ours: Any, ids: dict[str, str], path: str = "") -> list[str]:
    """The differences in keys and types, each with its path. `ids` maps recorded ids to ours."""
    if isinstance(recorded, dict) and isinstance(ours, dict):
        names = {ids.get(key, key): key for key in recorded}
        found = [f"{path}.{key}: missing" for key in names if key not in ours]
        found += [f"{path}.{key}: not in the recording" for key in ours if key not in names]
        for key, name in names.items():
            if key in ours:
                found += differences(recorded[name], ours[key], ids, f"{path}.{key}")
        return found
    if isinstance(recorded, list) and isinstance(ours, list):
        return _list_differences(whole(recorded), ours, ids, path)
    if _type(recorded) != _type(ours):
        return [f"{path}: {_type(recorded)} in the recording, {_type(ours)} here"]
    return []


def _list_differences(recorded: list[Any], ours: list[Any], ids: dict[str, str], path: str) -> list[str]:
    if recorded and not ours:
        return [f"{path}: empty here"]
    by_id = {item.get("id"): item for item in ours if isinstance(item, dict)}
    found = []
    for index, item in enumerate(recorded):
        key = ids.get(str(item.get("id"))) if isinstance(item, dict) else None
        if key is not None and key not in by_id:
            found.append(f"{path}[{index}]: not found here")
            continue
        match = by_id[key] if key is not None else ours[min(index, len(ours) - 1)]
        found += differences(item, match, ids, f"{path}[{index}]")
    return found


def _type(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return type(value).__name__
    return "number" if isinstance(value, (int, float)) else type(value).__name__

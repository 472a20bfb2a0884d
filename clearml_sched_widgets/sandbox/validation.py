"""Checks a request against the description of its endpoint, with the real server's errors."""

from __future__ import annotations

from clearml_sched_widgets.sandbox.call import Call, Endpoint
from clearml_sched_widgets.sandbox.errors import VALIDATION
from clearml_sched_widgets.sandbox.store import Doc

# The types of required fields, where an endpoint does not declare another one.
_COMMON_TYPES: dict[str, type] = {"ids": list, "tasks": list, "task": str, "model": str, "queue": str, "project": str}
_COMMON_TYPES.update({"name": str, "worker": str, "force": bool, "queue_name": str, "configuration": list})


def check(endpoint: Endpoint, call: Call) -> None:
    """Check required fields, types, lengths and choices; fill in defaults.

    Raises:
        ApiError: 400/12, naming the field.
    """
    data = call.data
    for name in endpoint.required:
        if data.get(name) is None:
            raise VALIDATION(f"error for field '{name}'. field is required!")
        expected = endpoint.types.get(name, _COMMON_TYPES.get(name))
        if expected is not None and not isinstance(data[name], expected):
            raise _wrong_type(name, data, expected)
    for name, expected in endpoint.types.items():
        if data.get(name) is not None and not isinstance(data[name], expected):
            raise _wrong_type(name, data, expected)
    for name in endpoint.nonempty:
        if not data.get(name):
            problem = f"value '{data.get(name)}' length is lower than allowed minimum '1'!"
            raise VALIDATION(f"error for field '{name}'. {problem}")
    for name, allowed in endpoint.choices.items():
        if data.get(name) is not None and data[name] not in allowed:
            raise VALIDATION(
                f"error for field '{name}'. value '{data[name]}' not found in valid values: {', '.join(allowed)}"
            )
    for name, value in endpoint.defaults.items():
        if data.get(name) is None:
            data[name] = value


def _wrong_type(name: str, data: Doc, expected: type | tuple[type, ...]) -> Exception:
    names = " or ".join(kind.__name__ for kind in (expected if isinstance(expected, tuple) else (expected,)))
    return VALIDATION(f"error for field '{name}'. value is wrong, expected type \"{names}\", received {data[name]}.")

"""Parses JSON and YAML texts into plain data, and reports keys that occur twice in one mapping."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from clearml_sched_widgets.errors import InvalidDefinition, Problem

REPEATED_KEY = "this key stands more than once in one mapping: keep one of them"

NUMBER_TOO_LONG = "it has a number of thousands of digits"


class _Mapping(dict[Any, Any]):
    """A mapping that was read from a text, with its repeated keys. The last value of a repeated key counts."""

    repeated: tuple[Any, ...] = ()


def parse(text: str) -> tuple[object, list[Problem]]:
    """The data of a JSON or YAML text, and a problem for each repeated key.

    Raises InvalidDefinition for a text that is neither.
    """
    if not isinstance(text, str):
        raise InvalidDefinition([Problem("text", text, "expected a text in JSON or YAML")])
    data = _parse_json(text) if text.lstrip("\ufeff \t\r\n").startswith("{") else _parse_yaml(text)
    return data, list(_repeated_key_problems(data))


def _repeated_key_problems(data: object) -> Iterator[Problem]:
    """A problem for each repeated key. Each part is visited once, because a YAML alias may make it contain itself."""
    parts, seen = [("", data)], set()
    while parts:
        path, part = parts.pop()
        if not isinstance(part, (dict, list)) or id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, list):
            parts += [(f"{path}[{index}]", element) for index, element in enumerate(part)]
            continue
        parts += [(_key_path(path, key), value) for key, value in part.items()]
        if isinstance(part, _Mapping):
            yield from (Problem(_key_path(path, key), part[key], REPEATED_KEY) for key in part.repeated)


def _key_path(path: str, key: object) -> str:
    """The path of a key: a name after a dot, anything else in brackets."""
    named = isinstance(key, str) and key.isidentifier()
    return f"{path}[{key!r}]" if not named else f"{path}.{key}" if path else str(key)


def _repeated_keys(keys: Iterable[Hashable]) -> tuple[Any, ...]:
    return tuple(key for key, count in Counter(keys).items() if count > 1)


def _unreadable(kind: str, what: str, line: int, column: int) -> InvalidDefinition:
    return InvalidDefinition([Problem("", f"line {line}, column {column}", f"this is not {kind}: {what}")])


def _parse_json(text: str) -> object:
    try:
        return json.loads(text.lstrip("\ufeff"), object_pairs_hook=_json_mapping)
    except json.JSONDecodeError as error:
        raise _unreadable("JSON", error.msg, error.lineno, error.colno) from None
    except ValueError:
        raise _unreadable("a definition", NUMBER_TOO_LONG, 1, 1) from None
    except RecursionError:
        raise _unreadable("a definition", "it is nested too deeply", 1, 1) from None


def _json_mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = _Mapping(pairs)
    if len(mapping) < len(pairs):
        mapping.repeated = _repeated_keys(key for key, _ in pairs)
    return mapping


def _parse_yaml(text: str) -> object:
    import yaml

    try:
        data = yaml.load(text, _yaml_loader())
        if "*" in text and _is_alias_bomb(data):
            raise _unreadable("a definition", "its aliases (*) make it very many times as large", 1, 1)
        return data
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise _unreadable("YAML", error.problem or error.context or "unreadable", line, column) from None
    except yaml.YAMLError as error:
        raise _unreadable("YAML", str(error), 1, 1) from None
    except (ValueError, OverflowError):
        raise _unreadable("a definition", NUMBER_TOO_LONG, 1, 1) from None
    except RecursionError:
        raise _unreadable("a definition", "it is nested too deeply", 1, 1) from None


def _is_alias_bomb(data: object) -> bool:
    """Whether nested YAML aliases expand the data so far beyond its own size that reading it would take too long."""
    sizes: dict[int, int] = {}
    own_size = 0

    def size(part: object) -> int:
        nonlocal own_size
        if not isinstance(part, (dict, list)):
            return 1
        if id(part) not in sizes:
            sizes[id(part)] = 0  # while it is being measured: it may contain itself
            own_size += 1 + len(part)
            sizes[id(part)] = 1 + sum(size(each) for each in (part.values() if isinstance(part, dict) else part))
        return sizes[id(part)]

    return size(data) > 20 * own_size + 1000


@cache
def _yaml_loader() -> Any:
    """The safe loader without two surprises of YAML 1.1, which reads 18:20 as 1100 and a date as no text."""
    import yaml

    class Loader(yaml.SafeLoader):
        pass

    replaced_tags = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:timestamp")
    Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag not in replaced_tags]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    Loader.add_implicit_resolver(replaced_tags[0], re.compile(r"[-+]?(0|[1-9][0-9]*)$"), list("-+0123456789"))
    Loader.add_constructor("tag:yaml.org,2002:map", _yaml_mapping)
    return Loader


def _yaml_mapping(loader: Any, node: Any) -> Iterator[Mapping[Any, Any]]:
    mapping = _Mapping()
    yield mapping  # filled later, because it may contain itself
    # A key that overrides one from a merge (<<) is not a repeated key.
    own = [key for key, _ in node.value if key.id == "scalar" and key.tag != "tag:yaml.org,2002:merge"]
    mapping.update(loader.construct_mapping(node))
    mapping.repeated = _repeated_keys(loader.construct_object(key) for key in own)

"""JSON and YAML texts as plain data. A key that stands twice in one mapping is reported: neither format forbids it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from clearml_sched_widgets.errors import InvalidDefinition, Problem

TWICE = "this key stands more than once in one mapping: keep one of them"


class _Mapping(dict[Any, Any]):
    """A mapping of a text, with the keys that stand in it more than once; of their values the last counts."""

    repeated: tuple[Any, ...] = ()


def parsed(text: str) -> tuple[object, list[Problem]]:
    """The data of a JSON or YAML text, and a problem for each repeated key.

    Raises InvalidDefinition for a text that is neither.
    """
    if not isinstance(text, str):
        raise InvalidDefinition([Problem("text", text, "expected a text in JSON or YAML")])
    data = _parsed_json(text) if text.lstrip("\ufeff \t\r\n").startswith("{") else _parsed_yaml(text)
    return data, list(_repetitions(data))


def _repetitions(data: object) -> Iterator[Problem]:
    """A problem for every repeated key. Each part is looked at once: aliases of YAML may even make it hold itself."""
    parts, seen = [("", data)], set()
    while parts:
        path, part = parts.pop()
        if not isinstance(part, (dict, list)) or id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, list):
            parts += [(f"{path}[{index}]", element) for index, element in enumerate(part)]
            continue
        parts += [(_under(path, key), value) for key, value in part.items()]
        if isinstance(part, _Mapping):
            yield from (Problem(_under(path, key), part[key], TWICE) for key in part.repeated)


def _under(path: str, key: object) -> str:
    """The path of a key: a name after a dot, anything else in brackets."""
    named = isinstance(key, str) and key.isidentifier()
    return f"{path}[{key!r}]" if not named else f"{path}.{key}" if path else str(key)


def _more_than_once(keys: Iterable[Hashable]) -> tuple[Any, ...]:
    return tuple(key for key, count in Counter(keys).items() if count > 1)


def _unreadable(kind: str, what: str, line: int, column: int) -> InvalidDefinition:
    return InvalidDefinition([Problem("", f"line {line}, column {column}", f"this is not {kind}: {what}")])


def _parsed_json(text: str) -> object:
    try:
        return json.loads(text.lstrip("\ufeff"), object_pairs_hook=_json_mapping)
    except json.JSONDecodeError as error:
        raise _unreadable("JSON", error.msg, error.lineno, error.colno) from None
    except RecursionError:
        raise _unreadable("a definition", "it is nested too deeply", 1, 1) from None


def _json_mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = _Mapping(pairs)
    if len(found) < len(pairs):
        found.repeated = _more_than_once(key for key, _ in pairs)
    return found


def _parsed_yaml(text: str) -> object:
    import yaml

    try:
        data = yaml.load(text, _yaml_loader())
        if "*" in text and _multiplied(data):
            raise _unreadable("a definition", "its aliases (*) make it very many times as large", 1, 1)
        return data
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise _unreadable("YAML", error.problem or error.context or "unreadable", line, column) from None
    except yaml.YAMLError as error:
        raise _unreadable("YAML", str(error), 1, 1) from None
    except RecursionError:
        raise _unreadable("a definition", "it is nested too deeply", 1, 1) from None


def _multiplied(data: object) -> bool:
    """Whether aliases of aliases stand for more than anybody could have meant: reading it would take for ever."""
    sizes: dict[int, int] = {}
    own = 0

    def size(part: object) -> int:
        nonlocal own
        if not isinstance(part, (dict, list)):
            return 1
        if id(part) not in sizes:
            sizes[id(part)] = 0  # as long as it is looked at: it may hold itself
            own += 1 + len(part)
            sizes[id(part)] = 1 + sum(size(each) for each in (part.values() if isinstance(part, dict) else part))
        return sizes[id(part)]

    return size(data) > 20 * own + 1000


@cache
def _yaml_loader() -> Any:
    """The safe loader, but for two surprises of YAML 1.1: 18:20 is 1100 there, and a date is no text."""
    import yaml

    class Loader(yaml.SafeLoader):
        pass

    changed = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:timestamp")
    Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag not in changed]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    Loader.add_implicit_resolver(changed[0], re.compile(r"[-+]?(0|[1-9][0-9]*)$"), list("-+0123456789"))
    Loader.add_constructor("tag:yaml.org,2002:map", _yaml_mapping)
    return Loader


def _yaml_mapping(loader: Any, node: Any) -> Iterator[Mapping[Any, Any]]:
    found = _Mapping()
    yield found  # filled later: it may hold itself
    # A key that stands here and comes in by a merge (<<) too is no repetition.
    own = [key for key, _ in node.value if key.id == "scalar" and key.tag != "tag:yaml.org,2002:merge"]
    found.update(loader.construct_mapping(node))
    found.repeated = _more_than_once(loader.construct_object(key) for key in own)

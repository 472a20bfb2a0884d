"""Writes a definition as versioned JSON or YAML, and reads it back. No other package knows the format.

One InvalidDefinition reports all problems of a document, each with its full path, such as
`schedules[2].recurrence.times[0]`. The hooks below therefore never raise: for a part that cannot be read they return a
`Bad`, which the enclosing part collects.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from difflib import get_close_matches
from functools import cache, partial
from operator import is_
from typing import Any, Literal, get_args, get_origin

import attrs
import cattrs

from clearml_sched_widgets.codec.texts import parse
from clearml_sched_widgets.definition import Condition, Definition, Function, Latest, Rule, Trigger, values
from clearml_sched_widgets.definition.checks import Bad, bad, key_of
from clearml_sched_widgets.definition.display import is_default, moment_text, time_text
from clearml_sched_widgets.definition.items import TRIGGERS
from clearml_sched_widgets.definition.rules import RULES
from clearml_sched_widgets.definition.values import duration_text
from clearml_sched_widgets.definition.when import CONDITIONS, MOST_CONDITIONS, TOO_MANY
from clearml_sched_widgets.errors import InvalidDefinition, Problem

VERSION = 2  # the newest version of the format; a definition is written in the oldest one that can hold it

# The base classes with several kinds: the key that names the kind, and the kinds by name.
Kinds = Mapping[str, type]
FAMILIES: dict[type, tuple[str, Kinds]] = {
    Rule: ("type", RULES),
    Condition: ("type", CONDITIONS),
    Trigger: ("entity", TRIGGERS),
}
# The order of keys is for people who read the text: these keys come first and last.
LEADING_KEYS = ("id", "task", "latest", "name", "description", "poll_every", "enabled", "run_at_start")
TRAILING_KEYS = ("timezone", "start", "end")


def to_data(definition: Definition) -> dict[str, Any]:
    """The definition as plain dicts, lists, strings, numbers and booleans, with its format's version."""
    return {"version": needed_version(definition), **_converter().unstructure(definition)}


def needed_version(definition: Definition) -> int:
    """The oldest version of the format that can hold the definition: a reader of an older one does not know it all."""
    return max(_versions(definition), default=1)


def _versions(value: Any) -> Iterator[int]:
    """The versions since which the conditions and the fields in a part of a definition exist.

    A field counts as far as it says something.
    """
    if isinstance(value, tuple):
        for element in value:
            yield from _versions(element)
    elif attrs.has(type(value)):
        if isinstance(value, Condition):
            yield value.since
        for field in attrs.fields(type(value)):
            if values.SINCE in field.metadata and not is_default(value, field):
                yield field.metadata[values.SINCE]
            yield from _versions(getattr(value, field.name))


def from_data(data: object) -> Definition:
    """The definition in data that `to_data` made or somebody wrote by hand. A missing version means 1.

    Raises InvalidDefinition with all problems.
    """
    if not isinstance(data, Mapping):
        raise InvalidDefinition([Problem("", data, "expected a mapping with the keys of a definition")])
    problems = list(_version_problems(data))
    rest = {key: value for key, value in data.items() if key != "version"}
    definition = _converter().structure(rest, Definition)
    problems += definition.problems if isinstance(definition, Bad) else ()
    reported = {problem.path for problem in problems}
    problems += [problem for problem in _repeated_ids(rest) if problem.path not in reported]
    if problems:
        raise InvalidDefinition(problems)
    return definition


def dumps(definition: Definition, format: Literal["json", "yaml"] = "json", *, functions: bool = False) -> str:
    """The definition as a text of that format. Raises ValueError for another format.

    Raises InvalidDefinition for items that call Python functions, which cannot be saved. With `functions`, their names
    are written instead, by which the kernel that has the functions finds them again.
    """
    if not isinstance(definition, Definition):
        raise InvalidDefinition([Problem("definition", definition, "expected a Definition")])
    if not functions:
        _refuse_functions(definition)
    if format == "json":
        return json.dumps(to_data(definition), indent=2, ensure_ascii=False)
    if format == "yaml":
        import yaml

        data = to_data(definition)
        # PyYAML folds these line breaks into blanks unless it escapes them.
        allow_unicode = not re.search("[\x85\u2028\u2029]", json.dumps(data, ensure_ascii=False))
        return yaml.safe_dump(data, sort_keys=False, allow_unicode=allow_unicode)
    raise ValueError(f'format: expected "json" or "yaml", got {format!r}')


def _refuse_functions(definition: Definition) -> None:
    message = "a Python function cannot be saved or exported: it lives in this kernel only; launch it from here"
    functions = [(path, item.action.function) for path, item in definition.paths() if item.action.function]
    if functions:
        raise InvalidDefinition(Problem(f"{path}.action.function", each.name, message) for path, each in functions)


def loads(text: str) -> Definition:
    """The definition in a JSON or YAML text. Raises InvalidDefinition, also for a text that is neither."""
    data, repeated = parse(text)
    try:
        definition = from_data(data)
    except InvalidDefinition as error:
        repeated_paths = {problem.path for problem in repeated}
        raise InvalidDefinition(
            [*repeated, *(each for each in error.problems if each.path not in repeated_paths)]
        ) from None
    if repeated:
        raise InvalidDefinition(repeated)
    return definition


def _version_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    version = data.get("version", 1)
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        yield Problem("version", version, f"expected the version of the format, 1 to {VERSION}")
    elif version > VERSION:
        message = f"made by a newer version of clearml-sched-widgets; this one reads 1 to {VERSION}: upgrade it"
        raise InvalidDefinition([Problem("version", version, message)])


def _repeated_ids(data: Mapping[str, Any]) -> Iterator[Problem]:
    """A problem for each repeated id. It reads the data itself, because an item that cannot be read has an id, too."""
    given = [
        (f"{key}[{index}].id", item.get("id"))
        for key in ("schedules", "triggers")
        if isinstance(data.get(key), list)
        for index, item in enumerate(data[key])
        if isinstance(item, Mapping)
    ]
    ids = [(path, value.strip()) for path, value in given if isinstance(value, str)]
    counts = Counter(value for _, value in ids)
    for path, value in ids:
        if counts[value] > 1:
            yield Problem(path, value, "expected an id that no other item has")


@cache
def _converter() -> cattrs.Converter:
    converter = cattrs.Converter()
    converter.register_unstructure_hook(timedelta, duration_text)
    converter.register_unstructure_hook(time, time_text)
    converter.register_unstructure_hook(dt.date, dt.date.isoformat)
    converter.register_unstructure_hook(datetime, moment_text)
    converter.register_unstructure_hook(Function, str)
    converter.register_unstructure_hook_func(attrs.has, lambda instance: _unstructure(instance, converter))
    converter.register_structure_hook_func(attrs.has, lambda data, kind: _structure(data, kind, converter))
    converter.register_structure_hook_func(
        _is_tuple_of_parts, lambda data, kind: _structure_list(data, kind, converter)
    )
    for base, (key, kinds) in FAMILIES.items():
        converter.register_structure_hook_func(partial(is_, base), _family_reader(key, kinds, converter))
    return converter


def _unstructure(instance: Any, converter: cattrs.Converter) -> dict[str, Any]:
    fields = {
        key_of(field): getattr(instance, field.name)
        for field in attrs.fields(type(instance))
        if values.SINCE not in field.metadata or not is_default(instance, field)  # so that older readers can read it
    }
    return {
        **_kind_key(instance),
        **{key: _unstructure_value(fields[key], converter) for key in sorted(fields, key=_key_position)},
    }


def _key_position(key: str) -> int:
    """Sort key of a mapping's keys; keys with the same value keep their order."""
    return LEADING_KEYS.index(key) - len(LEADING_KEYS) if key in LEADING_KEYS else int(key in TRAILING_KEYS)


def _unstructure_value(value: Any, converter: cattrs.Converter) -> Any:
    if isinstance(value, tuple):
        return [_unstructure_value(element, converter) for element in value]
    return converter.unstructure(value)


def _kind_key(instance: object) -> dict[str, str]:
    for base, (key, kinds) in FAMILIES.items():
        if isinstance(instance, base):
            return {key: next(name for name, kind in kinds.items() if kind is type(instance))}
    return {}


def _family_reader(key: str, kinds: Kinds, converter: cattrs.Converter) -> Any:
    """A hook that reads the kind that the data names under `key`."""

    def read(data: object, _base: type) -> Any:
        if not isinstance(data, Mapping):
            return bad(data, f'expected a mapping with the key "{key}"')
        name = data.get(key)
        if not isinstance(name, str) or name not in kinds:
            near = get_close_matches(str(name), kinds, 1)
            hint = f'; did you mean "{near[0]}"?' if near else ""
            return Bad((Problem(key, name, f"expected one of {', '.join(kinds)}{hint}"),))
        if kinds is CONDITIONS and _has_too_many_conditions(data):
            return bad(None, TOO_MANY)
        return converter.structure({each: data[each] for each in data if each != key}, kinds[name])

    return read


def _has_too_many_conditions(data: object) -> bool:
    """Whether a condition's data holds more conditions than one may. A YAML alias may make it contain itself."""
    left, count = [data], 0
    while left and count <= MOST_CONDITIONS:
        each, count = left.pop(), count + 1
        if isinstance(each, Mapping):
            parts = each.get("parts")
            left += [each["condition"]] if "condition" in each else []
            left += parts[: MOST_CONDITIONS + 1] if isinstance(parts, (list, tuple)) else []
    return count > MOST_CONDITIONS


def _is_tuple_of_parts(kind: Any) -> bool:
    """Whether a field's type is a tuple of attrs classes."""
    return get_origin(kind) is tuple and attrs.has(get_args(kind)[0])


def _structure_list(data: object, kind: Any, converter: cattrs.Converter) -> Any:
    if not isinstance(data, (list, tuple)):
        return bad(data, "expected a list")
    return tuple(converter.structure(element, get_args(kind)[0]) for element in data)


def _structure(data: object, kind: type, converter: cattrs.Converter) -> Any:
    """An object of an attrs class, or a Bad with all problems of its data."""
    if not isinstance(data, Mapping):
        return bad(data, f"expected a mapping with the keys of {_with_article(kind.__name__)}")
    fields = {key_of(field): field for field in _fields(kind)}
    given = {
        field.name.lstrip("_"): _field_value(data, key, field, converter)
        for key, field in fields.items()
        if key in data or field.default is attrs.NOTHING
    }
    unknown = tuple(_unknown_key(key, data[key], fields) for key in data if key not in fields)
    try:
        instance = kind(**given)
    except InvalidDefinition as error:
        return Bad(error.problems + unknown)
    return Bad(unknown) if unknown else instance


def _field_value(data: Mapping[str, Any], key: str, field: Any, converter: cattrs.Converter) -> Any:
    if key not in data:
        return bad(None, "expected a value: this key is required")
    if field.type == Latest | None:
        return None if data[key] is None else converter.structure(data[key], Latest)
    if attrs.has(field.type) or _is_tuple_of_parts(field.type):
        return converter.structure(data[key], field.type)
    return data[key]  # the field's own converter reads it


@cache
def _fields(kind: type) -> Any:
    return attrs.fields(attrs.resolve_types(kind))


def _unknown_key(key: object, value: object, fields: Mapping[str, Any]) -> Problem:
    near = get_close_matches(str(key), fields, 1)
    hint = f'did you mean "{near[0]}"?' if near else f"expected one of {', '.join(fields)}"
    return Problem(str(key), value, f"there is no such key; {hint}")


def _with_article(name: str) -> str:
    return name if name.endswith("s") else f"{'an' if name[0] in 'AEIOU' else 'a'} {name}"

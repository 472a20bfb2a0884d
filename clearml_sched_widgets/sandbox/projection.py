"""Selects the fields of documents for an answer, and expands references to objects."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from clearml_sched_widgets.sandbox.conditions import unescape
from clearml_sched_widgets.sandbox.errors import INVALID_FIELDS
from clearml_sched_widgets.sandbox.kinds import Kind
from clearml_sched_widgets.sandbox.store import Doc

Fetch = Callable[[str, set[str], "list[str] | None"], dict[str, Doc]]


def check_fields(kind: Kind, names: list[str]) -> None:
    """Refuse fields that the kind does not have.

    Raises:
        ApiError: 400/14.
    """
    unknown = [name for name in names if name.lstrip("-").partition(".")[0] not in kind.fields]
    if unknown:
        raise INVALID_FIELDS(fields=unknown, object=kind.title)


def select(kind: Kind, doc: Doc, only: list[str]) -> Doc:
    """Return the fields of a document that `only` names (dotted paths; `-` excludes), or all but the hidden ones."""
    include = [name for name in only if not name.startswith("-")]
    exclude = (set(kind.hidden_fields) | {name[1:] for name in only if name.startswith("-")}) - set(include)
    chosen: Doc = {} if include else {key: value for key, value in doc.items() if key not in exclude}
    for name in include:
        _copy_field(name.split("."), doc, chosen)
    for name in exclude:
        _drop_field(name.split("."), chosen)
    return chosen


def _copy_field(parts: list[str], source: Doc, target: Doc) -> None:
    key = unescape(parts[0])
    if key not in source:
        return
    value, rest = source[key], parts[1:]
    if not rest or rest == ["*"]:
        target[key] = value
    elif isinstance(value, dict):
        _copy_field(rest, value, target.setdefault(key, {}))
    elif isinstance(value, list):
        copies = target.setdefault(key, [{} for _ in value])
        for item, copied in zip(value, copies, strict=True):
            if isinstance(item, dict):
                _copy_field(rest, item, copied)


def _drop_field(parts: list[str], doc: Doc) -> None:
    key, rest = unescape(parts[0]), parts[1:]
    if not rest:
        doc.pop(key, None)
    elif isinstance(doc.get(key), dict):
        doc[key] = dict(doc[key])
        _drop_field(rest, doc[key])


def split_references(kind: Kind, only: list[str]) -> tuple[list[str], dict[str, list[str]]]:
    """Split `only_fields` into fields of the document itself, and sub-fields by reference."""
    own: list[str] = []
    inner: dict[str, list[str]] = {}
    for name in only:
        plain = name.replace(".*.", ".")
        ref = next((ref for ref in kind.refs if plain.startswith(f"{ref}.")), None)
        if ref is None:
            own.append(name.removesuffix(".*"))
        else:
            inner.setdefault(ref, []).append(plain[len(ref) + 1 :])
    own = [name for name in own if not any(name.startswith(f"{other}.") for other in own if other != name)]
    for ref in inner:
        if not any(ref == name or ref.startswith(f"{name}.") for name in own):
            own.append(ref)
    if own and not all(name.startswith("-") for name in own) and "id" not in own:
        own.append("id")
    return own, inner


def expand(kind: Kind, docs: list[Doc], inner: dict[str, list[str]], fetch: Fetch) -> None:
    """Replace references by objects: `{"id": …}` with the requested sub-fields."""
    for ref, target in kind.refs.items():
        holders = [holder for doc in docs for holder in _reference_holders(doc, ref.split("."))]
        key = ref.rpartition(".")[2]
        wanted = inner.get(ref)
        referenced: dict[str, Doc] = {}
        if wanted:
            ids = {holder[key] for holder in holders if holder[key]}
            referenced = fetch(target, ids, None if "*" in wanted else wanted)
        for holder in holders:
            id_ = holder[key]
            holder[key] = {"id": id_, **referenced.get(id_, {})} if id_ else {}


def _reference_holders(doc: Any, parts: list[str]) -> Iterator[Doc]:
    if isinstance(doc, list):
        for item in doc:
            yield from _reference_holders(item, parts)
    elif isinstance(doc, dict) and parts[0] in doc:
        if len(parts) == 1:
            yield doc
        else:
            yield from _reference_holders(doc[parts[0]], parts[1:])

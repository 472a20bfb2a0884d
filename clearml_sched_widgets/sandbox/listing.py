"""Answers list requests (`get_all` and `get_all_ex`): filters, sorts, pages or scrolls, and selects fields."""

from __future__ import annotations

from typing import Any

from clearml_sched_widgets.sandbox import identity
from clearml_sched_widgets.sandbox.call import Call
from clearml_sched_widgets.sandbox.conditions import Condition, operand
from clearml_sched_widgets.sandbox.errors import FIELD_VALUE, INVALID_FIELDS, MISSING_FIELDS, VALIDATION
from clearml_sched_widgets.sandbox.filters import compile_filters
from clearml_sched_widgets.sandbox.kinds import KINDS, Kind
from clearml_sched_widgets.sandbox.projection import check_fields, expand, select, split_references
from clearml_sched_widgets.sandbox.store import Doc, Store

MAX_PAGE = 500
_COMPANY = {"id": identity.COMPANY_ID, "name": identity.COMPANY_NAME}


def list_docs(call: Call, kind: Kind, extra: Condition | None = None, *, join: bool) -> Doc:
    """Answer a list request: `{kind: [documents]}`, plus `scroll_id` when scrolling.

    With `join` (`get_all_ex`), references become objects with the fields that `only_fields` names.
    """
    only = _only_fields(call.data)
    own, inner = split_references(kind, only) if join else (only, {})
    check_fields(kind, own)
    where = Condition.join([compile_filters(kind, call.data), *([extra] if extra else [])], "AND")
    order, params = _order_by(kind, call.data)
    start, size, scroll = _page_bounds(call)
    docs = call.store.find(kind, where.sql, [*where.params, *params], order, size, start)
    docs = [select(kind, doc, own) for doc in docs]
    if join:
        expand(kind, docs, inner, lambda name, ids, fields: fetch(call.store, name, ids, fields))
    answer: Doc = {kind.name: docs}
    if scroll is not None:
        call.state.save_scroll(scroll, start + len(docs))
        answer["scroll_id"] = scroll
    return answer


def fetch(store: Store, name: str, ids: set[str], fields: list[str] | None) -> dict[str, Doc]:
    """Return referenced objects by id, with the given fields (None: all). Expands their own references too."""
    if name == "companies":
        return {identity.COMPANY_ID: dict(_COMPANY)}
    kind = KINDS[name]
    own, inner = split_references(kind, fields or [])
    check_fields(kind, own)
    docs = [select(kind, doc, own) for doc in store.get_many(kind, ids).values()]
    expand(kind, docs, inner, lambda name, ids, fields: fetch(store, name, ids, fields))
    return {doc["id"]: doc for doc in docs}


def _only_fields(data: Doc) -> list[str]:
    only = data.get("projection") or data.get("only_fields") or []
    return [only] if isinstance(only, str) else list(only)


def _order_by(kind: Kind, data: Doc) -> tuple[str, list[Any]]:
    wanted = data.get("order_by") or []
    names = [wanted] if isinstance(wanted, str) else [str(name) for name in wanted]
    if "@text_score" in names and not data.get("search_text"):
        raise FIELD_VALUE("text score cannot be used in order_by when search text is not used")
    names = [name for name in names if name != "@text_score"]
    if not names:
        return "seq", []
    if "id" not in names and "-id" not in names:
        names.append("id")
    terms: list[str] = []
    params: list[Any] = []
    for index, name in enumerate(names):
        field = name.lstrip("-+")
        if field.partition(".")[0] not in kind.fields:
            raise INVALID_FIELDS(field=field, object=kind.title)
        expr = operand(kind, field)
        if index == 0 and not name.startswith("-") and field not in kind.never_null:
            terms.append(f"coalesce({expr.sql}, '') = ''")  # documents without the field come last
            params += expr.params
        terms.append(f"{expr.sql}{' DESC' if name.startswith('-') else ''}")
        params += expr.params
    return ", ".join(terms), params


def _page_bounds(call: Call) -> tuple[int, int, str | None]:
    data = call.data
    if "scroll_id" in data:
        size = data.get("size")
        if not isinstance(size, int) or size < 1:
            raise VALIDATION("Integer size parameter greater than 1 should be provided when working with scroll")
        scroll = data["scroll_id"] or identity.new_id()
        start = call.state.scrolls.get(scroll, 0)
        if data.get("refresh_scroll"):
            start, size = 0, max(start, size)
        return start, size, str(scroll)
    page, size = data.get("page", 0), data.get("page_size", MAX_PAGE)
    if page is not None and page < 0:
        raise VALIDATION("page must be >=0", field="page")
    if size is not None and size < 1:
        raise VALIDATION("page_size must be >0", field="page_size")
    if size is None:
        if page is not None:
            raise MISSING_FIELDS("page_size is required when page is requested", field="page_size")
        return 0, -1, None
    size = min(size, MAX_PAGE)
    return (page or 0) * size, size, None


def not_tagged(kind: Kind, tag: str) -> Condition:
    """The condition for documents without this system tag."""
    return compile_filters(kind, {"system_tags": ["__$not", tag]})

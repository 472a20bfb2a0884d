"""Remembers which instance the draft of a form changes, so that a page that is loaded again knows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import traitlets

from clearml_sched_widgets.widgets.host.messages import Handler, Request


class ShowsForm(traitlets.HasTraits):
    """The traits of a widget that has a form beside its instances."""

    draft = traitlets.Dict().tag(sync=True)
    form = traitlets.Unicode().tag(sync=True)
    editing = traitlets.Dict().tag(sync=True)  # the instance that the draft changes; empty for a new instance


class EditingPart:
    """Remembers which instance the draft changes."""

    def __init__(self) -> None:
        self._editing: dict[str, Any] = {}

    def instant_handlers(self) -> Mapping[str, Handler]:
        return {"editing": self._on_editing}

    def slow_handlers(self) -> Mapping[str, Handler]:
        return {}

    def state(self) -> dict[str, Any]:
        return {"editing": self._editing}

    def refresh(self) -> None:
        """There is nothing to read."""

    def _on_editing(self, request: Request) -> dict[str, Any]:
        editing = {key: request.text(key, "") for key in ("id", "name", "base")}
        self._editing = editing if editing["id"] else {}
        return {}

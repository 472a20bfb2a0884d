"""The form inside of a widget that shows instances: what it changes, known to a page that is loaded again, too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import traitlets

from clearml_sched_widgets.widgets.host.messages import Handler, Request


class ShowsForm(traitlets.HasTraits):
    """The traits of a widget that has a form beside its instances."""

    draft = traitlets.Dict().tag(sync=True)
    form = traitlets.Unicode().tag(sync=True)
    editing = traitlets.Dict().tag(sync=True)  # the instance that the draft changes; empty if it is a new one


class EditingPart:
    """Remembers which instance the draft changes."""

    def __init__(self) -> None:
        self._editing: dict[str, Any] = {}

    def instant(self) -> Mapping[str, Handler]:
        return {"editing": self._on_editing}

    def slow(self) -> Mapping[str, Handler]:
        return {}

    def state(self) -> dict[str, Any]:
        return {"editing": self._editing}

    def refresh(self) -> None:
        """There is nothing to read."""

    def _on_editing(self, request: Request) -> dict[str, Any]:
        found = {key: request.text(key, "") for key in ("id", "name", "base")}
        self._editing = found if found["id"] else {}
        return {}

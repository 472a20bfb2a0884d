"""Routes a page's messages to a subshell of the kernel, the only place that handles them while a cell runs."""

from __future__ import annotations

from typing import Any


def route_by_page_subshell(comm: Any) -> None:
    """Make the kernel handle a widget's messages in the subshell that the page asked for, if there is one.

    ipykernel 7.4 handles them in the shell that last published on the comm. If a background thread published, that is
    the main shell, where the messages wait for the running cell. Removing the attribute restores the behaviour of
    older versions, which follow the page. No version requires the attribute, and other versions do not have it.
    """
    vars(comm).pop("_reply_subshell_id", None)

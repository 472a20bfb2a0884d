"""While a cell runs, a page's messages are handled only if they go to a subshell of the kernel."""

from __future__ import annotations

from typing import Any


def let_the_page_choose(comm: Any) -> None:
    """Have the kernel send a widget's messages where the page asked for, which is a subshell where there is one.

    ipykernel 7.4 sends them to the shell that last published on the comm instead. For a thread that publishes it takes
    the shell of the cells, where they wait for the running one. Without its note of that it goes by the page again, as
    the versions before it do; no version needs the note, and the others have none.
    """
    vars(comm).pop("_reply_subshell_id", None)

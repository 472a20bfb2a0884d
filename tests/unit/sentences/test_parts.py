"""Sentences as data, and texts of others in them that are read from right to left."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from clearml_sched_widgets.bidi import isolated, neutral
from clearml_sched_widgets.sentences.parts import ForeignText, Moment, as_text, sentence, with_times
from clearml_sched_widgets.widgets.host.page_values import sentence_data

MOMENT = datetime(2026, 12, 1, 6, 20, tzinfo=timezone.utc)
RLO, PDF, RLI, FSI, PDI = "\u202e", "\u202c", "\u2067", "\u2068", "\u2069"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("plain", "plain"),
        ("größer → ok", "größer → ok"),
        (f"a{RLO}b", "ab"),
        (f"a{PDF}b{PDI}", "ab"),
        (f"a{RLO}b{PDF}c", f"a{RLO}b{PDF}c"),
        (f"a{RLI}b{RLO}c{PDI}d", f"a{RLI}bc{PDI}d"),
        (f"a{RLO}b{RLI}c{PDF}d{PDI}e{PDF}", f"a{RLO}b{RLI}cd{PDI}e{PDF}"),
        (f"a{RLI}b{PDI}{RLO}c", f"a{RLI}b{PDI}c"),
    ],
)
def test_marks_without_their_counterpart_are_left_out(text: str, left: str) -> None:
    assert neutral(text) == left
    assert neutral(left) == left


def test_only_what_is_read_from_right_to_left_is_isolated() -> None:
    assert isolated("plain") == "plain"
    assert isolated("größer") == "größer"
    assert isolated("שלום") == f"{FSI}שלום{PDI}"
    assert isolated(f"x{RLO}y{PDF}") == f"{FSI}x{RLO}y{PDF}{PDI}"
    assert isolated(f"x{RLO}y") == f"{FSI}xy{PDI}"


def test_a_sentence_is_text_and_data() -> None:
    found = sentence("The run ", Moment(MOMENT, "at"), " of ", ForeignText("אב"), " waits.")
    assert as_text(found) == f"The run at 2026-12-01 06:20:00 UTC of {FSI}אב{PDI} waits."
    at = {"at": int(MOMENT.timestamp() * 1000), "word": "at"}
    assert sentence_data(found) == ["The run ", at, " of ", {"name": "אב"}, " waits."]


def test_times_are_found_in_a_text_of_ours() -> None:
    text = "the runs from 2026-12-01T06:20:00Z to 2026-12-01T06:20:00Z: it is busy."
    assert with_times(text) == ("the runs from ", Moment(MOMENT), " to ", Moment(MOMENT), ": it is busy.")
    assert with_times("none") == ("none",)

"""The notebooks run from top to bottom, as their readers run them."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from clearml_sched_widgets.sandbox import Sandbox
from clearml_sched_widgets.sandbox.examples import create_examples
from tests.paths import NOTEBOOKS

EVERY_NOTEBOOK = sorted(NOTEBOOKS.glob("*.ipynb"))


@pytest.mark.parametrize("path", EVERY_NOTEBOOK, ids=lambda path: path.stem)
def test_a_notebook_runs_without_an_error_and_keeps_no_secret(
    path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_examples(sandbox, ("train", "evaluate"))
    for name, value in sandbox.environment().items():
        monkeypatch.setenv(name, value)
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    NotebookClient(notebook, timeout=120, store_widget_state=True).execute()
    saved = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
    assert sandbox.secret_key not in saved
    assert sandbox.access_key not in saved
    assert "application/vnd.jupyter.widget-view+json" in saved

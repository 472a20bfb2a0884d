"""The notebooks run from top to bottom, as their readers run them."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from clearml_sched_widgets.sandbox import Agent, Sandbox
from clearml_sched_widgets.sandbox.examples import create_examples
from tests.paths import NOTEBOOKS

EVERY_NOTEBOOK = sorted(NOTEBOOKS.glob("*.ipynb"))


@pytest.mark.parametrize("path", EVERY_NOTEBOOK, ids=lambda path: path.stem)
def test_a_notebook_runs_without_an_error_and_keeps_no_secret(
    path: Path, fresh_sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_examples(fresh_sandbox, ("train", "evaluate"))
    for name, value in fresh_sandbox.environment().items():
        monkeypatch.setenv(name, value)
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    with Agent.start(fresh_sandbox, ["services"], folder=tmp_path / "agent", name=f"{path.stem}:agent"):
        NotebookClient(notebook, timeout=120, store_widget_state=True).execute()
    saved = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
    assert fresh_sandbox.secret_key not in saved
    assert fresh_sandbox.access_key not in saved
    assert "application/vnd.jupyter.widget-view+json" in saved

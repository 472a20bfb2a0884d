"""`make lab`: it prints the address of the notebook itself, and opens a browser only where there is a desktop."""

from __future__ import annotations

import pytest

from scripts.lab import NOTEBOOK, address, has_desktop
from tests.paths import NOTEBOOKS, ROOT

SERVERS = [
    {"pid": 1, "url": "http://localhost:8888/", "token": "other", "root_dir": "/elsewhere"},
    {"pid": 2, "url": "http://localhost:8889/", "token": "ours", "root_dir": str(NOTEBOOKS)},
    {"pid": 3, "url": "http://localhost:8890/", "token": "ours", "root_dir": str(ROOT)},
]


def test_the_address_is_that_of_the_notebook_on_our_own_server() -> None:
    assert address(SERVERS, 2) == "http://localhost:8889/lab/tree/01_quickstart.ipynb?token=ours"
    assert address(SERVERS, 3) == "http://localhost:8890/lab/tree/notebooks/01_quickstart.ipynb?token=ours"
    assert NOTEBOOK.is_file()


def test_there_is_no_address_until_the_server_is_up() -> None:
    assert address(SERVERS, 4) is None


@pytest.mark.parametrize(
    ("platform", "environment", "expected"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("linux", {"DISPLAY": ""}, False),
        ("darwin", {}, True),
        ("win32", {}, True),
    ],
)
def test_a_browser_is_opened_where_there_is_a_desktop(
    platform: str, environment: dict[str, str], expected: bool
) -> None:
    assert has_desktop(platform, environment) == expected

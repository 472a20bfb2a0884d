"""What is hidden in the lines of consoles."""

from __future__ import annotations

import pytest

from clearml_sched_widgets.gateway import parse
from clearml_sched_widgets.gateway.secrets import without_secrets


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "Using environment access key CLEARML_API_ACCESS_KEY=3287ULMC9W2",
            "Using environment access key CLEARML_API_ACCESS_KEY=****",
        ),
        ("api.credentials.access_key = 3287ULMC9W2", "api.credentials.access_key = ****"),
        ("api.credentials.secret_key = ****", "api.credentials.secret_key = ****"),
        ('{"secret_key": "a/b+c==", "lr": 1}', '{"secret_key": "****", "lr": 1}'),
        ("export CLEARML_AUTH_TOKEN='ey.J.x'", "export CLEARML_AUTH_TOKEN='****'"),
        ("password: geheim, user: ann", "password: ****, user: ann"),
        ("agent.git_pass = x", "agent.git_pass = x"),
        ("token_expiration_threshold_sec = 360", "token_expiration_threshold_sec = 360"),
        ("the key is to sleep: well", "the key is to sleep: well"),
        ("A secret of success", "A secret of success"),
        ("", ""),
    ],
)
def test_values_of_credentials_are_hidden(text: str, shown: str) -> None:
    assert without_secrets(text) == shown


def test_the_lines_of_a_console_have_none() -> None:
    (first, second) = parse.log_lines({"timestamp": 1, "level": "DEBUG", "msg": "ACCESS_KEY=abc\nnext\n"})
    assert (first.text, second.text) == ("ACCESS_KEY=****", "next")

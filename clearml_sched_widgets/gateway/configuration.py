"""Reads the ClearML configuration (`clearml.conf`, `CLEARML_*`): by itself where it is plain, else as the SDK."""

from __future__ import annotations

from clearml_sched_widgets.gateway import plain_configuration
from clearml_sched_widgets.gateway.http import Account


def configured_account() -> Account:
    """Read the configuration, anew at each call: no secret is kept here. Raises NotConfigured."""
    try:
        return plain_configuration.account()
    except plain_configuration.NotPlain:
        from clearml_sched_widgets.gateway import sdk_configuration

        return sdk_configuration.account()

"""The endpoints `auth.*`: login and tokens."""

from __future__ import annotations

from clearml_sched_widgets.sandbox import identity, tokens
from clearml_sched_widgets.sandbox.call import Call, endpoint
from clearml_sched_widgets.sandbox.errors import INVALID_ID, INVALID_USER_ID
from clearml_sched_widgets.sandbox.store import Doc


@endpoint("auth.login")
def login(call: Call) -> Doc:
    return {"token": tokens.make_token(call.state.token_key, call.data.get("expiration_sec"))}


@endpoint("auth.logout", since="2.2")
def logout(call: Call) -> Doc:  # noqa: ARG001  (the server does not store tokens, so there is nothing to end)
    return {}


@endpoint("auth.get_token_for_user", required=("user",))
def get_token_for_user(call: Call) -> Doc:
    if call.data["user"] != identity.USER_ID:
        raise INVALID_USER_ID("cannot generate token for another user")
    if call.data.get("company", identity.COMPANY_ID) != identity.COMPANY_ID:
        raise INVALID_ID("cannot generate token in another company")
    return {"token": tokens.make_token(call.state.token_key, call.data.get("expiration_sec"))}


@endpoint("auth.validate_token", required=("token",))
def validate_token(call: Call) -> Doc:
    try:
        payload = tokens.unsign(call.data["token"], call.state.token_key)
    except ValueError as error:
        return {"valid": False, "msg": str(error)}
    return {"valid": True, "user": payload["identity"]["user"], "company": payload["identity"]["company"]}


@endpoint("auth.get_credentials")
def get_credentials(call: Call) -> Doc:
    return {"credentials": [{"access_key": key} for key in call.state.credentials]}


@endpoint("auth.fixed_users_mode", authorize=False)
def fixed_users_mode(call: Call) -> Doc:  # noqa: ARG001
    return {"enabled": False, "guest": {"enabled": False}, "server_errors": {}}

"""The endpoints `users.*`, `organization.*`, `server.*` and `debug.*`."""

from __future__ import annotations

from clearml_sched_widgets.sandbox import identity, listing, tags
from clearml_sched_widgets.sandbox.call import Call, endpoint, endpoint_names
from clearml_sched_widgets.sandbox.errors import INVALID_USER_ID
from clearml_sched_widgets.sandbox.kinds import MODELS, TASKS, USERS
from clearml_sched_widgets.sandbox.store import Doc

_COMPANY = {"id": identity.COMPANY_ID, "name": identity.COMPANY_NAME}


def _get_user(call: Call, user_id: str) -> Doc:
    user = call.store.get(USERS, user_id)
    if user is None:
        raise INVALID_USER_ID(id=user_id, company=identity.COMPANY_ID)
    return user


@endpoint("users.get_by_id", required=("user",))
def get_by_id(call: Call) -> Doc:
    return {"user": _get_user(call, call.data["user"])}


@endpoint("users.get_all")
def get_all(call: Call) -> Doc:
    return listing.list_docs(call, USERS, join=False)


@endpoint("users.get_all_ex")
def get_all_ex(call: Call) -> Doc:
    return listing.list_docs(call, USERS, join=True)


@endpoint("users.get_current_user")
def get_current_user(call: Call) -> Doc:
    user = {**_get_user(call, call.user), "company": _COMPANY, "role": identity.USER_ROLE}
    user.pop("preferences", None)
    started = {"agentName": "clearml", "configure": "clearml-init", "install": "pip install clearml"}
    return {
        "user": user,
        "getting_started": {**started, "packageName": "clearml"},
        "settings": {"max_download_items": 50000},
    }


@endpoint("users.get_preferences")
def get_preferences(call: Call) -> Doc:
    return {"preferences": _get_user(call, call.user).get("preferences") or {}}


@endpoint("users.set_preferences", required=("preferences",), types={"preferences": dict})
def set_preferences(call: Call) -> Doc:
    user = _get_user(call, call.user)
    user["preferences"] = {**(user.get("preferences") or {}), **call.data["preferences"]}
    call.store.save(USERS, user)
    shown = {"preferences": user["preferences"]} if call.data.get("return_updated") else {}
    return {"updated": 1, "fields": shown}


@endpoint("organization.get_tags")
def get_tags(call: Call) -> Doc:
    return tags.tag_lists(call.store, [TASKS, MODELS], call.data)


@endpoint("organization.get_user_companies")
def get_user_companies(call: Call) -> Doc:
    owner = {"id": call.user, "name": identity.USER_NAME, "avatar": None}
    return {"companies": [{**_COMPANY, "allocated": 1, "owners": [owner]}]}


@endpoint("server.info")
def info(call: Call) -> Doc:  # noqa: ARG001
    return {"version": identity.SERVER_VERSION, "build": "", "commit": ""}


@endpoint("server.info", since="2.8")
def info_with_id(call: Call) -> Doc:
    return {**info(call), "uid": call.store.setting("server_id")}


@endpoint("server.info", since="2.12")
def info_with_version(call: Call) -> Doc:
    return {**info(call), "api_version": identity.API_VERSION}


@endpoint("server.config")
def config(call: Call) -> Doc:  # noqa: ARG001  (the sandbox has no configuration for clients)
    return {}


@endpoint("server.endpoints")
def endpoints(call: Call) -> Doc:  # noqa: ARG001
    return {"endpoints": {name: [] for name in endpoint_names()}, "models": {}}


@endpoint("debug.ping", authorize=False)
def ping(call: Call) -> Doc:
    return {"msg": "ClearML server", **call.data}

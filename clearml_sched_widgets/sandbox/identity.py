"""The sandbox's one company and one user, its versions, and new ids."""

from __future__ import annotations

from uuid import uuid4

COMPANY_ID = "d1bd92a3b039400cbafc60a7a5b1e52b"  # the open-source server's default company
COMPANY_NAME = "clearml"
USER_ID = "__tests__"  # the open-source server's default user
USER_NAME = "Default User"
USER_ROLE = "user"
API_VERSION = "2.34"
SERVER_VERSION = "2.3.0"


def new_id() -> str:
    """Create an object id: 32 hexadecimal digits."""
    return uuid4().hex

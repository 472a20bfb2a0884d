"""The API's errors, with the codes, sub-codes and texts of the real server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


class ApiError(Exception):
    """A refused request. `code` and `subcode` are the real server's; `data` holds the invalid values."""

    def __init__(self, code: int, subcode: int, msg: str, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(msg)
        self.code = code
        self.subcode = subcode
        self.msg = msg
        self.data = dict(data or {})


def _text(value: Any) -> str:
    if isinstance(value, Iterable) and not isinstance(value, (str, Mapping)):
        return f"({', '.join(str(item) for item in value)})"
    return str(value)


@dataclass(frozen=True)
class ErrorKind:
    """One row of the real server's error table. Call it to create the exception."""

    code: int
    subcode: int
    text: str

    def __call__(self, detail: str | None = None, *, instead: str | None = None, **data: Any) -> ApiError:
        """Create the exception. Its text is `instead` or the row's text, then `detail` in brackets, then `data`."""
        msg = instead or self.text
        if detail:
            msg += f" ({detail})"
        if data:
            msg += ": " + ", ".join(f"{key}={_text(value)}" for key, value in data.items())
        safe = {key: list(value) if isinstance(value, (set, tuple)) else value for key, value in data.items()}
        return ApiError(self.code, self.subcode, msg, safe)


INVALID_ID = ErrorKind(400, 10, "Invalid object id")
MISSING_FIELDS = ErrorKind(400, 11, "Missing required fields")
VALIDATION = ErrorKind(400, 12, "Validation error")
INVALID_FIELDS = ErrorKind(400, 14, "Fields not defined for object")
FIELDS_CONFLICT = ErrorKind(400, 15, "Conflicting fields")
FIELD_VALUE = ErrorKind(400, 16, "Invalid value for fields")
EMPTY_BATCH = ErrorKind(400, 17, "Batch request contains no items")
INVALID_REGEX = ErrorKind(400, 21, "Malformed regular expression")

INVALID_TASK_ID = ErrorKind(400, 101, "Invalid task id")
INVALID_TASK_STATUS = ErrorKind(400, 110, "Invalid task status")
TASK_CANNOT_BE_DELETED = ErrorKind(400, 123, "Task cannot be deleted")
EVENTS_NOT_ADDED = ErrorKind(400, 131, "Events not added")

INVALID_MODEL_ID = ErrorKind(400, 201, "Invalid model id")
MODEL_IS_READY = ErrorKind(400, 203, "Model is ready")
MODEL_IN_USE = ErrorKind(400, 205, "Model is used by tasks")
MODEL_CREATOR_EXISTS = ErrorKind(400, 206, "Task that created this model exists")

INVALID_USER_ID = ErrorKind(400, 301, "Invalid user id")

INVALID_PROJECT_ID = ErrorKind(400, 401, "Invalid project id")
PROJECT_HAS_TASKS = ErrorKind(400, 402, "Project has associated tasks")
PROJECT_HAS_MODELS = ErrorKind(400, 405, "Project has associated models")
PROJECT_HAS_DATASETS = ErrorKind(400, 406, "Project has associated non-empty datasets")
INVALID_PROJECT_NAME = ErrorKind(400, 407, "Invalid project name")
PROJECT_LOCATION = ErrorKind(400, 408, "Cannot update project location. Use projects.move instead")
PROJECT_TOO_DEEP = ErrorKind(400, 409, "Project path exceed the maximum allowed depth")
PROJECT_SAME_PLACE = ErrorKind(400, 410, "Project has the same source and destination paths")
PROJECT_UNDER_ITSELF = ErrorKind(400, 411, "Project can not be moved under itself in the projects hierarchy")
PROJECT_HAS_PIPELINES = ErrorKind(400, 413, "Project has associated pipelines with active controllers")

INVALID_QUEUE_ID = ErrorKind(400, 701, "Invalid queue id")
QUEUE_NOT_EMPTY = ErrorKind(400, 702, "Queue is not empty")
NOT_IN_QUEUE = ErrorKind(400, 703, "Invalid queue id or task not in queue")
ALREADY_QUEUED = ErrorKind(400, 706, "Failed adding task to queue since task is already queued")
NO_DEFAULT_QUEUE = ErrorKind(400, 707, "No queue is tagged as the default queue for this company")

DATA_VALIDATION = ErrorKind(400, 800, "Data validation error")
NOT_UNIQUE = ErrorKind(400, 801, "Value combination already exists (unique field already contains this value)")

INVALID_SCROLL_ID = ErrorKind(400, 1104, "Invalid scroll id")

BAD_AUTH_TYPE = ErrorKind(401, 10, "Unauthorized (bad authentication header type)")
NO_CREDENTIALS = ErrorKind(401, 20, "Unauthorized (missing credentials)")
BAD_CREDENTIALS = ErrorKind(401, 21, "Unauthorized (malformed credentials)")
INVALID_CREDENTIALS = ErrorKind(401, 22, "Unauthorized (invalid credentials)")
INVALID_TOKEN = ErrorKind(401, 30, "Invalid token")

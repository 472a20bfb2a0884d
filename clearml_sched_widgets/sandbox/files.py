"""The file server as an ASGI application: POST (multipart), PUT, GET, HEAD and DELETE."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from urllib.parse import unquote

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

log = logging.getLogger("clearml_sched.sandbox")

_CHUNK = 1 << 20


class FilesApp:
    """Serves the files in one folder and its subfolders."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.root.mkdir(parents=True, exist_ok=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        response = await self._respond(request)
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        path = unquote(request.url.path)
        if request.method == "POST" and path.strip("/") == "delete_many":
            return await self._delete_many(request)
        if request.method == "POST":
            return await self._upload(request)
        target = self._target(path)
        if target is None:
            return PlainTextResponse("path outside of the file server", status_code=400)
        if request.method == "PUT":
            return await self._put(request, target)
        if request.method == "DELETE":
            return self._delete(target)
        if request.method in ("GET", "HEAD"):
            return self._get(target)
        return PlainTextResponse("method not allowed", status_code=405)

    def _target(self, path: str) -> Path | None:
        """Return the file for a path, or None if the path is not inside the folder."""
        target = (self.root / path.lstrip("/")).resolve()
        return target if target != self.root and target.is_relative_to(self.root) else None

    async def _upload(self, request: Request) -> Response:
        """Store the files of a form. The name of each field is the path, as on the real file server."""
        stored = []
        async with request.form() as form:
            for name, upload in form.multi_items():
                target = self._target(unquote(name))
                if target is None or not isinstance(upload, UploadFile):
                    return PlainTextResponse("no file, or a path outside of the file server", status_code=400)
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("wb") as file:
                    while chunk := await upload.read(_CHUNK):
                        file.write(chunk)
                stored.append(str(target.relative_to(self.root)))
        return JSONResponse(",".join(stored))

    async def _put(self, request: Request, target: Path) -> Response:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            async for chunk in request.stream():
                file.write(chunk)
        return Response()

    @staticmethod
    def _get(target: Path) -> Response:
        if not target.is_file():
            return PlainTextResponse("not found", status_code=404)
        return FileResponse(target, content_disposition_type="inline", filename=target.name)

    @staticmethod
    def _delete(target: Path) -> Response:
        if not target.is_file():
            return PlainTextResponse("not found", status_code=404)
        target.unlink()
        return Response()

    async def _delete_many(self, request: Request) -> Response:
        try:
            urls = json.loads(await request.body())["urls"]
        except (ValueError, KeyError, TypeError):
            return PlainTextResponse("a list of urls is expected", status_code=400)
        deleted: dict[str, str] = {}
        errors: dict[str, str] = {}
        for url in urls:
            target = self._target(unquote(str(url)))
            if target is not None and target.is_file():
                target.unlink()
                deleted[url] = str(target.relative_to(self.root))
            else:
                errors[url] = "not found"
        return JSONResponse({"deleted": deleted, "errors": errors})

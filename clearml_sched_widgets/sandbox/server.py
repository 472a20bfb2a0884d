"""The server's main program: `python -m clearml_sched_widgets.sandbox.server --folder F` serves until SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import uvicorn

from clearml_sched_widgets.sandbox import identity, queueing, settings, watchdog
from clearml_sched_widgets.sandbox.app import ApiApp
from clearml_sched_widgets.sandbox.call import State
from clearml_sched_widgets.sandbox.clock import now, stored
from clearml_sched_widgets.sandbox.files import FilesApp
from clearml_sched_widgets.sandbox.kinds import USERS
from clearml_sched_widgets.sandbox.store import Store

log = logging.getLogger("clearml_sched.sandbox")

READY_FILE = "ready.json"  # holds the pid of the process that serves the folder


def _bind_socket(wanted: int, last: int) -> socket.socket:
    """Return a bound socket: on the port `wanted`; if that is 0, on the port `last` if free, else on any free port.

    Raises:
        OSError: if the port `wanted` is taken.
    """
    for port in [wanted] if wanted else [last, 0]:
        sock = socket.socket(
            socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP
        )  # asyncio sets TCP_NODELAY only with IPPROTO_TCP
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind(("127.0.0.1", port))
        except OSError as error:
            sock.close()
            if wanted:
                raise OSError(f"port {wanted} is taken: {error}") from error
            continue
        return sock
    raise OSError("no free port")


def prepare(store: Store) -> None:
    """Create the user, the queues and the server's id in a new database."""
    if store.setting("server_id"):
        return
    store.begin()
    moment = stored(now())
    user = {"id": identity.USER_ID, "company": identity.COMPANY_ID, "name": identity.USER_NAME, "created": moment}
    store.insert(USERS, user)
    queueing.make(store, "default", system_tags=["default"])
    queueing.make(store, "services")
    store.set_setting("server_id", identity.new_id())
    store.commit()


class _Server(uvicorn.Server):
    """A server that installs no signal handlers."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _make_server(app: ApiApp | FilesApp) -> _Server:
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        lifespan="off",
        timeout_keep_alive=75,
        timeout_graceful_shutdown=2,
        date_header=not isinstance(app, ApiApp),  # its own dates are up to two seconds old; `ApiApp` sends exact ones
    )
    return _Server(config)


async def _serve(folder: Path, options: argparse.Namespace) -> None:
    config = settings.load(folder)
    sockets = [_bind_socket(options.api_port, config.api_port), _bind_socket(options.files_port, config.files_port)]
    config.api_port, config.files_port = (sock.getsockname()[1] for sock in sockets)
    settings.save(folder, config)
    store = Store(folder / "sandbox.sqlite")
    prepare(store)
    state = State(store, bytes.fromhex(config.token_key), {config.access_key: config.secret_key})
    servers = [_make_server(ApiApp(state)), _make_server(FilesApp(folder / "files"))]
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, _stop, servers)
    ready = loop.create_task(_write_ready_file(folder, servers))
    watch = loop.create_task(watchdog.run(store, options.silent_after))
    pairs = zip(servers, sockets, strict=True)
    await asyncio.gather(*(server.serve(sockets=[sock]) for server, sock in pairs))
    for task in (ready, watch):
        task.cancel()
    store.close()
    (folder / READY_FILE).unlink(missing_ok=True)


def _stop(servers: list[_Server]) -> None:
    for server in servers:
        server.should_exit = True


async def _write_ready_file(folder: Path, servers: list[_Server]) -> None:
    while not all(server.started for server in servers):
        await asyncio.sleep(0.01)
    partial = folder / (READY_FILE + ".part")
    partial.write_text(json.dumps({"pid": os.getpid()}))
    partial.replace(folder / READY_FILE)
    log.info("serving %s", folder)


def _lock_folder(folder: Path) -> object:
    """Lock the folder for this process, until the returned file is closed.

    Raises:
        OSError: if another process holds the lock.
    """
    handle = (folder / "lock").open("w")
    try:
        import fcntl
    except ImportError:  # no file locks on this system; SQLite's own locks protect the data
        return handle
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise OSError(f"another sandbox serves {folder}") from error
    return handle


def main(argv: list[str] | None = None) -> int:
    """Parse the command line and serve a folder; returns the exit code."""
    parser = argparse.ArgumentParser(prog="sandbox-server")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--api-port", type=int, default=0)
    parser.add_argument("--files-port", type=int, default=0)
    parser.add_argument("--silent-after", type=float, default=watchdog.SILENT_AFTER_SEC)
    options = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    folder = options.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        folder_lock = _lock_folder(folder)
        asyncio.run(_serve(folder, options))
        del folder_lock
    except OSError as error:
        log.error("%s", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""A PostgreSQL server of the tests' own: in a temporary folder, on a socket, gone afterwards."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

ACCOUNT = "postgres"
_numbers = count(1)


def server_programs() -> Path | None:
    """Find the folder with `initdb` and `postgres`: on the path, or where Debian keeps each version."""
    found = shutil.which("initdb")
    if found and Path(found).resolve().with_name("postgres").exists():
        return Path(found).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    return next((folder for folder in reversed(folders) if (folder / "initdb").exists()), None)


def _as_server() -> dict[str, Any]:
    """The server refuses to run as root: become its account there."""
    return {"user": ACCOUNT, "group": ACCOUNT, "extra_groups": []} if os.getuid() == 0 else {}


@contextmanager
def running_server(programs: Path) -> Iterator[str]:
    """Run a server that listens on no port; give the folder of its socket."""
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    if os.getuid() == 0:
        shutil.chown(folder, ACCOUNT, ACCOUNT)
    options: dict[str, Any] = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, **_as_server()}
    try:
        init = [str(programs / "initdb"), "-D", f"{folder}/data", "-U", ACCOUNT, "-A", "trust", "--no-sync"]
        subprocess.run([*init, "--locale=C.UTF-8"], check=True, **options)
        settings = ["listen_addresses=", f"unix_socket_directories={folder}", "fsync=off", "max_connections=20"]
        command = [str(programs / "postgres"), "-D", f"{folder}/data"]
        for setting in settings:
            command += ["-c", setting]
        server = subprocess.Popen(command, **options)
        try:
            _wait_for(folder, server)
            yield str(folder)
        finally:
            server.send_signal(signal.SIGINT)  # a fast shutdown, whoever is still connected
            server.wait(20)
            assert server.stderr is not None
            server.stderr.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def empty_schema(folder: str) -> str:
    """Make an empty schema, which takes a thousandth of what a database does; give the URL that leads into it."""
    import psycopg

    name = f"test_{next(_numbers)}"
    with psycopg.connect(f"host={folder} user={ACCOUNT} dbname=postgres", autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")  # type: ignore[arg-type]
    return f"postgresql://{ACCOUNT}@/postgres?host={folder}&options=-csearch_path%3D{name}"


def _wait_for(folder: Path, server: subprocess.Popen[bytes]) -> None:
    import psycopg

    for _ in range(400):
        if server.poll() is not None:
            raise RuntimeError("PostgreSQL did not start")
        try:
            psycopg.connect(f"host={folder} user={ACCOUNT} dbname=postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return

"""Servers that a person may put in place of the stack's Postgres, started in this container."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from pipeline.settings import BatchIngestorSettings

from .own_database import SUPERUSER

PATIENCE_SECONDS = 30
ACCOUNT = "nobody"  # neither server runs as root
POSTGRES_16 = Path("/opt/postgres16/bin")


class Server(NamedTuple):
    """A Postgres 16 on this machine: its port, and the arguments of pg_ctl."""

    port: int
    data: list[str]
    start_with: list[str]

    def start(self) -> None:
        """Start it, and wait until it serves."""
        _run("pg_ctl", *self.data, "--wait", *self.start_with, "start")

    def kill(self) -> None:
        """End it without a checkpoint, so that it has to recover."""
        _run("pg_ctl", *self.data, "--wait", "--mode=immediate", "stop")


@contextmanager
def postgres_16() -> Iterator[Server]:
    """An empty Postgres 16 with the superuser of our tests."""
    user, password = SUPERUSER
    port = _free_port()
    with _directory({"password": password}) as place:
        data = ["--pgdata", str(place / "data")]
        login = ["--username", user, "--pwfile", str(place / "password"), "--auth=scram-sha-256"]
        options = f"-k {place} -h 127.0.0.1 -p {port} -c fsync=off"
        _run("initdb", *data, *login, "--locale=C.UTF-8")
        server = Server(port, data, ["--log", str(place / "log"), "-o", options])
        server.start()
        try:
            yield server
        finally:
            server.kill()


@contextmanager
def pgbouncer(settings: BatchIngestorSettings, more: str) -> Iterator[int]:
    """A pooler before the settings' server, with these lines in its configuration; its port."""
    port = _free_port()
    users = "".join(
        f'"{getattr(settings, f"postgres_{role}_user")}"'
        f' "{getattr(settings, f"postgres_{role}_password")}"\n'
        for role in ("owner", "ingestor", "analyst")
    )
    with _directory({"users": users}) as place:
        configuration = place / "pgbouncer.ini"
        configuration.write_text(
            f"[databases]\n* = host={settings.postgres_host} port={settings.postgres_port}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
            f"auth_type = plain\nauth_file = {place / 'users'}\n{more}\n"
        )
        with (
            (place / "log").open("w+") as log,
            subprocess.Popen(["pgbouncer", configuration], user=ACCOUNT, stderr=log) as pooler,
        ):
            try:
                _wait_for(port, pooler, place / "log")
                yield port
            finally:
                pooler.kill()


@contextmanager
def _directory(files: dict[str, str]) -> Iterator[Path]:
    """A directory of the servers' account with these files."""
    with TemporaryDirectory() as place:
        for name, content in files.items():
            (Path(place) / name).write_text(content)
            shutil.chown(Path(place) / name, ACCOUNT)
        shutil.chown(place, ACCOUNT)
        yield Path(place)


def _run(program: str, *arguments: str) -> None:
    # The server that pg_ctl starts would keep a pipe open.
    subprocess.run(
        [POSTGRES_16 / program, *arguments], user=ACCOUNT, check=True, stdout=subprocess.DEVNULL
    )


def _wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        assert server.poll() is None and time.monotonic() < end, log.read_text()
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        port: int = server.getsockname()[1]
        return port

"""The volumes of version 0.2.0: this version's stack continues on them, and refuses newer ones.

`tests/fixtures/volumes-0.2.0/make.sh` made them. Kafka's is not among them: the producer fills an
empty broker again.
"""

import os
import subprocess
import tarfile
from collections.abc import Iterator

import pytest
import yaml

from .stack import PYTHON_SERVICES, ROOT, Stack, wait_until
from .test_refused_starts import refusal

VOLUMES = ROOT / "tests" / "fixtures" / "volumes-0.2.0"
# As 0.2.0 initialised its Postgres: the owner was the superuser.
POSTGRES_OF_0_2_0 = (
    "POSTGRES_USER=owner",
    "POSTGRES_PASSWORD=owner-password",
    "POSTGRES_DB=hospital",
)
ROLES_OF_0_2_0 = b"create role ingestor; create role analyst;\n"


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    simulation = yaml.safe_load((VOLUMES / "simulation.yaml").read_text(encoding="utf-8"))
    with Stack("upgrade", simulation | {"clock": {"real_days": 0}}) as own:
        own.write_configs()
        own.edit("staffing.yaml", (VOLUMES / "staffing.yaml").read_text(encoding="utf-8"))
        restore(own)
        yield own


def restore(stack: Stack) -> None:
    """Fill the stack's new volumes with those of 0.2.0."""
    archive = (VOLUMES / "volumes.tar.gz").read_bytes()
    for service, directories in (
        ("scheduler", ("simulation", "lake/batch")),
        ("stream_processor", ("lake/stream",)),
    ):
        unpack = ("tar", "-C", "/", "-xzf", "-", *directories)
        stack.compose("run", "--rm", "-T", "--no-deps", service, *unpack, stdin=archive)
    stack.compose("create", "--no-build", "postgres")
    restore_database(stack)


def restore_database(stack: Stack) -> None:
    """Initialise Postgres' volume as 0.2.0 did, and fill it from the dump."""
    with tarfile.open(VOLUMES / "volumes.tar.gz") as archive:
        dump = archive.extractfile("postgres.sql")
        assert dump is not None
        statements = ROLES_OF_0_2_0 + dump.read()
    name = f"{stack.project}-postgres-of-0.2.0"
    run(
        *("run", "--detach", "--rm", "--name", name, "--network", "none"),
        *("--label", f"com.docker.compose.project={stack.project}"),
        *("-v", f"{stack.project}_postgres_data:/var/lib/postgresql/data"),
        *(part for variable in POSTGRES_OF_0_2_0 for part in ("-e", variable)),
        stack.environment["MIRROR"] + os.environ["POSTGRES_IMAGE"],
    )
    client = ("exec", "-i", name)
    ready = (*client, "pg_isready", "-q", "-h", "127.0.0.1")
    wait_until(lambda: run(*ready, check=False).returncode == 0, 60, "Postgres to be ready")
    psql = (*client, "psql", "-q", "-v", "ON_ERROR_STOP=1", "-U", "owner", "hospital")
    run(*psql, stdin=statements)
    run("stop", "-t", "30", name)


def query(stack: Stack, statement: str) -> list[str]:
    """Postgres's answer as the owner: in this volume nobody else is a superuser."""
    psql = ("psql", "-U", "owner", "-d", "hospital", "-At", "-c", statement)
    return stack.exec("postgres", *psql).splitlines()


def run(
    *arguments: str, stdin: bytes = b"", check: bool = True
) -> subprocess.CompletedProcess[bytes]:
    """Run a command of the engine's client."""
    result = subprocess.run(["docker", *arguments], input=stdin, capture_output=True, check=False)
    assert result.returncode == 0 or not check, f"docker {arguments}: {result.stderr.decode()}"
    return result


def test_this_version_finishes_the_run(stack: Stack) -> None:
    days = stack.compose("run", "--rm", "-T", "--no-deps", "scheduler", "ls", "/lake/batch")
    assert days.split() == [f"2021-04-{day:02d}" for day in (6, 7, 8, 9)]
    stack.up(*PYTHON_SERVICES)
    over = stack.wait_for_log("scheduler", "the run is over", 120)
    assert over.split("fingerprint=")[1].split()[0] in stack.wait_until_reconciled(120)
    assert query(stack, "select count(*) from lake.rejected_rows") == ["0"]


@pytest.mark.parametrize("service", ["scheduler", "producer"])
def test_a_newer_clock_is_refused(stack: Stack, service: str) -> None:
    assert "clock.json: got format 99" in refused(stack, service, "/simulation/clock.json")


def test_a_newer_manifest_is_refused(stack: Stack) -> None:
    line = refused(stack, "batch_ingestor", "/lake/batch/2021-04-09/manifest.json")
    assert "batch lake: 2021-04-09/manifest.json: got format 99, expected at most " in line


def test_a_newer_database_is_refused(stack: Stack) -> None:
    query(stack, "insert into lake.migrations values (9999, 'of_tomorrow', '')")
    line = refusal(stack, "batch_ingestor")
    assert "the database is at migration 9999 (of_tomorrow), newer than this code" in line
    query(stack, "delete from lake.migrations where version = 9999")


def refused(stack: Stack, service: str, path: str) -> str:
    """The line with which a service refuses to start while that file has a newer format."""
    stack.compose("stop", *PYTHON_SERVICES)
    scheduler = ("run", "--rm", "-T", "--no-deps", "scheduler", "sh", "-ec")
    number = 's/"format": [0-9]*/"format": 99/; 1s/{/{"format": 99,/'
    newer = f"cp {path} {path}.saved; sed -i '{number}' {path}"
    stack.compose(*scheduler, newer)
    line = refusal(stack, service)
    stack.compose(*scheduler, f"mv {path}.saved {path}")
    return line

"""`make zip` writes what starts as a clone does; a stack that was backed up can be restored.

The stack that is backed up is the one that starts from the archive. Its days pass in 6 s.
"""

import re
from collections.abc import Iterator

import pytest

from .machine import Machine
from .stack import SERVICES

NAME = "hospital-digitisation-pipeline"
LATER = "later.txt"
COMMIT = """
git init --quiet
git add --all
git -c user.name=nobody -c user.email=nobody@example.com commit --quiet --message=all
"""
# As unzip does, which the machine lacks.
UNPACK = """
import os, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    for member in archive.infolist():
        path = archive.extract(member, sys.argv[2])
        if mode := member.external_attr >> 16:
            os.chmod(path, mode & 0o777)
"""
STANDS = re.compile(r"the hospital stands at (\S+Z)")
DAYS = "2021-04-06 2021-04-07 2021-04-08"


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    own = Machine("archives")
    try:
        yield own
    finally:
        own.remove()


def done(machine: Machine, script: str, stdin: str = "") -> str:
    """Run a script, which must succeed; what it printed."""
    result = machine.run(script, stdin=stdin)
    assert result.returncode == 0, result.stdout
    return result.stdout


@pytest.fixture(scope="module")
def committed(machine: Machine) -> str:
    """A checkout with one commit, and a file that is not in it."""
    folder = machine.clone("committed")
    done(machine, f"cd {folder}; {COMMIT} echo 1 > {LATER}")
    return folder


@pytest.fixture(scope="module")
def unpacked(machine: Machine, committed: str) -> str:
    """What the archive unpacks to, elsewhere."""
    machine.make(committed, "zip")
    elsewhere = f"{machine.disk}/elsewhere"
    done(machine, f"python - {committed}/{NAME}.zip {elsewhere}", stdin=UNPACK)
    done(machine, f"mv {elsewhere}/{NAME} {elsewhere}/{machine.project}")
    return f"{elsewhere}/{machine.project}"


def digest(machine: Machine, path: str) -> str:
    return done(machine, f"sha256sum < {path}")


def test_one_commit_gives_one_archive(machine: Machine, committed: str) -> None:
    printed = machine.make(committed, "zip")
    first = digest(machine, f"{committed}/{NAME}.zip")
    done(machine, f"rm {committed}/{NAME}.zip; sleep 2")  # its times are even seconds
    machine.make(committed, "zip")
    assert digest(machine, f"{committed}/{NAME}.zip") == first
    assert f"not in it, because it is not committed:\n?? {LATER}\n" in printed


def test_the_archive_has_every_committed_file(
    machine: Machine, committed: str, unpacked: str
) -> None:
    found = done(machine, f"cd {unpacked}; find . ! -type d | sort | sed 's/^..//'").splitlines()
    assert found == sorted(done(machine, f"cd {committed}; git ls-files").splitlines())
    modes = "find . -type f -perm -u=x | sort"
    assert done(machine, f"cd {unpacked}; {modes}") == done(
        machine, f"cd {committed}; {modes} | grep -v '^./.git/'"
    )


def test_without_git_s_folder_it_can_be_written_again(machine: Machine, unpacked: str) -> None:
    names = "python -c 'import sys, zipfile; print(*zipfile.ZipFile(sys.argv[1]).namelist())'"
    machine.make(unpacked, "zip")
    again = done(machine, f"{names} {unpacked}/{NAME}.zip").split()
    files = done(machine, f"cd {unpacked}; find . ! -type d").split()
    assert {name for name in again if not name.endswith("/")} == {
        f"{NAME}/{file.removeprefix('./')}" for file in files
    } - {f"{NAME}/{NAME}.zip"}


@pytest.fixture(scope="module")
def started(machine: Machine, committed: str, unpacked: str) -> str:
    """The folder, with its stack up, and two days in the tables."""
    # Without a registry, the link that leads to the images which this machine has built.
    link = "docker-compose.override.yml"
    done(machine, f"[[ ! -L {committed}/{link} ]] || cp -P {committed}/{link} {unpacked}")
    done(
        machine,
        f"sed -i 's/^  real_days: .*/  real_days: 0.1/; s/^  size: 1000000/  size: 50000/' "
        f"{unpacked}/configs/simulation.yaml",
    )
    machine.make(unpacked, "up")
    log = "docker compose logs --no-log-prefix -f batch_ingestor"
    done(machine, f"cd {unpacked}; {log} | grep -m 1 'day=2021-04-08 '")
    # It makes the volume of a profile; no exercise is done.
    machine.run(f"cd {unpacked}; docker compose run --rm -T check")
    return unpacked


def running(machine: Machine) -> set[str]:
    """The services that run."""
    shown = machine.names("container", '{{.Label "com.docker.compose.service"}}:{{.State}}')
    return {name.removesuffix(":running") for name in shown if name.endswith(":running")}


def test_it_starts_elsewhere(machine: Machine, started: str) -> None:
    assert running(machine) == SERVICES, started


@pytest.fixture(scope="module")
def backup(machine: Machine, started: str) -> str:
    """What `make backup` printed while the stack was up."""
    printed = machine.make(started, "backup")
    print(printed)
    return printed


def manifests(machine: Machine, folder: str) -> str:
    """The hashes of the first days' manifests."""
    hashes = f"cd /lake/batch; for day in {DAYS}; do sha256sum $day/manifest.json; done"
    inside = "docker --log-level error compose exec -T batch_ingestor sh -ec"  # without warnings
    return done(machine, f"cd {folder}; {inside} '{hashes}'")


def instant(printed: str) -> str:
    found = STANDS.search(printed)
    assert found, printed
    return found[1]


def test_what_ran_runs_again_after_a_backup(machine: Machine, started: str, backup: str) -> None:
    assert running(machine) == SERVICES, backup
    printed = machine.refusal(started, "backup")
    assert "hospital-backup.tar is there already. Delete it, or choose another" in printed


def test_nothing_is_restored_over_data(machine: Machine, started: str, backup: str) -> None:
    data = machine.data()
    printed = machine.refusal(started, "restore")
    assert "has data. Nothing was changed.\n  To delete it first:  make clean\n" in printed
    assert (machine.data(), running(machine)) == (data, SERVICES), backup


def test_a_restored_run_goes_on_where_it_was(machine: Machine, started: str, backup: str) -> None:
    published = manifests(machine, started)
    machine.make(started, "clean")
    assert machine.data() == set()

    garbage = machine.run(f"cd {started}; echo 1 > no.tar; FILE=no.tar archives/restore.sh")
    assert "no.tar is no backup that this version can read" in garbage.stdout
    cut = "head -c 20000000 hospital-backup.tar > no.tar"
    short = machine.run(f"cd {started}; {cut}; FILE=no.tar archives/restore.sh")
    assert "no.tar is not whole: its end is missing" in short.stdout
    end = "head -c 20480 /dev/zero >> no.tar"
    torn = machine.run(f"cd {started}; {cut}; {end}; FILE=no.tar archives/restore.sh")
    assert "it is damaged, or the disk is full (df -h). Nothing of it is left" in torn.stdout
    foreign = f"{machine.project}_simulation"
    done(machine, f"docker volume create {foreign}")
    assert f"the volume {foreign} exists, and is not" in machine.refusal(started, "restore")
    done(machine, f"docker volume rm {foreign}")
    assert machine.data() == set()

    restored = machine.make(started, "restore")
    print(restored)
    assert instant(restored) == instant(backup)
    # The same files with the same owners, rights and times.
    machine.make(started, "backup FILE=again.tar")
    same = f"cd {started}; cmp hospital-backup.tar again.tar; rm *.tar"
    assert done(machine, same) == ""

    machine.make(started, "up")
    assert manifests(machine, started) == published
    compared = done(machine, f"cd {started}; docker compose run --rm -T reconcile")
    assert "all is well" in compared
    machine.make(started, "clean")

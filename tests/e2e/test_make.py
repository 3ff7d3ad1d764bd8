"""`make` on a clone: any umask, a port that is taken, a folder whose name another folder has."""

import os
import re
from collections import Counter
from collections.abc import Iterator

import pytest

from .engine import docker
from .machine import Machine
from .stack import PYTHON_SERVICES, ROOT, SERVICES, wait_until

CLEARED_LINE = "\x1b[2K"  # Compose 2.26 writes it before log lines, even in a pipe
PASSWORD = 'p"a$s #word'


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    own = Machine("make")
    try:
        yield own
    finally:
        own.remove()


@pytest.fixture(scope="module")
def first(machine: Machine) -> str:
    """A clone with a `.env` from Windows, and a password in it that only quotes keep whole."""
    folder = machine.clone("first")
    edit = r"s/^PGADMIN_DEFAULT_PASSWORD=.*/PGADMIN_DEFAULT_PASSWORD='p\"a$s #word'/; s/$/\r/"
    edited = machine.run(f"cat > /tmp/edit; sed -i -f /tmp/edit {folder}/.env", stdin=edit)
    assert edited.returncode == 0, edited.stdout
    return folder


@pytest.fixture(scope="module")
def started(machine: Machine, first: str) -> str:
    """What `make up` printed in the first clone."""
    return machine.make(first, "up")


@pytest.fixture(scope="module")
def second(machine: Machine, started: str) -> str:
    """Another clone, in a folder of the same name."""
    return machine.clone("second")


def test_a_clone_that_only_its_owner_can_read_starts(machine: Machine, started: str) -> None:
    assert "configs/ is readable for the containers now" in started
    assert f"({os.environ['PGADMIN_DEFAULT_EMAIL']} / {PASSWORD})\n" in started
    services = machine.names("container", '{{.Label "com.docker.compose.service"}}')
    assert services == SERVICES


def test_the_log_of_a_start_is_mostly_that_of_our_services(
    machine: Machine, first: str, started: str
) -> None:
    def ours_are_the_most() -> bool:
        shown = machine.run(f"cd {first} && docker compose logs --no-color").stdout
        names = [line.replace(CLEARED_LINE, "").partition("-1 ")[0] for line in shown.splitlines()]
        lines = Counter(names)
        assert set(lines) >= SERVICES
        print(lines)
        ours = sum(lines[service] for service in PYTHON_SERVICES)
        return ours > lines.total() - ours

    wait_until(ours_are_the_most, 60, "our services to have logged more than the servers")


def test_the_closing_text_says_when_the_first_day_comes_and_how_to_see_more(started: str) -> None:
    assert re.search(
        r"\n  tables +the patients' are empty until the first day is over"
        r"\n  days +one takes about 9 minutes; 2021-04-07 is over in about \d+ (minutes|seconds)"
        r"\n +sooner: set a smaller clock\.real_days in configs/simulation\.yaml \(0: ",
        started,
    ), started


@pytest.fixture(scope="module")
def again(machine: Machine, first: str, started: str) -> str:
    """What `make up` printed at another pace and on a port, when it was up there with a day."""
    free = "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])"
    port = machine.run(f'python -c "{free}"').stdout.strip()
    machine.make(first, "up", PGADMIN_PORT=port)
    log = f"cd {first} && docker compose logs --no-log-prefix -f batch_ingestor"
    faster = machine.run(
        f"sed -i 's/^  real_days: .*/  real_days: 0.1/' {first}/configs/simulation.yaml; "
        f"{log} | grep -m 1 'day=2021-04-08 '"
    )
    assert faster.returncode == 0, faster.stdout
    return machine.make(first, "up", PGADMIN_PORT=port)


def test_later_it_says_up_to_which_day_the_tables_are_filled(again: str) -> None:
    assert re.search(
        r"\n  tables +filled up to 2021-\d\d-\d\d"
        r"\n  days +one takes about 6 seconds; 2021-\d\d-\d\d is over in about ",
        again,
    ), again


def test_a_port_that_the_stack_itself_has_is_not_taken(again: str) -> None:
    assert "\nPorts\n  each is free, or this stack has it already\n" in again


def test_make_logs_begins_near_the_end(machine: Machine, first: str, again: str) -> None:
    follow = f"cd {first}; timeout 5 make --no-print-directory logs || [[ $? == 124 ]]"
    stopped = machine.run(f"cd {first} && docker compose stop scheduler producer stream_processor")
    assert stopped.returncode == 0, stopped.stdout
    everything = machine.run(f"cd {first} && docker compose logs stream_processor").stdout
    followed = machine.run(follow).stdout
    assert len(everything.splitlines()) > 100
    assert len(followed.splitlines()) <= 22, followed
    assert everything.splitlines()[-1] in followed


def test_mirror_images_are_named_with_the_way_back(started: str) -> None:
    in_use = (ROOT / "docker-compose.override.yml").exists()
    assert ("MIRROR=never make up" in started.splitlines()[-1]) == in_use


@pytest.mark.parametrize("service", PYTHON_SERVICES)
def test_no_service_is_ever_pulled(machine: Machine, first: str, service: str) -> None:
    folder = f"cd {first} && docker compose"
    pulled = machine.run(f"{folder} pull {service}; {folder} run --rm --no-deps {service} true")
    assert pulled.returncode == 0, pulled.stdout
    assert "Skipped" in pulled.stdout
    absent = machine.run(
        f"{folder} run --rm --no-deps reconcile true", IMAGE_PREFIX=f"{machine.project}/none"
    )
    assert "No such image" in absent.stdout


@pytest.mark.parametrize("target", ["up", "down", "clean", "pictures"])
def test_another_folder_of_the_name_is_refused(
    machine: Machine, first: str, second: str, target: str
) -> None:
    before = machine.names("container", "{{.ID}}"), machine.data()
    assert f"belongs to the folder\n    {first}\n" in machine.refusal(second, target)
    assert (machine.names("container", "{{.ID}}"), machine.data()) == before


def test_a_name_of_its_own_is_the_way_out(machine: Machine, second: str) -> None:
    name = f"COMPOSE_PROJECT_NAME={machine.project}-own"
    guard = "mirror/own_project.sh; cp /tmp/env .env"
    done = machine.run(f"cd {second}; cp .env /tmp/env; echo {name} >> .env; {guard}")
    assert done.returncode == 0, done.stdout


def test_the_tests_of_another_folder_are_not_removed(machine: Machine, second: str) -> None:
    printed = machine.refusal(second, "test", TEST_PROJECT=os.environ["TEST_PROJECT"])
    assert "another folder runs under the name" in printed
    assert f"\n    {ROOT}\n" in printed


def test_data_without_containers_still_belong_to_their_folder(
    machine: Machine, first: str, second: str
) -> None:
    # A tool whose terminal was closed is left behind, with its volumes in use.
    left = machine.run(f"cd {first} && docker compose run --detach status --watch")
    assert left.returncode == 0, left.stdout
    machine.make(first, "down")
    data = machine.data()
    assert machine.names("container", "{{.ID}}") == set()
    assert f"belongs to the folder\n    {first}\n" in machine.refusal(second, "clean")
    assert machine.data() == data
    machine.make(first, "clean")
    assert machine.data() == set()
    machine.make(second, "clean")


def test_what_three_brokers_add_ends_without_being_named(machine: Machine, first: str) -> None:
    create = "source mirror/lib.sh; use_files; docker compose create zookeeper-2"
    created = machine.run(f"cd {first}; {create}", BROKERS="3")
    assert created.returncode == 0, created.stdout
    added = {f"{machine.project}_zookeeper_2_data", f"{machine.project}_zookeeper_2_log"}
    machine.make(first, "down")
    assert machine.names("container", "{{.ID}}") == machine.names("network", "{{.ID}}") == set()
    assert machine.data() >= added
    machine.make(first, "clean")
    assert machine.data() == set()


LISTEN = """
import socket, time
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
time.sleep(3600)
"""


def test_taken_ports_are_named_before_anything_is_built(machine: Machine, first: str) -> None:
    container, program = f"{machine.project}-container", f"{machine.project}-program"
    label = f"com.docker.compose.project={machine.project}-other"
    image = f"{os.environ['IMAGE_PREFIX']}/tests"
    options = ("-d", "--rm", "--init", "--label", label)
    try:
        listen = ("python", "-c", LISTEN)
        docker("run", *options, "--name", container, "-p", "127.0.0.1::80", image, *listen)
        docker("run", *options, "--name", program, "--network", "host", image, *listen)
        published = docker("port", container, "80").strip().rpartition(":")[2]
        wait_until(lambda: docker("logs", program) != "", 30, "a program to listen")
        listened = docker("logs", program).strip()
        ports = {"POSTGRES_PUBLISHED_PORT": published, "PGADMIN_PORT": listened}
        printed = machine.refusal(first, "up", **ports)
        three = machine.refusal(first, "up", BROKERS="3", KAFKA_2_PUBLISHED_PORT=published)
        plain = machine.run(f"cd {first} && docker compose up -d postgres", **ports).stdout
    finally:
        docker("rm", "--force", container, program)
    taken = f"port {published} of this machine is taken, by the container {container}"
    assert f"\n  POSTGRES_PUBLISHED_PORT: {taken}\n" in printed
    assert f"\n  PGADMIN_PORT: port {listened} of this machine is taken\n" in printed
    assert "mirror: nothing was started. Set each variable above in .env to another" in printed
    assert f"\n  KAFKA_2_PUBLISHED_PORT: {taken}\n" in three
    assert "Base images" not in printed
    assert f"Bind for 127.0.0.1:{published} failed: port is already allocated" in plain


def test_a_service_that_is_not_well_is_named_with_its_reason(machine: Machine, first: str) -> None:
    machine.make(first, "down")  # a service reads the file at its start
    spoilt = machine.run(f"echo half: {{ > {first}/configs/topics.yaml")
    assert spoilt.returncode == 0, spoilt.stdout
    printed = machine.refusal(first, "up", START_TIMEOUT_SECONDS="30")
    reason = r"ERROR cannot run as configured reason=.topics\.yaml: line 2, "
    ended = rf"\n  scheduler: ended and restarted \(\d+\): .* {reason}"
    assert re.search(ended, printed), printed

"""A bad setting stops its service at start, with one line that a person can act on."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from .stack import ROOT, Stack, small_simulation

REFUSED = 78


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with Stack("refused-starts", small_simulation(real_days=9)) as own:
        own.write_configs()
        yield own


def refusal(stack: Stack, service: str, *command: str) -> str:
    """Start a service alone; it must exit as refused. The only error line that it logged."""
    with pytest.raises(AssertionError, match=f"exited with {REFUSED}") as ended:
        stack.compose("run", "--rm", "-T", "--no-deps", service, *command)
    [line] = (line for line in str(ended.value).splitlines() if " ERROR " in line)
    return line


@contextmanager
def misspelt(stack: Stack, file: str, right: str, wrong: str) -> Iterator[None]:
    """A shipped file of configs/ has `wrong` in place of `right` meanwhile."""
    shipped = (ROOT / "configs" / file).read_text(encoding="utf-8")
    assert right in shipped
    stack.edit(file, shipped.replace(right, wrong))
    try:
        yield
    finally:
        stack.edit(file, shipped)


def test_a_bad_value_stops_the_first_start(stack: Stack) -> None:
    with misspelt(stack, "simulation.yaml", "emergency_per_day: ", "emergency_per_day: -"):
        line = refusal(stack, "scheduler")
    assert "simulation.yaml: arrivals.emergency_per_day: got -480, expected 0 or more" in line


@pytest.mark.parametrize(
    ("file", "service", "right", "wrong", "refused"),
    [
        (
            *("staffing.yaml", "scheduler", "  days: DDDDOOO", "  days: DDDDOOO\n  days: DDDOOOO"),
            "got the key days, which line",
        ),
        (
            *("datasets.yaml", "batch_ingestor", "required: false", "required: no"),
            "got no, which YAML reads as false, expected true or false",
        ),
    ],
)
def test_yaml_that_people_and_yaml_read_differently_stops_its_reader(
    stack: Stack, file: str, service: str, right: str, wrong: str, refused: str
) -> None:
    with misspelt(stack, file, right, wrong):
        line = refusal(stack, service)
    assert f"{file}: line " in line
    assert refused in line


@pytest.mark.parametrize("service", ["scheduler", "producer", "stream_processor"])
def test_a_bad_topics_file_stops_each_reader(stack: Stack, service: str) -> None:
    with misspelt(stack, "topics.yaml", "partitions: 3", "partitions: three"):
        line = refusal(stack, service)
    wanted = (
        "topics.yaml: topics.hospital.transports.partitions: got three, expected a whole number"
    )
    assert wanted in line


def test_a_bad_datasets_file_stops_the_batch_ingestor(stack: Stack) -> None:
    with misspelt(stack, "datasets.yaml", "table: wards", "tabel: wards"):
        line = refusal(stack, "batch_ingestor")
    assert "datasets.yaml: datasets.wards.tabel: unknown key (a typo?)" in line


@pytest.mark.parametrize("service", ["scheduler", "producer", "stream_processor", "batch_ingestor"])
def test_configs_that_only_their_owner_may_read_stop_each_reader(
    stack: Stack, service: str
) -> None:
    stack.exec("editor", "chmod", "go-rwx", "/configs")
    try:
        line = refusal(stack, service)
    finally:
        stack.exec("editor", "chmod", "a+rX", "/configs")
    assert ".yaml: this container's user may not read it, expected it to be readable" in line
    assert line.endswith(': chmod -R a+rX configs"')


@pytest.mark.parametrize(
    ("service", "variable"),
    [
        ("scheduler", "SIMULATION_DIR"),
        ("producer", "KAFKA_BOOTSTRAP_SERVERS"),
        ("stream_processor", "STREAM_LAKE_DIR"),
        ("batch_ingestor", "POSTGRES_HOST"),
    ],
)
def test_a_missing_variable_stops_its_reader(stack: Stack, service: str, variable: str) -> None:
    line = refusal(stack, service, "sh", "-c", f"unset {variable}; exec python {service}.py")
    assert f"environment: {variable}: got nothing, expected a value" in line
    assert variable in os.environ  # as .env has it: the test removed a real knob

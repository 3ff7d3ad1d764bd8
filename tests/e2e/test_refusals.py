"""What a service cannot work with stops it at start, with one line that a person can act on."""

import os
from collections.abc import Iterator

import pytest
import yaml

from .stack import ROOT, Stack, small_simulation

REFUSED = 78


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    own = Stack("refusals", small_simulation(real_days=9))
    try:
        own.write_configs()
        yield own
    finally:
        own.down()


def start(stack: Stack, service: str, *command: str) -> list[str]:
    """Start a service by itself; its last words. It must end with the code of a refusal."""
    with pytest.raises(AssertionError, match=f"exited with {REFUSED}") as ended:
        stack.compose("run", "--rm", "-T", "--no-deps", service, *command)
    return [line for line in str(ended.value).splitlines() if " ERROR " in line]


def test_a_bad_value_on_the_first_start(stack: Stack) -> None:
    bad = yaml.safe_load(yaml.safe_dump(stack.simulation))
    bad["arrivals"]["emergency_per_day"] = -5
    stack.edit("simulation.yaml", yaml.safe_dump(bad))
    [line] = start(stack, "scheduler")
    assert "simulation.yaml: arrivals.emergency_per_day: got -5, expected " in line
    stack.edit("simulation.yaml", yaml.safe_dump(stack.simulation))


@pytest.mark.parametrize("service", ["scheduler", "producer", "stream_processor"])
def test_a_bad_topics_file_stops_each_reader(stack: Stack, service: str) -> None:
    good = (ROOT / "configs" / "topics.yaml").read_text(encoding="utf-8")
    stack.edit("topics.yaml", good.replace("partitions: 3", "partitions: three"))
    [line] = start(stack, service)
    wanted = "topics.yaml: topics.hospital.transports.partitions: got 'three', expected "
    assert wanted in line
    stack.edit("topics.yaml", good)


def test_a_bad_datasets_file_stops_the_batch_ingestor(stack: Stack) -> None:
    good = (ROOT / "configs" / "datasets.yaml").read_text(encoding="utf-8")
    stack.edit("datasets.yaml", good.replace("table: wards", "tabel: wards"))
    [line] = start(stack, "batch_ingestor")
    assert "datasets.yaml: datasets.wards.tabel: got 'wards', expected no such key" in line
    stack.edit("datasets.yaml", good)


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
    [line] = start(stack, service, "sh", "-c", f"unset {variable}; exec python {service}.py")
    assert f"environment: {variable}: got nothing, expected a value" in line
    assert variable in os.environ  # as .env has it: the test removed a real knob

"""One stack with three brokers, which all tests here share, and this container in its network."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import yaml
from kafka import KafkaAdminClient
from kafka.errors import RetriableError

from monitoring import broker
from pipeline.settings import StreamProcessorSettings

from ..stack import PYTHON_SERVICES, ROOT, Stack, network_of, wait_until

BROKERS = ("kafka", "kafka-2", "kafka-3")


@pytest.fixture(scope="package")
def own_stack() -> Iterator[Stack]:
    simulation = yaml.safe_load((ROOT / "configs" / "simulation.yaml").read_text(encoding="utf-8"))
    simulation["clock"]["real_days"] = 0.05  # more than 1,000 events a second
    override = ROOT / "docker-compose.override.yml"
    knobs = {
        "MIRROR_PREFIX": "mirror/" if override.exists() else "",
        "KAFKA_2_PUBLISHED_PORT": "0",
        "KAFKA_3_PUBLISHED_PORT": "0",
    }
    with Stack("brokers", simulation, knobs, ("deploy/three-brokers.yml",)) as own:
        own.write_configs()
        own.up(*BROKERS, "postgres", *PYTHON_SERVICES)
        with network_of(own):
            yield own


@pytest.fixture
def stack(own_stack: Stack) -> Stack:
    """The stack, with every record on three brokers."""
    own_stack.compose("start", *BROKERS)
    wait_until(lambda: missing_copies(BROKERS) == 0, 120, "the brokers to have all copies")
    return own_stack


def addresses(names: Sequence[str]) -> list[str]:
    """Where these brokers answer."""
    return [f"{name}:9092" for name in names]


def settings(lake: Path, group: str) -> StreamProcessorSettings:
    """Those of a stream_processor of this group, with this lake."""
    changed = {
        "KAFKA_BOOTSTRAP_SERVERS": ",".join(addresses(BROKERS)),
        "KAFKA_GROUP_ID": group,
        "KAFKA_SESSION_TIMEOUT_MS": "6000",  # the least that the broker allows
        "STREAM_LAKE_DIR": str(lake),
    }
    given = {name: value for name, value in (os.environ | changed).items() if value}
    return StreamProcessorSettings.model_validate(given)


def missing_copies(asked: Sequence[str]) -> int | None:
    """How many partitions are missing a copy, as one of these brokers says; None if none does."""
    try:
        with KafkaAdminClient(bootstrap_servers=addresses(asked)) as admin:
            return broker.missing_copies_of(admin.describe_topics())
    except RetriableError:  # it was sent on to the broker that is away
        return None

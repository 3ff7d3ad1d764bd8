"""What is laid over docker-compose.yml, and what ends the stack, forgets none of its services."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]


class Loader(yaml.SafeLoader):
    """Reads Compose's own tags as if they were not there."""


Loader.add_multi_constructor("!", lambda loader, _tag, node: None)


def services(path: str) -> dict[str, dict[str, Any]]:
    content = yaml.load((ROOT / path).read_text(encoding="utf-8"), Loader)
    found: dict[str, dict[str, Any]] = content["services"]
    return found


def test_each_client_of_the_broker_knows_all_three() -> None:
    address = "KAFKA_BOOTSTRAP_SERVERS"
    clients = {
        name
        for name, keys in services("docker-compose.yml").items()
        if address in keys.get("environment", {})
    }
    told = {
        name
        for name, keys in services("deploy/three-brokers.yml").items()
        if "kafka-3:9092" in keys.get("environment", {}).get(address, "")
    }
    assert clients == told


@pytest.mark.parametrize("path", ["Makefile", "deploy/undeploy.sh"])
def test_what_ends_the_stack_names_each_profile(path: str) -> None:
    every = {
        p for keys in services("docker-compose.yml").values() for p in keys.get("profiles", [])
    }
    assert set(re.findall(r"--profile (\w+)", (ROOT / path).read_text(encoding="utf-8"))) == every
